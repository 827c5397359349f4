"""The event list as CSV for spreadsheets: one line per event."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from vardkase.formats.csv import shown
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import IndexRow, index_rows

COLUMNS = (
    "id", "uuid", "date", "info", "org", "distribution", "sharing_group", "threat_level_id", "analysis",
    "published", "attribute_count", "changed", "tags",
)  # fmt: skip


def event_table(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    """A header and the readable ones of the chosen events, in order. Times are ISO 8601, in UTC."""
    # The mark makes Excel read the file as UTF-8.
    yield b"\xef\xbb\xbf" + _lines([COLUMNS])
    for ids in pages_of(chosen):
        yield _lines([_cells(row) for row in index_rows(actor, ids)])


def _cells(row: IndexRow) -> Sequence[str | int]:
    group = row.sharing_group.name if row.sharing_group else ""
    changed = datetime.fromtimestamp(row.timestamp, UTC).isoformat()
    tags = ", ".join(tag.name for tag in row.tags)
    return (
        row.id, row.uuid, row.date, shown(row.info), shown(row.orgc.name), row.distribution,
        shown(group), row.threat_level_id, row.analysis, int(row.published), row.attribute_count, changed,
        shown(tags),
    )  # fmt: skip


def _lines(rows: Sequence[Sequence[str | int]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
