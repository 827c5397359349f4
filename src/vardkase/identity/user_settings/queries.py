"""Reading the settings of accounts: one's own, and those of the people one administers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import visible_users
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.user_settings.models import UserSetting


def visible_settings(actor: Actor) -> QuerySet[UserSetting]:
    """The settings of the accounts that `actor` may look at, oldest first.

    Operators and auditors see their own: what others filter by and want to be told of says what they look for.
    """
    found = UserSetting.objects.order_by("pk")
    if actor.is_content_blind:
        return found.filter(user=actor.user_id or 0)
    return found.filter(user__in=visible_users(actor))


def find_user_setting(actor: Actor, reference: Reference) -> UserSetting:
    """One setting by its id. Raises NotFound."""
    condition = by_reference(reference) if str(reference).isdecimal() else None
    found = visible_settings(actor).filter(condition).first() if condition is not None else None
    if found is None:
        raise NotFound("Invalid user setting.")
    return found


def setting_of(actor: Actor, user: User, setting: str) -> UserSetting:
    """What `user` has set for `setting`. Raises NotFound when nothing."""
    found = visible_settings(actor).filter(user=user, setting=setting).first()
    if found is None:
        raise NotFound("Invalid user setting.")
    return found


def values_of(user: User) -> dict[str, Any]:
    """Everything an account has set, by name."""
    return dict(UserSetting.objects.filter(user=user).order_by("pk").values_list("setting", "value"))


def values_for(setting: str, user_ids: Iterable[int]) -> dict[int, Any]:
    """What each of some accounts has set for `setting`; those who have not are left out."""
    found = UserSetting.objects.filter(setting=setting, user_id__in=list(user_ids))
    return dict(found.values_list("user_id", "value"))
