"""How much of an organisation's work a reader can see."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters


def events_created_by(actor: Actor, organisation_id: int) -> int:
    """The number of events that the organisation created and that `actor` may read."""
    sql = f"SELECT count(*) FROM event e WHERE e.orgc_id = %(creator)s AND {event_predicate(actor)}"
    row = cursor().execute(sql, reader_parameters(actor) | {"creator": organisation_id}).fetchone()
    return int(row[0]) if row else 0
