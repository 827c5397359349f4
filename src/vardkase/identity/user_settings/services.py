"""Services for user settings, for the user and their administrators."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.rules import may_administer
from vardkase.identity.accounts.services.users import locked
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.user_settings import rules
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.problems import UserSettingProblem


@transaction.atomic
def set_user_setting(actor: Actor, user: User, setting: str, given: Any) -> UserSetting:
    _require_theirs(actor, user)
    if setting not in rules.SETTINGS:
        raise Invalid({"setting": [UserSettingProblem.UNKNOWN()]})
    if setting in rules.SITE_ADMINS_ONLY and not actor.is_site_admin:
        raise Forbidden
    try:
        value = rules.readable(setting, given)
    except Invalid as error:
        raise Invalid({"value": [error.problem]}) from error
    locked(user)
    changed, _ = UserSetting.objects.update_or_create(
        user=user, setting=setting, defaults={"value": value, "timestamp": now_seconds()}
    )
    record(actor, IdentityAction.USER_SETTING_CHANGED, _target(changed))
    return changed


@transaction.atomic
def toggle_column(actor: Actor, user: User, column: str) -> UserSetting:
    locked(user)
    # Read under the lock: of two toggles at once one would be lost.
    setting = UserSetting.objects.filter(user=user, setting="event_index_hide_columns").first()
    hidden = list(setting.value) if setting else []
    now = [name for name in hidden if name != column] if column in hidden else [*hidden, column]
    return set_user_setting(actor, user, "event_index_hide_columns", now)


@transaction.atomic
def delete_user_setting(actor: Actor, setting: UserSetting) -> None:
    _require_theirs(actor, setting.user)
    target = _target(setting)
    setting.delete()
    record(actor, IdentityAction.USER_SETTING_DELETED, target)


def _require_theirs(actor: Actor, user: User) -> None:
    actor.require_writing()
    if user.pk != actor.user_id and not may_administer(actor, user):
        raise Forbidden


def _target(setting: UserSetting) -> Target:
    return Target("user_setting", setting.pk, title=f"{setting.setting} ({setting.user.email})")
