"""Answers about the personal data of a kind in an event."""

from __future__ import annotations

from collections.abc import Callable

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

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.personal_data.answers import (
    AnsweredMarks,
    MarksOfEvent,
    deny_offence,
    state_necessity,
    take_back_answer,
    take_back_denial,
)
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import (
    MarkedKind,
    MarkedText,
    marked_kinds,
    marked_texts,
)
from vardkase.intel.personal_data.replacing import Replacement, parts_with, replace_marked
from vardkase.intel.queries.find import find_event
from vardkase.intel.undo.services import undoable
from vardkase.web.intel.editing.common import reach_in, review_address, say_undoable
from vardkase.web.intel.personal_data import answering
from vardkase.web.intel.personal_data.answering import (
    HEADINGS,
    AnswerPage,
    NecessityForm,
    NotOffenceForm,
    answer_page,
)
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.PUBLISH, writes=True)
def necessity(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    return _answer(
        request,
        reference,
        kind,
        NecessityForm,
        state_necessity,
        "personal_data_take_back",
        gettext("Explain why the personal data are needed"),
        gettext(
            "Share personal data only if the recipients need them. Otherwise go back, and remove or replace them in "
            "the event. The answer is for all marks of this kind in the event, and is logged."
        ),
    )


@page(Permission.PUBLISH, writes=True)
def not_offence(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    return _answer(
        request,
        reference,
        kind,
        NotOffenceForm,
        deny_offence,
        "personal_data_suspect_again",
        gettext("State that the personal data do not concern an offence"),
        gettext(
            "Data about someone who is suspected or convicted of a crime are withheld from organisations "
            "without a legal ground (GDPR, article 10). Your answer makes all details of this kind in the event "
            "readable to them at once. A suspicion is enough for the data to concern an offence. The answer and your "
            "reason are logged."
        ),
    )


def _answer(
    request: PageRequest,
    reference: str,
    kind: str,
    of_class: type[forms.Form],
    service: Callable[[Actor, AnsweredMarks, str], int],
    undoing: str,
    title: str,
    intro: str,
) -> HttpResponse:
    event = find_event(request.actor, reference)
    marked = next((each for each in marked_kinds(request.actor, event.id) if each.kind.value == kind), None)
    if marked is None:
        raise NotFound
    chosen = reach_in(request.GET)
    publish = review_address(event.id, chosen)
    texts = marked_texts(request.actor, event.id, kind)
    shown = AnswerPage(
        title,
        intro,
        _crumbs(event, publish),
        [_described(marked), *(_with_link(event, each) for each in texts)],
        publish,
        undoing,
        (event.id, kind),
        chosen,
    )
    return answer_page(
        request, of_class, lambda reason: service(request.actor, MarksOfEvent(event.id, kind), reason), shown
    )


@page(Permission.PUBLISH, writes=True)
@require_POST
def take_back(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    return _take_back(request, reference, kind, take_back_answer)


@page(Permission.PUBLISH, writes=True)
@require_POST
def suspect_again(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    return _take_back(request, reference, kind, take_back_denial)


def _take_back(
    request: PageRequest, reference: str, kind: str, service: Callable[[Actor, AnsweredMarks], int]
) -> HttpResponse:
    event = find_event(request.actor, reference)
    back = review_address(event.id, reach_in(posted.fields(request)))
    return answering.take_back(request, lambda: service(request.actor, MarksOfEvent(event.id, kind)), back)


def _crumbs(event: EventRow, publish: str) -> list[Crumb]:
    return [
        (gettext("Events"), reverse("events")),
        (str(event.id), reverse("event", args=[event.id])),
        (gettext("Publish"), publish),
    ]


@page(Permission.PUBLISH, writes=True)
def replace(request: PageRequest, reference: str, kind: str, way: str) -> HttpResponse:
    """Asks first, and can be undone."""
    event = find_event(request.actor, reference)
    marked = next((each for each in marked_kinds(request.actor, event.id) if each.kind.value == kind), None)
    if marked is None or way not in Replacement.values:
        raise NotFound
    publish = review_address(event.id, reach_in(request.GET))
    parts = parts_with(request.actor, event.id, kind)
    if request.method == "POST":
        try:
            done = undoable(
                request.actor,
                event.id,
                parts.attributes,
                lambda: replace_marked(request.actor, event.id, kind, way),
                with_texts=True,
            )
        except (Conflict, Invalid, Forbidden) as refused:
            messages.error(request, str(refused))
        else:
            said = ngettext("%(n)s place changed.", "%(n)s places changed.", done.result)
            say_undoable(request, event, said % {"n": thin(done.result)}, done.point)
        return redirect(publish)
    return confirm_page(
        request,
        str(HEADINGS[Replacement(way)]),
        _crumbs(event, publish),
        str(EFFECTS[Replacement(way)]),
        things=[
            ngettext("%(n)s place", "%(n)s places", parts.count) % {"n": thin(parts.count)},
            *(_with_link(event, each) for each in marked_texts(request.actor, event.id, kind)),
        ],
        act=str(Replacement(way).label),
        deletes=way == Replacement.REMOVAL,
    )


EFFECTS = {
    Replacement.PSEUDONYM: _(
        "Each detail is replaced by a code that is the same wherever the detail stands in this event: in attributes, "
        "comments, the title and reports. A tag that holds such a detail is removed from the event. Versions that have "
        "been published stay as they are."
    ),
    Replacement.REMOVAL: _(
        "Attributes whose whole value is such a detail are deleted. In other values, comments, the title and reports, "
        "the detail is cut out. A tag that holds such a detail is removed from the event. Versions that have been "
        "published stay as they are."
    ),
}


def _described(marked: MarkedKind) -> str:
    count = ngettext("%(n)s detail", "%(n)s details", marked.count) % {"n": thin(marked.count)}
    return f"{marked.kind.label}: {count} ({', '.join(marked.place_labels)})"


def _with_link(event: EventRow, marked: MarkedText) -> SafeString:
    match marked.place:
        case MarkPlace.TITLE | MarkPlace.TAG:
            url = reverse("event_edit", args=[event.id])
        case MarkPlace.OBJECT:
            url = reverse("object_edit", args=[event.id, marked.part_id])
        case MarkPlace.REPORT:
            url = reverse("report", args=[event.id, marked.part_id])
        case _:
            url = reverse("attribute_edit", args=[event.id, marked.part_id])
    return format_html('<a href="{}">{}</a> <b>{}</b>', url, marked.place.label, marked.text)
