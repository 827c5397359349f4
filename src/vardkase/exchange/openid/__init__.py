"""Sign-in at an organisation's OpenID Connect provider: requests to it, and validation of its responses."""

from vardkase.exchange.openid.flow import Attempt, Returned, begin, finish, register

__all__ = ["Attempt", "Returned", "begin", "finish", "register"]
