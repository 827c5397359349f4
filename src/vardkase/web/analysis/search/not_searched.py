"""What searches leave out: events that their owners are changing, of which the reader has the last version alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vardkase.analysis.search.changing_events import changing_events_with
from vardkase.formats.misp_json.version_search import versions_with_values
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.last_version import changing_events
from vardkase.web.intel.events.last_version import ChangingRow


@dataclass(frozen=True, slots=True)
class NotSearched:
    """`events`: those whose last version has the value that was searched for."""

    events: Sequence[ChangingRow] = ()


def not_searched(actor: Actor, value: str = "") -> NotSearched | None:
    """None if nothing that the actor may read is left out."""
    if not changing_events(actor, 0, 0):
        return None
    return NotSearched(changing_with(actor, value) if value else ())


def changing_with(actor: Actor, value: str) -> Sequence[ChangingRow]:
    """Events whose last version has `value`."""
    return changing_by_value(actor, (value,)).get(value.lower(), ())


def changing_by_value(actor: Actor, values: Sequence[str]) -> dict[str, list[ChangingRow]]:
    """Value in lower case → events whose last version has it."""
    ids = changing_events_with(actor, values)
    changing = changing_events(actor, 0, len(ids), ids) if ids else []
    found = versions_with_values(actor, values, changing)
    return {value: [ChangingRow(one) for one in events] for value, events in found.items()}
