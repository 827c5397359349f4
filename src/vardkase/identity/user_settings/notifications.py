"""Notification preferences: presented in plain terms, stored under MISP's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.core.mail.encryption import fault_of_key
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import edit_own_account
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.queries import values_of
from vardkase.identity.user_settings.services import delete_user_setting, set_user_setting

ALERTS = "publish_alert_filter"
SUMMARIES = "periodic_notification_filters"
SWITCHES = ("autoalert", "contactalert", "notification_daily", "notification_weekly", "notification_monthly")
KEYS = ("gpgkey", "certif_public")
WITH, WITHOUT, MAKERS = "Tag.name", "NOT", "Orgc.name"


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()

    @property
    def rule(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        if self.tags:
            parts[WITH] = list(self.tags)
        if self.organisations:
            parts[MAKERS] = list(self.organisations)
        if self.without_tags:
            parts[WITHOUT] = {WITH: list(self.without_tags)}
        return {"AND": parts} if parts else {}


def preferences_of(rule: Any) -> NotificationPreferences | None:
    """The wishes expressed by a setting; None if it cannot be expressed in these terms."""
    if not rule:
        return NotificationPreferences()
    parts = rule.get("AND") if isinstance(rule, dict) and len(rule) == 1 else None
    if not isinstance(parts, dict) or parts.keys() - {WITH, WITHOUT, MAKERS}:
        return None
    without = parts.get(WITHOUT, {WITH: []})
    if not isinstance(without, dict) or without.keys() != {WITH}:
        return None
    return NotificationPreferences(
        _listed(parts.get(WITH)), _listed(without[WITH]), _listed(parts.get(MAKERS))
    )


def rule_of(user: User) -> Any:
    return values_of(user).get(ALERTS)


def summary_tags_of(user: User) -> tuple[str, ...]:
    return _listed((values_of(user).get(SUMMARIES) or {}).get("tags"))


@transaction.atomic
def choose_notifications(
    actor: Actor,
    user: User,
    fields: Mapping[str, Any],
    wishes: NotificationPreferences | None,
    summary_tags: Sequence[str],
) -> None:
    """Save the user's notification switches and keys (`fields`) and event filter; None keeps the filter.

    Raises Invalid by field, also for a key that cannot be used to encrypt.
    """
    changed = edit_own_account(actor, {name: fields[name] for name in (*SWITCHES, *KEYS) if name in fields})
    for key in KEYS:
        alone = User(email=user.email, **{key: getattr(changed, key)})
        if getattr(changed, key) != getattr(user, key) and (fault := fault_of_key(alone)):
            raise Invalid({key: [fault]})
    if wishes is not None:
        _set(actor, user, ALERTS, wishes.rule)
    filters = dict(values_of(user).get(SUMMARIES) or {})
    filters.pop("tags", None)
    _set(actor, user, SUMMARIES, filters | ({"tags": list(summary_tags)} if summary_tags else {}))


def _set(actor: Actor, user: User, setting: str, value: dict[str, Any]) -> None:
    known = UserSetting.objects.filter(user=user, setting=setting).first()
    if value and (known is None or known.value != value):
        set_user_setting(actor, user, setting, value)
    elif not value and known is not None:
        delete_user_setting(actor, known)


def _listed(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return (str(value),) if value else ()
