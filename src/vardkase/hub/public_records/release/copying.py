"""The copy for release, as JSON and PDF, from items and what was decided about each."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pypdf
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override, pgettext

from vardkase.core import typeset
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.hub.public_records.release.items import FIELDS, File, Item, ItemKind, ReleaseOutcome
from vardkase.hub.public_records.release.masking import Segment, segments
from vardkase.hub.public_records.release.remaining import remains

TEMPLATE = Path(__file__).with_name("release.typ")
MOST = 5_000
"""Items in one copy: about 300 pages."""
SHOWN_REMAINS = 5


@dataclass(frozen=True, slots=True)
class Head:
    """Whose copy it is: the authority, its number of the case, and the day of the decision."""

    authority: str
    case_number: str
    day: date


@dataclass(frozen=True, slots=True)
class ReleaseCopy:
    pdf: bytes
    json: bytes
    pages: int


@dataclass(slots=True)
class _Part:
    """What is released of an item, and of what is in it."""

    kind: str
    order: tuple[bool, str]
    fields: list[tuple[str, list[Segment]]]
    file: File | None = None
    inside: list[_Part] = field(default_factory=list)

    def of(self, kind: ItemKind) -> list[_Part]:
        return sorted((part for part in self.inside if part.kind == kind), key=lambda part: part.order)


def copy(head: Head, items: Sequence[Item], *, accepted: bool = False, language: str = "sv") -> ReleaseCopy:
    """The copy of what is released of `items`.

    Raises Conflict if text that is masked or withheld in one place is released in another, unless that is `accepted`;
    Invalid for a span outside its field, or too many items; NotTypeset.
    """
    if len(items) > MOST:
        raise Invalid({"items": [PublicRecordsProblem.TOO_MANY_ITEMS(most=MOST)]})
    if not accepted and (left := remains(items)):
        shown = list(dict.fromkeys(one.text for one in left))[:SHOWN_REMAINS]
        raise Conflict(PublicRecordsProblem.TEXT_REMAINS(texts=shown))
    events = _released(items)
    withheld = _provisions(items)
    with override(language):
        document = typeset.pdf(
            TEMPLATE, _page_data(head, events, withheld), language=language, pool=typeset.records
        )
    pages = len(pypdf.PdfReader(io.BytesIO(document)).pages)
    return ReleaseCopy(document, _json(head, events, withheld), pages)


def _released(items: Sequence[Item]) -> list[_Part]:
    """The events of which something is released. An attribute of a withheld object is shown in its event."""
    by_key = {item.key: item for item in items}
    parts = {item.key: _part(item) for item in items if item.decision.outcome != ReleaseOutcome.WITHHOLD}
    events: dict[str, _Part] = {}
    for item in items:
        top = _top(item, by_key)
        if item.key not in parts or (item.kind == ItemKind.TAG and item.parent not in parts):
            continue
        event = events.setdefault(top, parts.get(top) or _Part(ItemKind.EVENT, _order(top, False), []))
        if item.key != top:
            holder = parts.get(item.parent, event)
            holder.inside.append(parts[item.key])
    return sorted(events.values(), key=lambda part: part.order)


def _top(item: Item, by_key: dict[str, Item]) -> str:
    seen = {item.key}
    while item.parent in by_key and item.parent not in seen:
        item = by_key[item.parent]
        seen.add(item.key)
    return item.key if item.kind == ItemKind.EVENT else item.parent


def _part(item: Item) -> _Part:
    fields = [(one.name, segments(item, one.name, one.text)) for one in item.fields]
    is_whole = item.decision.outcome == ReleaseOutcome.RELEASE
    text = "\0".join(one.text for one in item.fields) if is_whole else item.key
    return _Part(item.kind, _order(text, is_whole), fields, item.file if is_whole else None)


def _order(text: str, is_whole: bool) -> tuple[bool, str]:
    """By what is released; what is masked comes last, in an order that says nothing of it."""
    return (not is_whole, text if is_whole else hashlib.sha256(text.encode()).hexdigest())


def _provisions(items: Iterable[Item]) -> list[str]:
    """The provisions by which something is withheld whole; not how much."""
    withheld = (item for item in items if item.decision.outcome == ReleaseOutcome.WITHHOLD)
    return sorted({ground for item in withheld for ground in item.decision.grounds})


GROUPS = {
    ItemKind.TAG: "tags",
    ItemKind.REPORT: "reports",
    ItemKind.ATTRIBUTE: "attributes",
    ItemKind.OBJECT: "objects",
}


def _json(head: Head, events: Sequence[_Part], withheld: Sequence[str]) -> bytes:
    document = {
        "authority": head.authority,
        "case": head.case_number,
        "date": head.day.isoformat(),
        "events": [_as_json(event) for event in events],
        "withheld_by": list(withheld),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _as_json(part: _Part) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: [{"text": one.text} if one.masked is None else {"masked": one.masked} for one in given]
        for name, given in part.fields
    }
    if part.file:
        found["file"] = {
            "name": part.file.name,
            "sha256": hashlib.sha256(part.file.content).hexdigest(),
            "base64": base64.b64encode(part.file.content).decode(),
        }
    return found | {
        name: [_as_json(one) for one in part.of(kind)] for kind, name in GROUPS.items() if part.of(kind)
    }


def _page_data(head: Head, events: Sequence[_Part], withheld: Sequence[str]) -> dict[str, Any]:
    return {
        "title": gettext("Copy of public records"),
        "sender": head.authority,
        "meta": [
            [pgettext("head of a letter", "Case"), head.case_number],
            [gettext("Date"), formatted(head.day, "j F Y")],
        ],
        "mask": gettext("Masked"),
        "events": [_as_block(event) for event in events],
        "empty": "" if events else gettext("Nothing is released."),
        "withheld": gettext("Other information is withheld under: %(provisions)s")
        % {"provisions": "; ".join(withheld)}
        if withheld
        else "",
        "note": gettext(
            "A black field marks text that has been removed. Its length says nothing about the text."
        ),
    }


def _read(name: str, text: str) -> str:
    with suppress(ValueError):
        if name in ("first_seen", "last_seen"):
            return formatted(timezone.localtime(datetime.fromisoformat(text)), "j F Y H:i")
        if name == "date":
            return formatted(date.fromisoformat(text), "j F Y")
    return text


def _as_block(part: _Part) -> dict[str, Any]:
    fields = [
        [
            str(FIELDS.get(name, name)),
            [{"text": _read(name, one.text), "masked": one.masked} for one in given],
        ]
        for name, given in part.fields
    ]
    if tags := part.of(ItemKind.TAG):
        several = [segment for tag in tags for segment in [*tag.fields[0][1], Segment(", ")]][:-1]
        fields.append([gettext("Tags"), [{"text": one.text, "masked": one.masked} for one in several]])
    if part.file:
        digest = hashlib.sha256(part.file.content).hexdigest()
        facts = f"{part.file.name} ({len(part.file.content)} B)\nSHA-256 {digest[:32]}\n{digest[32:]}"
        fields.append([gettext("Attachment, in the JSON copy"), [{"text": facts, "masked": None}]])
    return {
        "kind": str(ItemKind(part.kind).label),
        "fields": fields,
        "inside": [
            _as_block(one)
            for kind in (ItemKind.REPORT, ItemKind.ATTRIBUTE, ItemKind.OBJECT)
            for one in part.of(kind)
        ],
    }
