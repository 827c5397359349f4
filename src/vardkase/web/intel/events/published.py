"""View data of a published version of an event: its head, and a page of its attributes and objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import ngettext

from vardkase.formats.misp_json.published import (
    PublishedAttribute,
    PublishedEvent,
    PublishedObject,
)
from vardkase.web.intel.events.presenters import value_url
from vardkase.web.ui.chips import INHERIT, is_tlp
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.paging import with_query

A_PAGE = 200
"""Attributes of a version on a page."""
ALWAYS = 4
"""Columns of every table; the others are there where a row has something in them."""
FEW_TAGS = 12
"""Tags that are shown by themselves; more fold."""


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """An attribute; `head` is its object where the row is the first of it on the page."""

    line: PublishedAttribute
    within: PublishedObject | None
    head: PublishedObject | None = None
    targets: Sequence[tuple[str, str, str]] = ()
    """What the object of `head` refers to: relationship, value or name, and type of a value."""

    @property
    def value_url(self) -> str:
        return value_url(self.line.value)

    @property
    def has_own_reach(self) -> bool:
        return int(self.line.distribution) != INHERIT

    @property
    def reach(self) -> int:
        return int(self.line.distribution)

    @property
    def group(self) -> str:
        return self.line.SharingGroup.name if self.line.SharingGroup else ""

    @property
    def first_seen(self) -> datetime | None:
        return _seen(self.line.first_seen)

    @property
    def last_seen(self) -> datetime | None:
        return _seen(self.line.last_seen)


def published_context(request: PageRequest, event: PublishedEvent) -> dict[str, Any]:
    """`?text=` filters the attributes, `?start=` pages through them, `?report=` names a report to read."""
    text = request.GET.get("text", "").strip()
    found = matching_rows(event, text)
    start = _start(request)
    if start >= len(found):
        start = 0
    page = _with_heads(event, found[start : start + A_PAGE])
    more = start + A_PAGE < len(found)
    columns = {
        "has_tags": any(row.line.Tag for row in page),
        "has_reaches": any(row.has_own_reach for row in page),
        "has_comments": any(row.line.comment for row in page),
        "has_times": any(row.line.first_seen or row.line.last_seen for row in page),
    }
    return {
        "published": event,
        "title": event.info,
        "day": date.fromisoformat(event.date),
        "threat": int(event.threat_level_id),
        "analysis": int(event.analysis),
        "distribution": int(event.distribution),
        "group": event.SharingGroup.name if event.SharingGroup else "",
        "tlp": next((tag for tag in event.Tag if is_tlp(tag)), None),
        "edition_tags": [tag for tag in event.Tag if not is_tlp(tag)],
        "tags_fold": len(event.Tag) > FEW_TAGS,
        "report": next(
            (each for each in event.EventReport if each.uuid == request.GET.get("report")),
            None,
        ),
        "rows": page,
        **columns,
        "width": ALWAYS + sum(columns.values()),
        "text": text,
        "counted": _counted(len(found), len(event.attributes)),
        "newer": with_query(request, start=str(max(0, start - A_PAGE))) if start else "",
        "older": with_query(request, start=str(start + A_PAGE)) if more else "",
    }


def matching_rows(event: PublishedEvent, text: str) -> list[PublishedRow]:
    """The attributes, those in objects last; with `text` those that have it in a value, a name or a comment."""
    rows = [PublishedRow(one, None) for one in event.Attribute]
    rows += [PublishedRow(one, each) for each in event.Object for one in each.Attribute]
    wanted = text.casefold()
    return [row for row in rows if any(wanted in one.casefold() for one in _texts(row))] if wanted else rows


def _texts(row: PublishedRow) -> Iterator[str]:
    line = row.line
    yield from (line.value, line.type, line.category, line.comment, line.object_relation or "", line.uuid)
    yield from (tag.name for tag in line.Tag)
    if row.within:
        yield from (row.within.name, row.within.comment)


def _with_heads(event: PublishedEvent, rows: Sequence[PublishedRow]) -> list[PublishedRow]:
    named = {one.uuid: (one.value, one.type) for one in event.attributes}
    named |= {each.uuid: (each.name, "") for each in event.Object}
    headed, last = [], None
    for row in rows:
        head = row.within if row.within is not last else None
        last = row.within
        targets = [
            (each.relationship_type, *named[each.referenced_uuid])
            for each in (head.ObjectReference if head else ())
            if each.referenced_uuid in named
        ]
        headed.append(PublishedRow(row.line, row.within, head, targets))
    return headed


def _counted(shown: int, total: int) -> str:
    numbers = {"shown": thin(shown), "total": thin(total)}
    if shown == total:
        return ngettext("%(shown)s attribute", "%(shown)s attributes", shown) % numbers
    return ngettext("%(shown)s of %(total)s attribute", "%(shown)s of %(total)s attributes", total) % numbers


def _seen(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _start(request: PageRequest) -> int:
    text = request.GET.get("start", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
