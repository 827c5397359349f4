"""Notes, opinions and relationships as people read them: with replies, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import analyst_data_predicate, reader_parameters
from vardkase.intel.analyst_data.targets import parts_of_events
from vardkase.misp.analyst_data import KINDS

SHOWN = 3000
"""Characters of a text in a list; the page of one shows all of it."""
DEPTH = 3
"""Levels of replies below one that is listed."""
REPLIES = 20
MOST_REPLIES = 200
"""On one level of a page: a page stays bounded, whatever peers have sent."""


@dataclass(slots=True)
class AnalystLine:
    """`further` is the number of its replies that are not among `replies`."""

    id: int
    uuid: str
    kind: int
    object_type: str
    object_uuid: str
    orgc_id: int
    organisation: str
    authors: str
    created: datetime
    modified: datetime
    distribution: int
    sharing_group_id: int | None
    sharing_group_name: str | None
    text: str
    length: int
    language: str
    opinion: int | None
    relationship_type: str
    related_object_type: str
    related_object_uuid: str
    replies: list[AnalystLine] = field(default_factory=list)
    further: int = 0

    @property
    def kind_name(self) -> str:
        return KINDS[self.kind]

    @property
    def is_cut(self) -> bool:
        return self.length > len(self.text)

    @property
    def is_edited(self) -> bool:
        return self.modified > self.created


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """Which analyst data is listed, besides that the reader may see it.

    `event_id`: on this event and its readable parts. `object_uuid`: on this alone. `creator_id`: by this
    organisation. `concerns`: by others, on the events and the analyst data of this organisation.
    """

    event_id: int | None = None
    object_uuid: str | None = None
    creator_id: int | None = None
    concerns: int | None = None
    since: datetime | None = None


def threads(actor: Actor, wanted: ThreadFilter, place: PagePosition | None, size: int) -> Page[AnalystLine]:
    """A page of analyst data with its replies, newest first."""
    place = sound(place, "bigint")
    # By id, which is the order of arrival: the times are the author's.
    condition, order = beyond("n.id", "n.id", "bigint", place, descending=True)
    sql = LINES.format(conditions=f"{_conditions(actor, wanted)} AND {condition}", order=order)
    parameters = {**_parameters(actor, wanted), **place_parameters(place), "shown": SHOWN, "limit": size + 1}
    lines = [AnalystLine(*row) for row in cursor().execute(sql, parameters).fetchall()]
    page = page_of(lines, place, size, lambda line: (line.id, line.id))
    _add_replies(actor, page.rows)
    return page


def count_threads(actor: Actor, wanted: ThreadFilter) -> int:
    sql = f"SELECT count(*) FROM analyst_data n WHERE {_conditions(actor, wanted)}"
    row = cursor().execute(sql, _parameters(actor, wanted)).fetchone()
    return int(row[0]) if row else 0


def whole_line(actor: Actor, uuid: str) -> AnalystLine | None:
    """One with its whole text and without replies; None if the actor may not read it."""
    sql = LINES.format(
        conditions=f"n.uuid = %(uuid)s::uuid AND {analyst_data_predicate(actor)}", order="n.id"
    )
    parameters = {**reader_parameters(actor), "uuid": uuid, "shown": 2**30, "limit": 1}
    row = cursor().execute(sql, parameters).fetchone()
    return AnalystLine(*row) if row else None


def counts_by_object(actor: Actor, uuids: Iterable[Any]) -> dict[str, int]:
    """How much the actor reads on each thing directly, by its uuid; nothing for those without any."""
    sql = (
        "SELECT n.object_uuid::text, count(*) FROM analyst_data n "
        f"WHERE n.object_uuid = ANY(%(uuids)s::uuid[]) AND {analyst_data_predicate(actor)} GROUP BY n.object_uuid"
    )
    parameters = {**reader_parameters(actor), "uuids": array_of(map(str, uuids))}
    return dict(cursor().execute(sql, parameters).fetchall())


def root_of(actor: Actor, line: AnalystLine) -> tuple[str, str]:
    """Type and uuid of what the thread of `line` is about, up to where the actor may not read on."""
    parameters = {**reader_parameters(actor), "kind": line.object_type, "uuid": line.object_uuid}
    rows = cursor().execute(ROOT.format(visible=analyst_data_predicate(actor, "n")), parameters).fetchall()
    return next(((kind, uuid) for kind, uuid in rows if kind not in KINDS), rows[-1])


def _add_replies(actor: Actor, lines: Sequence[AnalystLine]) -> None:
    level = {line.uuid: line for line in lines}
    for depth in range(DEPTH + 1):
        if not level:
            return
        # Of the level below the last, only how many there are.
        most = REPLIES if depth < DEPTH else 1
        sql = REPLIES_OF.format(visible=analyst_data_predicate(actor))
        parameters = {
            **reader_parameters(actor), "uuids": array_of(level), "shown": SHOWN, "most": most, "limit": MOST_REPLIES,
        }  # fmt: skip
        below: dict[str, AnalystLine] = {}
        for *row, siblings, _place in cursor().execute(sql, parameters).fetchall():
            reply = AnalystLine(*row)
            above = level[reply.object_uuid]
            if depth < DEPTH:
                above.replies.append(reply)
                below[reply.uuid] = reply
            above.further = siblings - len(above.replies)
        level = below


def _conditions(actor: Actor, wanted: ThreadFilter) -> str:
    conditions = [analyst_data_predicate(actor)]
    if wanted.event_id is not None:
        conditions.append(f"n.id IN ({parts_of_events(actor, 'e.id = %(event)s')})")
    if wanted.object_uuid is not None:
        conditions.append("n.object_uuid = %(object_uuid)s::uuid")
    if wanted.creator_id is not None:
        conditions.append("n.orgc_id = %(creator)s")
    if wanted.concerns is not None:
        on_own_events = parts_of_events(actor, "e.orgc_id = %(concerns)s")
        conditions.append(f"n.orgc_id <> %(concerns)s AND n.id IN ({on_own_events} UNION ALL {ANSWERS})")
    if wanted.since is not None:
        conditions.append("n.modified >= %(since)s")
    return " AND ".join(conditions)


def _parameters(actor: Actor, wanted: ThreadFilter) -> dict[str, Any]:
    return {
        **reader_parameters(actor),
        "event": wanted.event_id,
        "object_uuid": wanted.object_uuid,
        "creator": wanted.creator_id,
        "concerns": wanted.concerns,
        "since": wanted.since,
    }


COLUMNS = """n.id, n.uuid::text, n.kind, n.object_type, n.object_uuid::text, n.orgc_id, orgc.name, n.authors,
    n.created, n.modified, n.distribution, n.sharing_group_id, g.name, left(coalesce(n.text, ''), %(shown)s),
    length(coalesce(n.text, '')), n.language, n.opinion, n.relationship_type, n.related_object_type,
    coalesce(n.related_object_uuid::text, '')"""

FROM = """
FROM analyst_data n JOIN organisation orgc ON orgc.id = n.orgc_id
LEFT JOIN sharing_group g ON g.id = n.sharing_group_id
"""

LINES = f"SELECT {COLUMNS} {FROM} WHERE {{conditions}} ORDER BY {{order}} LIMIT %(limit)s"

# The first of each before the second of any: where the limit cuts, none is left without its number of replies.
REPLIES_OF = f"""
SELECT * FROM (
    SELECT {COLUMNS}, count(*) OVER (PARTITION BY n.object_uuid) AS siblings,
        row_number() OVER (PARTITION BY n.object_uuid ORDER BY n.id) AS place
    {FROM} WHERE n.object_uuid = ANY(%(uuids)s::uuid[]) AND {{visible}}
) reply WHERE place <= %(most)s ORDER BY place, id LIMIT %(limit)s
"""

ANSWERS = """
SELECT s.id FROM analyst_data above JOIN analyst_data s
ON s.object_uuid = above.uuid AND s.object_type IN ('Note', 'Opinion', 'Relationship')
WHERE above.orgc_id = %(concerns)s
"""

# UNION, not UNION ALL: a circle, which peers can send, ends.
ROOT = """
WITH RECURSIVE up AS (
    SELECT %(kind)s::text AS object_type, %(uuid)s::uuid AS object_uuid
    UNION SELECT n.object_type, n.object_uuid FROM up JOIN analyst_data n ON n.uuid = up.object_uuid
    WHERE up.object_type IN ('Note', 'Opinion', 'Relationship') AND {visible}
)
SELECT object_type, object_uuid::text FROM up
"""
