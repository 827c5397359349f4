"""The settings, as whoever oversees the hub sees them: those that may be changed, and those fixed at the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.settings import AnySetting, changed, declared_settings, settings_of_families
from vardkase.core.settings import find_setting as find_changeable
from vardkase.core.settings.models import SettingValue
from vardkase.core.settings.sealing import sealed
from vardkase.core.settings.values import readable
from vardkase.hub.instance.elsewhere import why_not
from vardkase.hub.instance.authority import require_may_change
from vardkase.hub.instance.facts import BY_NAME, FACTS, Fact, Value
from vardkase.identity.access.actor import Actor


class Fixed(Invalid):
    """The setting cannot be changed while the hub runs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One setting with what it is now. `value` is None for a secret."""

    name: str
    level: int
    description: str
    kind: type[Value]
    value: Value | None
    secret: bool
    fixed: bool
    options: tuple[tuple[Value, str], ...] = ()


def find_setting(actor: Actor, name: str) -> Line:
    """One setting by MISP's name. Raises NotFound for one that has no meaning here, and Forbidden."""
    actor.require_oversight()
    if fact := BY_NAME.get(name):
        return _fixed(fact)
    if setting := find_changeable(name):
        return _changeable(setting, None if setting.secret else setting.value)
    raise NotFound(f"Setting {name} is invalid.")


def every_setting(actor: Actor) -> Iterator[Line]:
    """All of them: first those fixed at the start, then the others by name; one query."""
    actor.require_oversight()
    yield from map(_fixed, FACTS)
    stored = dict(SettingValue.objects.values_list("name", "value"))
    for setting in (*declared_settings().values(), *settings_of_families()):
        now = None if setting.secret else stored.get(setting.name, setting.default)
        yield _changeable(setting, now)


@transaction.atomic
def change_setting(actor: Actor, name: str, given: Any) -> None:
    """Give the setting `name` a value. Raises NotFound, Fixed, Invalid with the reason, Forbidden."""
    actor.require_oversight()
    actor.require_writing()
    if name in BY_NAME:
        raise Fixed("This setting can only be edited via the CLI.")
    setting = find_changeable(name)
    if setting is None and (reason := why_not(name)):
        raise Fixed(reason)
    if setting is None:
        raise NotFound(f"Setting {name} is invalid.")
    require_may_change(actor, setting.changed_by)
    try:
        value = readable(setting, given)
    except ValueError as error:
        raise Invalid(str(error)) from error
    change = {} if setting.secret else {"value": [setting.value, value]}
    kept = sealed(value) if setting.secret else value
    SettingValue.objects.update_or_create(name=name, defaults={"value": kept})
    changed.emit(name)
    record(actor, "setting.changed", Target("setting", title=name), change)


def _fixed(fact: Fact) -> Line:
    value = fact.read()
    shown = None if fact.secret else value
    return Line(fact.name, fact.level, fact.description, type(value), shown, fact.secret, fixed=True)


def _changeable(setting: AnySetting, value: Value | None) -> Line:
    return Line(
        setting.name,
        setting.level,
        setting.description,
        type(setting.default),
        value,
        setting.secret,
        fixed=False,
        options=setting.options,
    )
