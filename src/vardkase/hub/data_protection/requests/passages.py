"""What is said of a person in a longer text: the lines that name them, and nothing else that stands in it.

The rest of a document, an e-mail or an event is about others, and its secrecy is not the person's to lift (article 15.4
of the GDPR). What is shown to who decides is what is given out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.misp.report_references import in_words

MOST = 2_000
"""Passages of one item."""
LONG_LINE = 400
"""Characters above which only what is around the finding is given of a line."""
AROUND = 100
"""Characters on each side of what was found in a long line, to the nearest whole word."""
PARTS = {
    "Attribute": Kind.ATTRIBUTE,
    "Object": Kind.OBJECT,
    "EventReport": Kind.REPORT,
    "Tag": Kind.TAG,
}
"""Lists of an event's document by their names."""


def passages(text: str, compiled: Sequence[re.Pattern[str]]) -> list[str]:
    """The lines of `text` in which one of the patterns matches, in their order."""
    found = {match.span(): None for each in compiled for match in each.finditer(text)}
    lines = (_line(text, start, end) for start, end in sorted(found))
    return list(islice(dict.fromkeys(lines), MOST))


def _line(text: str, start: int, end: int) -> str:
    first = text.rfind("\n", 0, start) + 1
    last = len(text) if (at := text.find("\n", end)) < 0 else at
    if last - first > LONG_LINE:
        first, last = _whole_words(text, max(first, start - AROUND), start, end, min(last, end + AROUND))
    return " ".join(text[first:last].split())


def _whole_words(text: str, first: int, start: int, end: int, last: int) -> tuple[int, int]:
    """`first` and `last` moved towards the finding (`start`, `end`) where they stand inside a word."""
    if first and not text[first - 1].isspace():
        first = start - len(re.sub(r"^\S*", "", text[first:start]))
    if last < len(text) and not text[last].isspace():
        last = end + len(re.sub(r"\S*$", "", text[end:last]))
    return first, last


def in_event(document: bytes, compiled: Sequence[re.Pattern[str]]) -> list[str]:
    """Of an event's document in JSON the fields that name the person, each with what it is a field of."""
    event = msgspec.json.decode(document, type=dict[str, Any]).get("Event", {})
    named = _named(event)
    lines = (
        f"{label}: {passage}"
        for label, value in _fields(event, str(Kind.TITLE.label))
        for passage in passages(in_words(value, named), compiled)
    )
    return list(islice(dict.fromkeys(lines), MOST))


def _named(event: Mapping[str, Any]) -> dict[str, str]:
    objects = event.get("Object", [])
    attributes = [
        *event.get("Attribute", []),
        *(one for each in objects for one in each.get("Attribute", [])),
    ]
    return {one["uuid"]: one["value"] for one in attributes} | {one["uuid"]: one["name"] for one in objects}


def _fields(part: Mapping[str, Any], label: str) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        if isinstance(value, list):
            of_kind = str(PARTS[name].label) if name in PARTS else name
            for each in value:
                if isinstance(each, Mapping):
                    yield from _fields(each, _typed(of_kind, each))
                else:
                    yield of_kind, str(each)
        elif isinstance(value, Mapping):
            yield from _fields(value, name)
        else:
            yield label, str(value)


def _typed(label: str, part: Mapping[str, Any]) -> str:
    return f"{label} ({type_})" if (type_ := part.get("type")) else label
