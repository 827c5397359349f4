"""What modules found, kept between the question and the choice of what to add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from vardkase.core import held_uploads
from vardkase.core.limits import Limit
from vardkase.exchange.modules.reach import Document

A_DAY = Limit("module results", 500, 24 * 3600)
"""Results of one user that are kept for some hours, so that they can be looked through."""
KINDS = {"Attribute": "a", "Object": "o", "Tag": "t", "EventReport": "r"}
"""Parts of an event → the start of the names of their boxes."""
MOST_SHOWN = 500
"""Parts of a kind on one page."""
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class FoundPart:
    """A part as one line: `box` is the name of its check box, `lines` what it contains."""

    box: str
    kind: str
    text: str
    note: str
    lines: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def keep(owner: int | None, document: Document) -> str:
    """The reference of the results; empty if they are too large or the user keeps too many."""
    if A_DAY.spend(owner).is_exceeded:
        return ""
    shortened = {name: document.get(name, [])[:MOST_SHOWN] for name in KINDS}
    return held_uploads.hold(owner, "", msgspec.json.encode(shortened), limit=None, kind="module")


def kept(owner: int | None, reference: str) -> Document | None:
    held = held_uploads.find(owner, reference, kind="module")
    return msgspec.json.decode(held.read(), type=dict[str, list[dict[str, Any]]]) if held else None


def chosen(document: Document, boxes: Sequence[str]) -> Document:
    """The parts whose boxes are ticked; references from objects only to what is chosen or in no part."""
    ticked = set(boxes)
    picked = {
        name: [part for number, part in enumerate(parts) if f"{KINDS[name]}{number}" in ticked]
        for name, parts in document.items()
    }
    gone = {
        str(part.get("uuid"))
        for name, parts in document.items()
        for number, part in enumerate(parts)
        if part.get("uuid") and f"{KINDS[name]}{number}" not in ticked
    }
    for each in picked.get("Object", []):
        references = each.get("ObjectReference")
        if isinstance(references, list):
            each["ObjectReference"] = [
                one
                for one in references
                if isinstance(one, dict) and str(one.get("referenced_uuid")) not in gone
            ]
    return picked


def shown(document: Document) -> list[FoundPart]:
    found = [
        FoundPart(
            f"a{number}", _text(part, "type"), _text(part, "value"), _text(part, "comment"), (), _tags(part)
        )
        for number, part in enumerate(document.get("Attribute", []))
    ]
    found += [
        FoundPart(
            f"o{number}",
            _text(part, "name"),
            next((_text(each, "value") for each in _dicts(part.get("Attribute"))), ""),
            _text(part, "comment"),
            tuple(_lines(part)),
        )
        for number, part in enumerate(document.get("Object", []))
    ]
    found += [
        FoundPart(f"t{number}", "tag", _text(part, "name"), "")
        for number, part in enumerate(document.get("Tag", []))
    ]
    found += [
        FoundPart(f"r{number}", "report", _text(part, "name"), _text(part, "content"))
        for number, part in enumerate(document.get("EventReport", []))
    ]
    return found


def _lines(part: Mapping[str, Any]) -> list[str]:
    inside = [
        f"{_text(each, 'object_relation')}: {_text(each, 'value')}" for each in _dicts(part.get("Attribute"))
    ]
    references = [
        f"→ {_text(each, 'relationship_type')} {_text(each, 'referenced_uuid')}"
        for each in _dicts(part.get("ObjectReference"))
    ]
    return [*inside, *references]


def _tags(part: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_text(tag, "name") for tag in _dicts(part.get("Tag")))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return str(value)[:LONGEST_SHOWN] if value is not None else ""
