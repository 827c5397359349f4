"""Which attributes of an event the enabled noticelists speak of. Facts only, no permissions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from vardkase.core.sql import cursor
from vardkase.knowledge.noticelists.notices import Notice

SHOWN = 50
"""Attributes that are named for each notice."""


@dataclass(frozen=True, slots=True)
class NoticedAttribute:
    id: int
    type: str
    category: str
    value: str


@dataclass(slots=True)
class NoticeMet:
    """`count`: all attributes that it is about; `shown`: the first of them."""

    notice: Notice
    count: int = 0
    shown: list[NoticedAttribute] = field(default_factory=list)


def noticed_attributes(event_id: int, notices: Sequence[Notice]) -> list[NoticeMet]:
    """The notices that are about attributes of the event, in their order."""
    asked = [
        {
            "place": place,
            "types": notice.values if "type" in notice.fields else [],
            "categories": notice.values if "category" in notice.fields else [],
        }
        for place, notice in enumerate(notices)
        if "attribute" in notice.scopes
    ]
    rows = cursor().execute(MET, {"notices": json.dumps(asked), "event": event_id, "shown": SHOWN})
    met: dict[int, NoticeMet] = {}
    for place, count, *attribute in rows:
        one = met.setdefault(place, NoticeMet(notices[place], count))
        one.shown.append(NoticedAttribute(*attribute))
    return list(met.values())


MET = """
SELECT notice.place, a.total, a.id, a.type, a.category, a.value
FROM jsonb_to_recordset(%(notices)s::jsonb) AS notice(place integer, types text[], categories text[])
CROSS JOIN LATERAL (
    SELECT id, type, category, value1 || coalesce('|' || value2, '') AS value, count(*) OVER () AS total
    FROM attribute
    WHERE event_id = %(event)s AND NOT deleted
      AND (type = ANY (notice.types) OR category = ANY (notice.categories))
    ORDER BY id LIMIT %(shown)s
) a
ORDER BY notice.place, a.id
"""
