"""Finds and stores marks, in the transaction that writes what they are in. No query is made per row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from django.conf import settings

from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.intel.personal_data.detection import Marked, in_text, marks_in_attribute, marks_of
from vardkase.intel.personal_data.kinds import KIND_OF_TYPE, TYPES_OF_TEXT
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.misp.types import ATTACHMENT_TYPES

VERSION = 7
"""Of the detection; a higher one has all events searched again."""

READ_TYPES = frozenset(KIND_OF_TYPE) | TYPES_OF_TEXT
FILE_TYPES = ATTACHMENT_TYPES | {"filename", "email-attachment"}
OF_ATTRIBUTES = (MarkPlace.ATTRIBUTE.value, MarkPlace.OBJECT_ATTRIBUTE.value, MarkPlace.FILE_NAME.value)
ON_ATTRIBUTES = (*OF_ATTRIBUTES, MarkPlace.ATTRIBUTE_TAG.value)
"""Places whose part is an attribute: of its own texts, and with its tags."""
ON_REPORTS = (MarkPlace.REPORT.value, MarkPlace.REPORT_TAG.value)
"""As `ON_ATTRIBUTES`, of reports."""
TAGS_ON_PARTS = (MarkPlace.ATTRIBUTE_TAG.value, MarkPlace.REPORT_TAG.value)
"""Tags of which the mark names the part, and the tag as its field."""


class NewMark(NamedTuple):
    place: str
    part_id: int
    field: str
    kind: str
    start: int
    end: int
    says_offence: bool
    fingerprint: int


class MarkableAttribute(Protocol):
    id: int
    object_id: int | None
    type: str
    value1: str
    value2: str | None
    comment: str


class MarkableProposal(Protocol):
    id: int
    type: str
    value: str
    comment: str


def in_attributes(attributes: Iterable[MarkableAttribute]) -> list[NewMark]:
    found: list[NewMark] = []
    for each in attributes:
        check_time()  # Seconds for each million characters.
        if each.comment or each.type in READ_TYPES:
            found += _in_attribute(each)
    return found


def in_proposals(proposals: Iterable[MarkableProposal]) -> list[NewMark]:
    found: list[NewMark] = []
    for each in proposals:
        check_time()
        in_value, in_comment = marks_in_attribute(each.type, each.value, each.comment)
        found += _new(MarkPlace.PROPOSAL, each.id, "value", each.value, in_value)
        found += _new(MarkPlace.PROPOSAL, each.id, "comment", each.comment, in_comment)
    return found


def _in_attribute(each: MarkableAttribute) -> Iterator[NewMark]:
    value = each.value1 if each.value2 is None else f"{each.value1}|{each.value2}"
    in_value, in_comment = marks_in_attribute(each.type, value, each.comment)
    if not in_value and not in_comment:
        return
    place = MarkPlace.ATTRIBUTE if each.object_id is None else MarkPlace.OBJECT_ATTRIBUTE
    yield from _new(
        MarkPlace.FILE_NAME if each.type in FILE_TYPES else place, each.id, "value", value, in_value
    )
    yield from _new(place, each.id, "comment", each.comment, in_comment)


def in_texts(place: MarkPlace, texts: Iterable[tuple[int, str, str]]) -> list[NewMark]:
    """`texts`: the part, the name of its field, and the text."""
    found: list[NewMark] = []
    for part_id, field, text in texts:
        check_time()
        found += _new(place, part_id, field, text, marks_of(text, in_text(text)))
    return found


def _new(place: MarkPlace, part_id: int, field: str, text: str, marks: Sequence[Marked]) -> Iterator[NewMark]:
    if not marks:
        return
    fingerprint = fingerprint_of(text)
    for mark in marks:
        found = mark.found
        yield NewMark(
            place.value,
            part_id,
            field,
            found.kind.value,
            found.start,
            found.end,
            mark.is_offence,
            fingerprint,
        )


def fingerprint_of(text: str) -> int:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8, key=_key(settings.SECRET_KEY))
    return int.from_bytes(digest.digest(), signed=True)


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"vardkase marks of personal data {secret}".encode()).digest()


def insert(event_id: int | None, marks: Sequence[NewMark]) -> None:
    if marks:
        columns = zip(*marks, strict=True)
        cursor().execute(
            INSERT, {"event": event_id} | dict(zip(NewMark._fields, map(list, columns), strict=True))
        )


def replace(
    event_id: int | None, places: Sequence[str], part_ids: Sequence[int] | None, marks: Sequence[NewMark]
) -> None:
    """Store `marks` as those of the parts (None = all in `places`); what is as before keeps its answer."""
    stored_in = "event_id IS NULL" if event_id is None else "event_id = %(event)s"
    parameters = {
        "event": event_id,
        "places": list(places),
        "parts": None if part_ids is None else list(part_ids),
    }
    rows = cursor().execute(STORED.format(event=stored_in), parameters).fetchall()
    stored = {NewMark(*row[1:]): row[0] for row in rows}
    wanted = set(marks)
    if gone := [number for mark, number in stored.items() if mark not in wanted]:
        cursor().execute("DELETE FROM personal_data_mark WHERE id = ANY(%s)", (gone,))
    insert(event_id, [mark for mark in marks if mark not in stored])


INSERT = """
INSERT INTO personal_data_mark
    (event_id, analyst_data_id, place, part_id, field, kind, start, "end", says_offence, fingerprint)
SELECT %(event)s::bigint, CASE WHEN m.place = 'analyst-data' THEN m.part_id END, m.* FROM unnest(
    %(place)s::text[], %(part_id)s::bigint[], %(field)s::text[], %(kind)s::text[], %(start)s::int[], %(end)s::int[],
    %(says_offence)s::bool[], %(fingerprint)s::bigint[]
) AS m (place, part_id, field, kind, start, "end", says_offence, fingerprint)
"""
STORED = """
SELECT id, place, part_id, field, kind, start, "end", says_offence, fingerprint FROM personal_data_mark
WHERE {event} AND place = ANY(%(places)s)
    AND (%(parts)s::bigint[] IS NULL OR part_id = ANY(%(parts)s))
"""
