"""References drawn in the graph of an event. The answers are JSON: the edge, or what is wrong with which field."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django import forms
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.deletion import delete_reference
from vardkase.intel.event_graphs.queries import drawn_references
from vardkase.intel.models import ObjectReference
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.queries.find import find_object, find_reference
from vardkase.intel.services.references import add_reference, replace_reference
from vardkase.web.intel.editing.common import attempt, own_event
from vardkase.web.intel.editing.forms.reference import ReferenceForm
from vardkase.web.intel.event_graphs.presenters import reference_edge
from vardkase.web.ui.pages import PageRequest, page


class DrawnReferenceForm(ReferenceForm):
    object_uuid = forms.UUIDField(
        label=_("From"), error_messages={"required": _("Choose the object that it goes from.")}
    )

    field_order = ("object_uuid", "referenced_uuid", "relationship_type", "comment")


def _answers_in_json[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except NotFound as missing:
            return JsonResponse({"errors": {"": [str(missing)]}}, status=404)

    return answer


@page(Permission.ADD, writes=True)
@require_POST
@_answers_in_json
def add(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    form = DrawnReferenceForm(request.POST)
    made = attempt(form, lambda: _add(request.actor, event, form))
    return _answer(request.actor, event, form, made)


@page(Permission.ADD, writes=True)
@require_POST
@_answers_in_json
def change(request: PageRequest, reference: str, reference_id: int) -> HttpResponse:
    event, number = _own_reference(request.actor, reference, reference_id)
    form = ReferenceForm(request.POST)
    made = attempt(form, lambda: replace_reference(request.actor, number, form.document()))
    return _answer(request.actor, event, form, made)


@page(Permission.ADD, writes=True)
@require_POST
@_answers_in_json
def delete(request: PageRequest, reference: str, reference_id: int) -> HttpResponse:
    _event, number = _own_reference(request.actor, reference, reference_id)
    delete_reference(request.actor, number)
    return JsonResponse({})


def _add(actor: Actor, event: EventRow, form: DrawnReferenceForm) -> ObjectReference:
    document = form.document()
    source = str(document.pop("object_uuid"))
    try:
        found = find_object(actor, source)
    except NotFound as missing:
        raise Invalid({"object_uuid": [ObjectProblem.NOT_FOUND()]}) from missing
    if found.event_id != event.id:
        raise Invalid({"object_uuid": [ObjectProblem.NOT_FOUND()]})
    return add_reference(actor, source, document)


def _own_reference(actor: Actor, reference: str, reference_id: int) -> tuple[EventRow, int]:
    event = own_event(actor, reference)
    stored = find_reference(actor, reference_id)
    if stored.event_id != event.id:
        raise NotFound(ObjectProblem.REFERENCE_NOT_FOUND())
    return event, stored.id


def _answer(actor: Actor, event: EventRow, form: forms.Form, made: ObjectReference | None) -> HttpResponse:
    if made is None:
        return JsonResponse({"errors": form.errors}, status=422)
    (drawn,) = drawn_references(actor, event.id, after=made.pk - 1, limit=1)
    return JsonResponse({"edge": reference_edge(drawn)})
