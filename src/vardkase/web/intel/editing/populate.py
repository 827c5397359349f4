"""Filling an event from another one: the other event is found, and what to copy of it is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.event_list import EventFilters, event_page
from vardkase.analysis.search.statement import containing
from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.merging import ChosenParts, copy_parts
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.event_templates.queries import visible_templates
from vardkase.intel.queries.attribute_lines import (
    AttributeLine,
    LineFilter,
    LineOrder,
    attribute_lines,
    entries,
    extent,
)
from vardkase.intel.queries.duplicates import attributes_held, objects_held
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.object_lines import ObjectHead, object_heads
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.editing.common import back_to, group_options, own_event, reach_context
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.forms.reach import ReachForm
from vardkase.web.ui.listing import searched
from vardkase.web.ui.pages import PageRequest, page

OFFERED = 20
"""Events found, and event templates, at a time."""
MOST_ROWS = 500
"""Parts that are listed; a larger event is copied as a whole, or in parts by its filter."""
BREADTH = (
    Distribution.ORGANISATION,
    Distribution.SHARING_GROUP,
    Distribution.COMMUNITY,
    Distribution.CONNECTED,
    Distribution.ALL,
)
"""Distributions of events, the narrowest first."""
FOLDED = LineOrder(folded=True)


class CopyReachForm(ReachForm):
    inherits = True

    widen = forms.BooleanField(
        required=False,
        label=_("Share the copies as chosen, also with organisations that may not read the originals"),
    )


@dataclass(frozen=True, slots=True)
class CopyRow:
    """An attribute outside objects, or an object. `is_held`: the event has the same already."""

    pk: int
    line: AttributeLine | None
    head: ObjectHead | None
    is_held: bool

    @property
    def key(self) -> str:
        return "attribute" if self.line else "object"

    @property
    def mark(self) -> str:
        return f"{self.key}-{self.pk}"


@dataclass(frozen=True, slots=True)
class TagChoice:
    name: str
    is_held: bool


@page(Permission.ADD, writes=True)
def choose(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    text = searched(request)
    filters = EventFilters(text=text)
    found = event_page(request.actor, filters, None, OFFERED + 1).rows
    templates = visible_templates(request.actor).filter(active=True).order_by("name")[:OFFERED]
    context = {
        "heading": gettext("Copy into the event"),
        "event": event,
        "q": text,
        "found": [row for row in found if row.id != event.id][:OFFERED],
        "templates": templates,
    }
    return render(request, "editing/populate_choose.html", context)


@page(Permission.ADD, writes=True)
def copy(request: PageRequest, reference: str, source: str) -> HttpResponse:
    event, other = own_event(request.actor, reference), find_event(request.actor, source)
    if other.id == event.id:
        messages.error(request, gettext("Choose another event than the one to copy into."))
        return redirect("event_populate", event.id)
    is_sent = request.method == "POST"
    form = CopyReachForm(
        request.POST if is_sent else None,
        initial={"distribution": Distribution.INHERIT},
        **group_options(request.actor),
    )
    if is_sent and form.is_valid() and (done := _copy(request, event, other, form)):
        return done
    text = searched(request)
    wanted = LineFilter(pattern=containing(text) if text else "", text=text)
    size = extent(request.actor, other.id, wanted, FOLDED)
    rows = _rows(request.actor, event, other, wanted)
    context = {
        "heading": gettext("Choose what to copy"),
        "event": event,
        "other": index_rows(request.actor, [other.id])[0],
        "is_wider": BREADTH.index(event.distribution) > BREADTH.index(other.distribution),
        "q": text,
        "rows": rows,
        "held": sum(row.is_held for row in rows),
        "chosen": _sent_choice(request) if is_sent else {row.mark for row in rows if not row.is_held},
        "tags": _tags(event, other),
        "chosen_tags": posted.texts(request, "tag"),
        "more": max(0, size.rows - len(rows)),
        "every": posted.flag(request, "every"),
        **reach_context(request.actor, form),
    }
    return render(request, "editing/populate.html", context, status=422 if is_sent else 200)


def _copy(request: PageRequest, event: EventRow, other: EventRow, form: ReachForm) -> HttpResponse | None:
    tags = posted.texts(request, "tag")
    if posted.flag(request, "every"):
        chosen = ChosenParts(None, None, tags)
    else:
        chosen = ChosenParts(posted.numbers(request, "attribute"), posted.numbers(request, "object"), tags)
        if not (chosen.attributes or chosen.objects or tags):
            form.add_error(None, gettext("Choose at least one attribute, object or tag."))
            return None
    try:
        widen = form.cleaned_data["widen"]
        added = copy_parts(request.actor, event.id, other, chosen, form.reach(), widen=widen)
    except Invalid as refused:
        take_errors(form, refused)
        return None
    if refused_parts := len(added.rejections.errors):
        left_out = ngettext(
            "%(n)s part was not copied: the event has it already, or it is not valid here.",
            "%(n)s parts were not copied: the event has them already, or they are not valid here.",
            refused_parts,
        )
        messages.info(request, left_out % {"n": thin(refused_parts)})
    said = gettext("Copied: %(attributes)s attributes and %(objects)s objects.")
    numbers = {"attributes": thin(added.attributes), "objects": thin(added.objects)}
    return back_to(request, event.id, said % numbers)


def _rows(actor: Actor, event: EventRow, other: EventRow, wanted: LineFilter) -> list[CopyRow]:
    found = entries(actor, other.id, wanted, FOLDED, 0, MOST_ROWS)
    flat = [each.attribute_id for each in found if each.attribute_id is not None]
    objects = [each.object_id for each in found if each.attribute_id is None and each.object_id is not None]
    lines = attribute_lines(actor, other.id, flat, deleted=False)
    heads = object_heads(actor, objects)
    held, held_objects = attributes_held(event.id, flat), objects_held(actor, event.id, objects)
    rows = [
        CopyRow(each.object_id, None, heads.get(each.object_id), each.object_id in held_objects)
        if each.attribute_id is None and each.object_id is not None
        else CopyRow(
            each.attribute_id or 0, lines.get(each.attribute_id or 0), None, each.attribute_id in held
        )
        for each in found
    ]
    return [row for row in rows if row.line or row.head]


def _tags(event: EventRow, other: EventRow) -> list[TagChoice]:
    held = {tag.name for tag in event_tags(event.id)}
    return [TagChoice(tag.name, tag.name in held) for tag in event_tags(other.id)]


def _sent_choice(request: PageRequest) -> set[str]:
    return {f"{key}-{pk}" for key in ("attribute", "object") for pk in posted.numbers(request, key)}
