"""Queries for user settings: the user's own, and those of users they administer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import visible_users
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.problems import UserSettingProblem


def visible_settings(actor: Actor) -> QuerySet[UserSetting]:
    """The settings of the accounts visible to `actor`, oldest first.

    Operators and auditors see only their own: filters and notifications reveal what users look for.
    """
    settings = UserSetting.objects.order_by("pk")
    if actor.may_not_read_content:
        return settings.filter(user=actor.user_id or 0)
    return settings.filter(user__in=visible_users(actor))


def find_user_setting(actor: Actor, reference: Reference) -> UserSetting:
    condition = by_reference(reference) if str(reference).isdecimal() else None
    setting = visible_settings(actor).filter(condition).first() if condition is not None else None
    if setting is None:
        raise NotFound(UserSettingProblem.NOT_FOUND())
    return setting


def setting_of(actor: Actor, user: User, setting: str) -> UserSetting:
    return first_or_not_found(
        visible_settings(actor).filter(user=user, setting=setting), UserSettingProblem.NOT_FOUND()
    )


def values_of(user: User) -> dict[str, Any]:
    return dict(UserSetting.objects.filter(user=user).order_by("pk").values_list("setting", "value"))


def values_for(setting: str, user_ids: Iterable[int]) -> dict[int, Any]:
    settings = UserSetting.objects.filter(setting=setting, user_id__in=list(user_ids))
    return dict(settings.values_list("user_id", "value"))
