"""Bulk actions on selected attributes, in the bar above the attribute table."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing import bulk_edit
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import find_event
from vardkase.intel.undo.services import Undoable, undo, undoable
from vardkase.misp.flags import as_int
from vardkase.web.intel.editing.common import (
    attempt,
    own_event,
    reach_of_review,
    review_address,
    say_undoable,
)
from vardkase.web.intel.editing.forms.mass_edit import MassEditForm
from vardkase.web.intel.events.selection import chosen_filter, selected_ids, selection_fields
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADD, writes=True)
@require_POST
def delete(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    found_by = chosen_filter(request)
    done = change_many(
        request,
        event,
        chosen,
        lambda: bulk_edit.delete_attributes(request.actor, event.id, chosen, found_by=found_by),
    )
    if done:
        said = ngettext("%(n)s attribute deleted.", "%(n)s attributes deleted.", done.result)
        _say(request, event, said, done)
    return back(request, event)


@page(writes=True)
@require_POST
def take_back(request: PageRequest, reference: str) -> HttpResponse:
    """Undoes a change of attributes, in a bar of many or in a cell of one."""
    event = find_event(request.actor, reference)
    try:
        count = undo(request.actor, event.id, as_int(posted.text(request, "point")) or 0)
    except (Conflict, Invalid, NotFound) as refused:
        messages.error(request, str(refused))
    else:
        said = ngettext(
            "%(n)s attribute is as it was before.", "%(n)s attributes are as they were before.", count
        )
        undone = said % {"n": thin(count)} if count else gettext("The change has been undone.")
        messages.success(request, undone)
    reach = reach_of_review(request)
    return back(request, event) if reach is None else redirect(review_address(event.id, reach))


@page(Permission.ADD, writes=True)
@require_POST
def detection(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    to_ids = posted.flag(request, "to_ids")
    found_by = chosen_filter(request)
    if reach_of_review(request) is not None:
        # The review of a publication removes the flag from harmless values that still have it.
        differing = Attribute.objects.filter(event_id=event.id, pk__in=chosen, to_ids=not to_ids)
        chosen = list(differing.values_list("pk", flat=True))
    done = change_many(
        request,
        event,
        chosen,
        lambda: bulk_edit.set_detection(request.actor, event.id, chosen, to_ids, found_by=found_by),
    )
    return after_change(request, event, done)


@page(Permission.ADD, writes=True)
@require_POST
def reach(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    level, _, group = posted.text(request, "reach").partition(":")
    wanted = as_int(level)
    if wanted is None:
        messages.error(request, gettext("Choose who should see them."))
        return back(request, event)
    found_by = chosen_filter(request)
    done = change_many(
        request,
        event,
        chosen,
        lambda: bulk_edit.set_reach(
            request.actor, event.id, chosen, wanted, as_int(group), found_by=found_by
        ),
    )
    return after_change(request, event, done)


@page(Permission.ADD, writes=True)
@require_POST
def edit(request: PageRequest, reference: str) -> HttpResponse:
    """A form for what the others do not change; `apply` marks its own submission, unlike that of the selection."""
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    applies = posted.flag(request, "apply")
    form = MassEditForm(request.POST if applies else None)
    if not chosen:
        messages.error(request, gettext("Select one or more attributes first."))
        return back(request, event)
    if applies:
        found_by = chosen_filter(request)
        actor = request.actor
        done = attempt(
            form,
            lambda: undoable(
                actor,
                event.id,
                chosen,
                lambda: bulk_edit.edit_attributes(
                    actor, event.id, chosen, form.document(), found_by=found_by
                ),
            ),
        )
        if done is not None:
            return after_change(request, event, done)
    heading = ngettext("Edit %(n)s attribute", "Edit %(n)s attributes", len(chosen)) % {
        "n": thin(len(chosen))
    }
    fields = selection_fields(request) | {"filter": posted.text(request, "filter")}
    context = {"heading": heading, "event": event, "form": form, "fields": fields}
    return render(request, "editing/mass_edit.html", context)


def change_many(
    request: PageRequest, event: EventRow, chosen: list[int], act: Callable[[], int]
) -> Undoable[int] | None:
    try:
        return undoable(request.actor, event.id, chosen, act)
    except NotFound:
        messages.error(request, gettext("Select one or more attributes first."))
    except Invalid as refused:
        messages.error(request, str(refused))
    return None


def after_change(request: PageRequest, event: EventRow, done: Undoable[int] | None) -> HttpResponse:
    if done and done.result:
        said = ngettext("%(n)s attribute updated.", "%(n)s attributes updated.", done.result)
        _say(request, event, said, done)
    reach = reach_of_review(request)
    return back(request, event) if reach is None else redirect(review_address(event.id, reach))


def _say(request: PageRequest, event: EventRow, said: str, done: Undoable[int]) -> None:
    reach = reach_of_review(request)
    further = {} if reach is None else {"back": "publish", **reach}
    say_undoable(request, event, said % {"n": thin(done.result)}, done.point, further)


def back(request: PageRequest, event: EventRow) -> HttpResponse:
    """To the table as it was filtered."""
    query = posted.text(request, "filter")
    return redirect(reverse("event", args=[event.id]) + (f"?{query}" if query else ""))
