"""Counts the attributes of an event that are visible to the reader, without loading them.

The event stores how many live attributes it has; the few that the reader may not see are subtracted from that.
A number that included hidden ones would give them away.
"""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.offence_data import marked_attributes
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    reader_parameters,
    restricted,
    ruled_out,
)


def attribute_counts(actor: Actor, event_ids: Sequence[int]) -> dict[int, int]:
    """Event id → the number of readable live attributes; unreadable events are left out."""
    sql = COUNTS.format(count=visible_attribute_count(actor), event=event_predicate(actor))
    parameters = {"ids": list(event_ids), **reader_parameters(actor)}
    return dict(cursor().execute(sql, parameters).fetchall())


def visible_attribute_count(actor: Actor, event: str = "e") -> str:
    """SQL for the number of live attributes that the actor may read of a readable event (alias `event`).

    Two probes of the partial indexes of restricted parts for each event, and one of the marks of what concerns an
    offence for those who may not read it; none for site administrators and owners.
    """
    if actor.is_site_admin and actor.may_read:
        return f"{event}.attribute_count"
    marked = marked_attributes(actor, event)
    return COUNT_WITHOUT_HIDDEN.format(
        e=event,
        visible=attribute_predicate(actor, "p", event),
        attribute=restricted(actor, "p"),
        object=restricted(actor, "within"),
        ruled_out=ruled_out(actor, "p"),
        marked=MARKED.format(marked=marked) if marked else "",
    )


# UNION in place of OR, so that each half finds its rows by a partial index of its own.
COUNT_WITHOUT_HIDDEN = """greatest({e}.attribute_count - (
    SELECT count(*) FROM (
        SELECT p.id, p.object_id, p.distribution, p.sharing_group_id FROM attribute p
        WHERE p.event_id = {e}.id AND ({attribute} OR {ruled_out}) AND NOT p.deleted
        UNION
        SELECT p.id, p.object_id, p.distribution, p.sharing_group_id
        FROM object within JOIN attribute p ON p.object_id = within.id
        WHERE within.event_id = {e}.id AND {object} AND NOT p.deleted{marked}
    ) p WHERE NOT {visible}
), 0)"""
MARKED = """
        UNION
        SELECT p.id, p.object_id, p.distribution, p.sharing_group_id FROM attribute p
        WHERE p.id IN ({marked}) AND NOT p.deleted"""
COUNTS = "SELECT e.id, {count} FROM event e WHERE e.id = ANY(%(ids)s::bigint[]) AND {event}"
