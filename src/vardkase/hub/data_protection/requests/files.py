"""Text inside files, for the search of a request: attachments of events, and documents that were sent to a case.

Files are read in the sandbox, each content once for a search, and no text is kept.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from vardkase.core import files
from vardkase.core.sql import cursor
from vardkase.formats.incoming.whole_text import whole_text
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.hub.data_protection.requests.sources import CASE_OWNER, CASE_SEARCHED

MOST_FILES = 5_000
SECONDS = 600.0
"""After which no further file is begun in one search."""


class HeldFile(NamedTuple):
    """`digest` names a stored file; without it the content is that of the case document `part_id`."""

    kind: Kind
    part_id: int
    event_id: int | None
    organisation_id: int | None
    name: str
    digest: str | None


class FileSearch:
    """`is_cut`: not all files were read."""

    def __init__(self, compiled: Sequence[re.Pattern[str]]) -> None:
        self._compiled = compiled
        self._deadline = time.monotonic() + SECONDS
        self._known: dict[str, list[int]] = {}
        self.is_cut = False

    def findings(self) -> Iterator[tuple[HeldFile, list[int]]]:
        """Files in which something was found, with the places of the patterns that match."""
        rows = cursor().execute(HELD, {"most": MOST_FILES + 1}).fetchall()
        self.is_cut = len(rows) > MOST_FILES
        for row in rows[:MOST_FILES]:
            held = HeldFile(Kind(row[0]), *row[1:])
            if places := self._places(held):
                yield held, places

    def _places(self, held: HeldFile) -> list[int]:
        if held.digest in self._known:
            return self._known[held.digest]
        if time.monotonic() > self._deadline:
            self.is_cut = True
            return []
        text = _text(held)
        places = [place for place, pattern in enumerate(self._compiled) if pattern.search(text)]
        if held.digest:
            self._known[held.digest] = places
        return places


def texts_in_files(
    kind: Kind, part_ids: Iterable[int], organisation_id: int | None, *, with_hubs_own: bool
) -> Mapping[int, str]:
    """What those of an organisation's files say now."""
    given = {"kind": kind, "ids": list(part_ids), "org": organisation_id, "own": with_hubs_own}
    found: dict[int, str] = defaultdict(str)
    for row in cursor().execute(CHOSEN, given).fetchall():
        held = HeldFile(Kind(row[0]), *row[1:])
        found[held.part_id] = _text(held)
    return found


def _text(held: HeldFile) -> str:
    """Empty if the file is gone, or may not be read now."""
    if held.digest:
        try:
            content = files.read(held.digest)
        except FileNotFoundError:
            return ""
    else:
        document = CaseDocument.objects.filter(pk=held.part_id).only("content").first()
        content = bytes(document.content) if document else b""
    return "\n".join(said.text for said in whole_text(held.name or "file", content).texts)


# Nobody reads what is in quarantine.
FILES = f"""
SELECT 'attachment' AS kind, a.id, a.event_id, e.org_id, coalesce(nullif(a.value1, ''), 'file') AS name, a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.data_sha256 IS NOT NULL AND NOT e.quarantined
UNION ALL
SELECT 'case_file_document', d.id, NULL, {CASE_OWNER}, d.file_name, NULL
FROM case_document d JOIN case_file f ON f.id = d.case_file_id
WHERE d.letter_id IS NULL AND length(d.content) > 0 AND {CASE_SEARCHED}
"""
HELD = f"SELECT * FROM ({FILES}) held ORDER BY 1, 2 LIMIT %(most)s"
CHOSEN = f"""
SELECT * FROM ({FILES}) held WHERE held.kind = %(kind)s AND held.id = ANY(%(ids)s::bigint[])
    AND (held.org_id = %(org)s OR (%(own)s AND held.org_id IS NULL))
"""
