"""What organisations think of a value: their latest opinions on its occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_page import EXAMINED
from vardkase.analysis.search.value_search import exact_ids
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import analyst_data_predicate

MOST = 200
TEXT_SHOWN = 300


@dataclass(frozen=True, slots=True)
class ValueOpinion:
    uuid: str
    organisation: str
    opinion: int
    text: str
    modified: datetime
    event_id: int


def opinions_on(actor: Actor, value: str) -> list[ValueOpinion]:
    """The latest readable opinion of each organisation on a readable attribute with this value, newest first."""
    statement = Statement(actor)
    query = statement.query(
        OPINIONS.format(
            ids=exact_ids(statement, (value,)),
            visible=statement.visible(),
            readable=analyst_data_predicate(actor),
            examined=EXAMINED,
            shown=TEXT_SHOWN,
            limit=MOST,
        )
    )
    return [ValueOpinion(*row) for row in cursor().execute(query.sql, query.parameters).fetchall()]


# Materialised, and limited as on the rest of the page: a common value may have a hundred thousand occurrences.
OPINIONS = """
WITH seen AS MATERIALIZED (
    SELECT a.uuid, a.event_id FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.id IN ({ids}) AND {visible} LIMIT {examined}
),
latest AS (
    SELECT DISTINCT ON (n.orgc_id) n.id, n.uuid, n.orgc_id, n.opinion, n.text, n.modified, seen.event_id
    FROM seen JOIN analyst_data n ON n.object_uuid = seen.uuid AND n.object_type = 'Attribute' AND n.kind = 1
    WHERE n.opinion IS NOT NULL AND {readable}
    ORDER BY n.orgc_id, n.modified DESC, n.id DESC
)
SELECT latest.uuid::text, organisation.name, opinion, left(coalesce(text, ''), {shown}), modified, event_id
FROM latest JOIN organisation ON organisation.id = latest.orgc_id
ORDER BY modified DESC, latest.id DESC LIMIT {limit}
"""
