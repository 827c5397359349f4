"""A list of sightings as CSV for spreadsheets: one line per sighting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from vardkase.analysis.search.sighting_list import ListedSighting
from vardkase.formats.csv import spreadsheet_line
from vardkase.intel.sightings.models import SightingType

COLUMNS = (
    "id", "uuid", "date_sighting", "type", "value", "attribute_type", "organisation", "source", "event_id",
    "event_uuid", "event_info", "event_organisation",
)  # fmt: skip


def sighting_table(pages: Iterable[Sequence[ListedSighting]]) -> Iterator[bytes]:
    """A header and a line for each. Times are ISO 8601, in UTC; types are named as in the API's documentation."""
    # The mark makes Excel read the file as UTF-8.
    yield b"\xef\xbb\xbf" + spreadsheet_line(COLUMNS).encode()
    for page in pages:
        yield "".join(spreadsheet_line(_cells(line)) for line in page).encode()


def _cells(line: ListedSighting) -> Sequence[str | int]:
    return (
        line.id, line.uuid, line.when.isoformat(), SightingType(line.type).name.lower(), line.value,
        line.attribute_type, line.organisation or "", line.source, line.event_id, line.event_uuid, line.info,
        line.owner,
    )  # fmt: skip
