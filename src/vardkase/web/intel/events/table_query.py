"""What an address asks of the table of attributes: which of them, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.correlation.queries import correlating_attributes
from vardkase.analysis.search.statement import containing
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.proposals.queries import attributes_with_open
from vardkase.intel.queries.attribute_lines import (
    SORTS,
    Layout,
    LineFilter,
    LineOrder,
)
from vardkase.intel.queries.find import UUID_FORM
from vardkase.intel.queries.warned_attributes import warned_attributes
from vardkase.intel.sightings.queries import sighted_attributes
from vardkase.misp.flags import as_int

MARKS: dict[str, tuple[str | Promise, Callable[[Actor, int], set[int]]]] = {
    "correlated": (_("Correlated"), correlating_attributes),
    "warned": (_("On a warninglist"), warned_attributes),
    "proposed": (_("With open proposals"), attributes_with_open),
    "sighted": (_("Sighted"), sighted_attributes),
}
LONGEST_TEXT = 500
LONGEST_CONTAINED = 100
"""Characters sought anywhere in a value; a longer text, such as a pasted URL, is how the value begins."""
MOST_CHOSEN = 50
"""Values of one facet, and objects folded one by one."""


@dataclass(frozen=True, slots=True)
class TableQuery:
    text: str
    wanted: LineFilter
    order: LineOrder
    marks: tuple[str, ...]

    @property
    def is_filtered(self) -> bool:
        return bool(self.marks) or self.wanted != LineFilter(deleted=self.wanted.deleted)

    def resolved(self, actor: Actor, event_id: int) -> LineFilter:
        """The filter with what other parts of the hub know of the attributes, as ids."""
        wanted = self.wanted
        for mark in self.marks:
            ids = frozenset(MARKS[mark][1](actor, event_id))
            wanted = replace(wanted, among=ids if wanted.among is None else wanted.among & ids)
        return wanted

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """Name and value of each parameter that filters, and what to call it."""
        if self.text:
            yield "text", self.text, gettext("Text: %(text)s") % {"text": self.text}
        for name, values in (
            ("type", self.wanted.types),
            ("category", self.wanted.categories),
            ("tag", self.wanted.tags),
        ):
            yield from ((name, value, f"{FACETS[name]}: {value}") for value in values)
        for flag in self.wanted.detection:
            yield "detection", str(int(flag)), f"{FACETS['detection']}: {yes_or_no(flag)}"
        yield from (("mark", mark, str(MARKS[mark][0])) for mark in self.marks)
        if self.wanted.deleted:
            yield "deleted", "1", gettext("Deleted ones too")


FACETS: dict[str, str | Promise] = {
    "type": _("Type"),
    "category": _("Category"),
    "tag": pgettext_lazy("noun", "Tag"),
    "detection": _("Detection"),
}


def yes_or_no(flag: bool) -> str:
    return pgettext("detect", "Yes") if flag else pgettext("detect", "No")


def table_query(query: QueryDict, *, sees_deleted: bool) -> TableQuery:
    # PostgreSQL refuses NUL in a text.
    text = query.get("text", "").strip()[:LONGEST_TEXT].replace("\0", "")
    is_uuid = UUID_FORM.fullmatch(text) is not None
    is_long = len(text) > LONGEST_CONTAINED
    wanted = LineFilter(
        pattern=containing(text) if text and not is_uuid and not is_long else "",
        text=text if not is_uuid and not is_long else "",
        opening=containing(text).removeprefix("%") if is_long else "",
        uuid=UUID(text) if is_uuid else None,
        types=_texts(query, "type"),
        categories=_texts(query, "category"),
        tags=_texts(query, "tag"),
        detection=tuple(value == "1" for value in _texts(query, "detection") if value in ("0", "1")),
        deleted=query.get("deleted") == "1" and sees_deleted,
    )
    sort = query.get("sort", "")
    found = (as_int(part) for part in query.get("toggled", "").split(",")[:MOST_CHOSEN])
    order = LineOrder(
        layout=Layout.FLAT if query.get("layout") == Layout.FLAT else Layout.OBJECTS,
        sort=sort if sort.removeprefix("-") in SORTS else "",
        folded=query.get("folded") == "1",
        toggled=tuple(number for number in found if number is not None and 0 < number < 2**63),
    )
    marks = tuple(mark for mark in _texts(query, "mark") if mark in MARKS)
    return TableQuery(text, wanted, order, marks)


def may_see_deleted(actor: Actor, event: EventRow) -> bool:
    return event.org_id == actor.organisation_id or actor.is_site_admin


def without(query: QueryDict, name: str, value: str = "") -> str:
    """The address without one value of a parameter, or without the whole of it."""
    left = query.copy()
    kept = [each for each in left.getlist(name) if value and each != value]
    left.pop("page", None)
    left.setlist(name, kept)
    return "?" + left.urlencode()


def _texts(query: QueryDict, name: str) -> tuple[str, ...]:
    given: list[Any] = query.getlist(name)[:MOST_CHOSEN]
    return tuple(dict.fromkeys(text.replace("\0", "") for text in given if text))
