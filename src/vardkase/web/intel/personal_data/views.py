"""Answers about personal data: why all of a kind in an event is necessary, and taking that back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import (
    MarkedKind,
    MarkedText,
    marked_kinds,
    marked_texts,
)
from vardkase.intel.personal_data.replacing import Replacement, attributes_with, replace_marked
from vardkase.intel.personal_data.services import LONGEST_REASON, state_necessity, take_back_answer
from vardkase.intel.queries.find import find_event
from vardkase.intel.undo.services import undoable
from vardkase.web.intel.editing.common import attempt, reach_in, review_address, say_undoable
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo


class NecessityForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do the recipients need them?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@page(Permission.PUBLISH, writes=True)
def necessity(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    marked = next((each for each in marked_kinds(request.actor, event.id) if each.kind.value == kind), None)
    if marked is None:
        raise NotFound
    form = NecessityForm(request.POST if request.method == "POST" else None)
    chosen = reach_in(request.GET)
    publish = review_address(event.id, chosen)
    if request.method == "POST":
        try:
            count = attempt(
                form,
                lambda: state_necessity(request.actor, event.id, kind, form.cleaned_data["reason"]),
            )
        except Conflict as refused:
            count = None
            form.add_error(None, str(refused))
        if count is not None:
            say_with_undo(
                request,
                gettext("The answer has been saved."),
                "personal_data_take_back",
                event.id,
                kind,
                **chosen,
            )
            return redirect(publish)
    return edit_page(
        request,
        form,
        gettext("Explain why the personal data are needed"),
        [
            (gettext("Events"), reverse("events")),
            (str(event.id), reverse("event", args=[event.id])),
            (gettext("Publish"), publish),
        ],
        intro=gettext(
            "Share personal data only if the recipients need them. Otherwise go back, and remove or replace them in "
            "the event. The answer is for all marks of this kind in the event, and is logged."
        ),
        things=[
            _described(marked),
            *(_with_link(event, each) for each in marked_texts(request.actor, event.id, kind)),
        ],
    )


@page(Permission.PUBLISH, writes=True)
@require_POST
def take_back(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    try:
        take_back_answer(request.actor, event.id, kind)
        messages.success(request, gettext("The answer has been undone."))
    except Conflict as refused:
        messages.error(request, str(refused))
    return redirect(review_address(event.id, reach_in(posted.fields(request))))


@page(Permission.PUBLISH, writes=True)
def replace(request: PageRequest, reference: str, kind: str, way: str) -> HttpResponse:
    """Asks first, and can be undone."""
    event = find_event(request.actor, reference)
    marked = next((each for each in marked_kinds(request.actor, event.id) if each.kind.value == kind), None)
    if marked is None or way not in Replacement.values:
        raise NotFound
    publish = review_address(event.id, reach_in(request.GET))
    ids = attributes_with(request.actor, event.id, kind)
    if request.method == "POST":
        try:
            done = undoable(
                request.actor, event.id, ids, lambda: replace_marked(request.actor, event.id, kind, way)
            )
        except (Conflict, Invalid) as refused:
            messages.error(request, str(refused))
        else:
            said = ngettext("%(n)s attribute changed.", "%(n)s attributes changed.", done.result)
            say_undoable(request, event, said % {"n": thin(done.result)}, done.point)
        return redirect(publish)
    return confirm_page(
        request,
        str(HEADINGS[Replacement(way)]),
        [
            (gettext("Events"), reverse("events")),
            (str(event.id), reverse("event", args=[event.id])),
            (gettext("Publish"), publish),
        ],
        str(EFFECTS[Replacement(way)]),
        things=[
            ngettext("%(n)s attribute", "%(n)s attributes", len(ids)) % {"n": thin(len(ids))},
            *(_with_link(event, each) for each in marked_texts(request.actor, event.id, kind)),
        ],
        act=str(Replacement(way).label),
        deletes=way == Replacement.REMOVAL,
    )


HEADINGS = {
    Replacement.PSEUDONYM: _("Pseudonymise personal data"),
    Replacement.REMOVAL: _("Remove personal data"),
}
EFFECTS = {
    Replacement.PSEUDONYM: _(
        "In values and comments of attributes, each detail is replaced by a code that is the same wherever the detail "
        "stands in this event. What is in the title, tags and reports you edit there."
    ),
    Replacement.REMOVAL: _(
        "Attributes whose whole value is such a detail are deleted. In other values and in comments, the detail is cut "
        "out. What is in the title, tags and reports you edit there."
    ),
}


def _described(marked: MarkedKind) -> str:
    count = ngettext("%(n)s detail", "%(n)s details", marked.count) % {"n": thin(marked.count)}
    return f"{marked.kind.label}: {count} ({', '.join(marked.place_labels)})"


def _with_link(event: EventRow, marked: MarkedText) -> SafeString:
    match marked.place:
        case MarkPlace.TITLE | MarkPlace.TAG:
            url = reverse("event_edit", args=[event.id])
        case MarkPlace.REPORT:
            url = reverse("report", args=[event.id, marked.part_id])
        case _:
            url = reverse("attribute_edit", args=[event.id, marked.part_id])
    return format_html('<a href="{}">{}</a> <b>{}</b>', url, marked.place.label, marked.text)
