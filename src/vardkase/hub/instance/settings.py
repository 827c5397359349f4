"""Settings as administrators see them: those that may be changed, and those fixed at startup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Forbidden, Invalid, InvalidValue, NotFound
from vardkase.core.problems import Text
from vardkase.core.settings import AnySetting, declared_settings, settings_of_families
from vardkase.core.settings import find_setting as find_changeable
from vardkase.core.settings.models import SettingValue
from vardkase.core.settings.values import readable
from vardkase.hub.instance.approvals import CHANGE_SETTING, store
from vardkase.hub.instance.authority import require_may_change
from vardkase.hub.instance.fixed_settings import BY_NAME, FACTS, InstanceFact, Value
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.hub.instance.unsupported_settings import why_not
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.services.key_limits import require_no_limits


class FixedSetting(Invalid):
    """The setting cannot be changed at run time."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting with its current value, None for a secret."""

    name: str
    level: int
    description: Text
    kind: type[Value]
    value: Value | None
    secret: bool
    fixed: bool
    changed_by: ChangedBy | None = None
    """None for settings that cannot be changed while the hub runs."""
    options: tuple[tuple[Value, Text], ...] = ()


def find_setting(actor: Actor, name: str) -> SettingLine:
    """One setting by MISP's name. Raises NotFound if it has no meaning here, and Forbidden."""
    actor.require_oversight()
    if fact := BY_NAME.get(name):
        return _fixed(fact)
    if setting := find_changeable(name):
        return _changeable(setting, None if setting.secret else setting.value)
    raise NotFound(InstanceProblem.NO_SUCH_SETTING(name=name))


def every_setting(actor: Actor) -> Iterator[SettingLine]:
    """All settings: first those fixed at the start, then the others by name; one query."""
    actor.require_oversight()
    yield from map(_fixed, FACTS)
    stored = dict(SettingValue.objects.values_list("name", "value"))
    for setting in (*declared_settings().values(), *settings_of_families()):
        value = None if setting.secret else stored.get(setting.name, setting.default)
        yield _changeable(setting, value)


@transaction.atomic
def change_setting(actor: Actor, name: str, given: Any, reason: str = "") -> ApprovalRequest | None:
    """Change the setting `name`; returns the pending approval request if a second officer has to approve.

    Such a change requires a `reason`. Raises NotFound, FixedSetting, Invalid with the reason, Forbidden, Conflict
    while a change is already pending.
    """
    actor.require_oversight()
    actor.require_writing()
    if name in BY_NAME:
        raise FixedSetting(InstanceProblem.SET_AT_START())
    setting = find_changeable(name)
    if setting is None and (elsewhere := why_not(name)):
        raise FixedSetting(InstanceProblem.NOT_SETTABLE(reason=elsewhere))
    if setting is None:
        raise NotFound(InstanceProblem.NO_SUCH_SETTING(name=name))
    needs_second = require_may_change(actor, setting.changed_by)
    if setting.opens_way_in:
        require_no_limits(actor)
    try:
        value = readable(setting, given)
    except InvalidValue as error:
        raise Invalid(error.problem) from error
    if not needs_second:
        store(actor, setting, value)
        return None
    # A proposal shows its parameters to the officer who decides on it.
    if setting.secret:
        raise Forbidden(InstanceProblem.SECRET_NOT_PROPOSED())
    request = propose(actor, CHANGE_SETTING, name, title=name, parameters={"value": value}, reason=reason)
    return request if request.is_waiting else None


def _fixed(fact: InstanceFact) -> SettingLine:
    value = fact.read()
    shown = None if fact.secret else value
    return SettingLine(fact.name, fact.level, fact.description, type(value), shown, fact.secret, fixed=True)


def _changeable(setting: AnySetting, value: Value | None) -> SettingLine:
    return SettingLine(
        setting.name,
        setting.level,
        setting.description,
        type(setting.default),
        value,
        setting.secret,
        fixed=False,
        changed_by=setting.changed_by,
        options=setting.options,
    )
