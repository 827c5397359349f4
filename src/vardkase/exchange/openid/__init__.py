"""Sign-in at an organisation's OpenID Connect provider: what the hub asks of it, and what it believes."""

from vardkase.exchange.openid.flow import Attempt, Returned, begin, finish, register

__all__ = ["Attempt", "Returned", "begin", "finish", "register"]
