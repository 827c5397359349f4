"""Actions that the hub's settings reserve for site administrators. All functions raise Forbidden."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.settings import (
    DISABLE_LOGIN_CHANGE,
    DISABLE_PASSWORD_CHANGE,
    DISABLE_USER_ADD,
)
from vardkase.identity.organisations.acting import Acting


def require_may_add(actor: Acting) -> None:
    if not actor.is_site_admin and DISABLE_USER_ADD.value:
        raise Forbidden(AccountProblem.ONLY_SITE_ADMINS_ADD())


def require_may_change_login(actor: Acting, before: str, after: str) -> None:
    if before != after and not actor.is_site_admin and DISABLE_LOGIN_CHANGE.value:
        raise Forbidden(AccountProblem.ONLY_SITE_ADMINS_CHANGE_LOGIN())


def require_may_change_password(actor: Acting, user: User) -> None:
    replaces_own = user.change_pw and user.pk == actor.user_id
    if not actor.is_site_admin and not replaces_own and DISABLE_PASSWORD_CHANGE.value:
        raise Forbidden(AccountProblem.ONLY_SITE_ADMINS_CHANGE_PASSWORD())
