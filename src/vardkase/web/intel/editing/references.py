"""References from an object to other parts of its event."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.analysis.search.statement import containing
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow, ObjectRow
from vardkase.intel.editing.deletion import delete_reference
from vardkase.intel.queries.find import find_reference
from vardkase.intel.queries.object_contents import references_of_object, targets_for
from vardkase.intel.services.references import add_reference
from vardkase.intel.undo.services import undoable
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.web.intel.editing.common import attempt, own_event, say_undoable
from vardkase.web.intel.editing.forms.reference import ReferenceForm
from vardkase.web.intel.editing.objects import own_object
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True)
def create(request: PageRequest, reference: str, object_id: int) -> HttpResponse:
    event, object_ = own_object(request, reference, object_id)
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made = attempt(form, lambda: add_reference(request.actor, str(object_.id), form.document()))
    else:
        made = None
    if made is not None:
        messages.success(request, gettext("Reference added."))
        return redirect("reference_create", event.id, object_.id)
    return render(request, "editing/references.html", _context(request, event, object_, form))


@page(Permission.ADD, writes=True)
@require_POST
def delete(request: PageRequest, reference: str, reference_id: int) -> HttpResponse:
    event = own_event(request.actor, reference)
    stored = find_reference(request.actor, reference_id)
    if stored.event_id != event.id:
        raise Http404
    done = undoable(
        request.actor,
        event.id,
        [],
        lambda: delete_reference(request.actor, stored.id),
        object_ids=[stored.object_id],
    )
    say_undoable(request, event, gettext("Reference removed."), done.point)
    return redirect("reference_create", event.id, stored.object_id)


def _context(
    request: PageRequest, event: EventRow, object_: ObjectRow, form: ReferenceForm
) -> dict[str, Any]:
    text = request.GET.get("q", "")[:200].replace("\0", "")
    return {
        "heading": gettext("References from the object"),
        "event": event,
        "found": object_,
        "form": form,
        "text": text,
        "references": references_of_object(request.actor, object_.id),
        "targets": targets_for(request.actor, event.id, object_.id, containing(text) if text else "%"),
        "relationships": ObjectRelationship.objects.order_by("name"),
    }
