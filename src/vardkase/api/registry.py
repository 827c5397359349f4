"""Every module that declares endpoints, one line each: a module that is not here does not answer."""

from vardkase.api import (  # noqa: F401
    auth_keys,
    organisations,
    roles,
    servers,
    sharing_groups,
    users,
)
from vardkase.api.dispatch import controllers

__all__ = ["controllers"]
