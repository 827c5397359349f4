"""Sign-in at an organisation's OpenID Connect provider: requests to it, and validation of its responses."""

from vardkase.exchange.openid.flow import ProviderCallback, SignInFlow, begin, finish, register

__all__ = ["ProviderCallback", "SignInFlow", "begin", "finish", "register"]
