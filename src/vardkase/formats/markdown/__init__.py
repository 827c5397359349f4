"""An event as the Markdown of a report: its metadata, and references to its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.sql import cursor
from vardkase.formats.misp_json import chosen_ids
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.event_parts import event_tags
from vardkase.misp.report_references import ReportReference

MOST = 5_000
"""Attributes in a report: it is for people."""

ANALYSES = ("Initial", "Ongoing", "Completed")
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+|<>@!])")


def event_text(actor: Actor, event: EventRow, filters: Mapping[str, Any]) -> str:
    """The Markdown for an event that the actor may read, with the attributes that match `filters`.

    `filters` are those of attributes/restSearch; raises Invalid for invalid ones.
    """
    search = parse(Scope.ATTRIBUTES, {**filters, "eventid": event.id, "limit": MOST})
    ids = list(chosen_ids(query(actor, search)))
    rows = cursor().execute(ROWS, {"ids": ids}).fetchall()
    return "\n".join([*_metadata(event), *_tags(event), *_contents(rows)]) + "\n"


def _metadata(event: EventRow) -> Iterator[str]:
    row = cursor().execute(HEAD, {"event": event.id}).fetchone() or ("", "", 0)
    yield f"# {escape_markdown(event.info)}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| Created by | {escape_markdown(row[0])} |"
    yield f"| Date | {row[1]} |"
    yield f"| Analysis | {ANALYSES[row[2]]} |"
    yield f"| Event | {event.uuid} |"


def _tags(event: EventRow) -> Iterator[str]:
    names = [tag.name for tag in event_tags(event.id) if not tag.local]
    if names:
        yield from ("", "## Tags", "")
        yield from (f"- {ReportReference('tag', name)}" for name in names)


def _contents(rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    outside = [row for row in rows if row[3] is None]
    if outside:
        yield from ("", "## Attributes", "", "| Category | Type | Value |", "|---|---|---|")
        yield from (
            f"| {escape_markdown(category)} | {kind} | {ReportReference('attribute', str(uuid))} |"
            for uuid, kind, category, _, _ in outside
        )
    objects = {row[3]: row[4] for row in rows if row[3] is not None}
    if objects:
        yield from ("", "## Objects", "")
        yield from (
            f"- {escape_markdown(name)}: {ReportReference('object', str(uuid))}"
            for uuid, name in objects.items()
        )


def escape_markdown(text: str) -> str:
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


HEAD = """
SELECT orgc.name, e.date::text, e.analysis FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.id = %(event)s
"""

ROWS = """
SELECT a.uuid, a.type, a.category, o.uuid, o.name
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id LEFT JOIN object o ON o.id = a.object_id
ORDER BY chosen.place
"""
