"""A user's own choice of widgets: what is on the dashboard, and changes of it.

Each change names the layout that it was made from (`seen`), so that two windows do not undo each other's changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.dashboards.services import dashboard, set_dashboard, templates
from vardkase.hub.dashboards.widgets import Widget, find_widget, widgets
from vardkase.hub.problems import DashboardProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services.users import locked
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.services import delete_user_setting
from vardkase.misp.flags import as_int

MOST_WIDGETS = 24
COLUMNS, WIDTH = 12, 4
"""Of MISP's grid, where a widget takes four columns."""

type Entries = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PlacedWidget:
    """A widget on the dashboard. `place` counts from 0, in the order of the page."""

    place: int
    widget: Widget
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DashboardLayout:
    """`is_own`: chosen by its user. `mark` names this state of it."""

    placed: list[PlacedWidget]
    is_own: bool
    mark: str


def own_layout(actor: Actor) -> DashboardLayout:
    stored = _stored(actor)
    entries = _entries(stored or [])
    known = {widget.name: widget for widget in widgets(actor)}
    placed = [
        PlacedWidget(place, known[entry["widget"]], _config(entry))
        for place, entry in enumerate(entries)
        # Of a layout from elsewhere, what is not here or not for this user is left out.
        if entry["widget"] in known
    ]
    return DashboardLayout(placed, stored is not None, _mark(entries))


def add_widget(actor: Actor, name: str, seen: str) -> None:
    widget = find_widget(actor, name)

    def change(entries: Entries) -> None:
        if len(entries) >= MOST_WIDGETS:
            raise Invalid({"widget": [DashboardProblem.TOO_MANY(most=MOST_WIDGETS)]})
        entries.append({"widget": widget.name, "config": {}})

    _change(actor, seen, change)


def remove_widget(actor: Actor, place: int, seen: str) -> None:
    _change(actor, seen, lambda entries: entries.remove(_at(entries, place)))


def move_widget(actor: Actor, place: int, steps: int, seen: str) -> None:
    def change(entries: Entries) -> None:
        moved = _at(entries, place)
        entries.remove(moved)
        entries.insert(max(0, min(len(entries), place + steps)), moved)

    _change(actor, seen, change)


def configure_widget(actor: Actor, place: int, config: Mapping[str, Any], seen: str) -> None:
    """Change what `config` names of a widget's settings; the others stay."""

    def change(entries: Entries) -> None:
        entry = _at(entries, place)
        entry["config"] = {**_config(entry), **config}

    _change(actor, seen, change)


@transaction.atomic
def reset_layout(actor: Actor) -> None:
    actor.require_writing()
    stored = UserSetting.objects.filter(user=find_user(actor, "me"), setting="dashboard").first()
    if stored is not None:
        delete_user_setting(actor, stored)


@transaction.atomic
def use_template(actor: Actor, reference: str) -> None:
    """Take over a saved layout. Raises NotFound."""
    actor.require_writing()
    template = templates(actor).filter(pk=as_int(reference) or 0).first()
    if template is None:
        raise NotFound(DashboardProblem.NO_SUCH_TEMPLATE())
    set_dashboard(actor, template.value)


@transaction.atomic
def _change(actor: Actor, seen: str, change: Callable[[Entries], None]) -> None:
    actor.require_writing()
    locked(find_user(actor, "me"))
    entries = _entries(_stored(actor) or [])
    if _mark(entries) != seen:
        raise Conflict(DashboardProblem.CHANGED_MEANWHILE())
    change(entries)
    for place, entry in enumerate(entries):
        column, row = WIDTH * place % COLUMNS, WIDTH * (WIDTH * place // COLUMNS)
        entry["position"] = {"x": column, "y": row, "width": WIDTH, "height": WIDTH}
    set_dashboard(actor, entries)


def _stored(actor: Actor) -> list[Any] | None:
    user = find_user(actor, "me")
    chosen = (
        UserSetting.objects.filter(user=user, setting="dashboard").values_list("value", flat=True).first()
    )
    return dashboard(actor) if isinstance(chosen, list) else None


def _entries(stored: list[Any]) -> Entries:
    """The widgets by their place on the grid."""

    def place(entry: dict[str, Any]) -> tuple[int, int]:
        position = entry.get("position")
        known = position if isinstance(position, dict) else {}
        return as_int(known.get("y")) or 0, as_int(known.get("x")) or 0

    return sorted((dict(entry) for entry in stored), key=place)


def _at(entries: Entries, place: int) -> dict[str, Any]:
    if not 0 <= place < len(entries):
        raise NotFound(DashboardProblem.NO_SUCH_WIDGET())
    return entries[place]


def _config(entry: Mapping[str, Any]) -> dict[str, Any]:
    config = entry.get("config")
    return dict(config) if isinstance(config, dict) else {}


def _mark(entries: Entries) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:16]
