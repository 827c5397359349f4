"""Bulk actions on selected attributes, in the bar above the attribute table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Invalid, NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing import bulk_edit
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.bulk_tagging import tag_attributes
from vardkase.knowledge.tag_choices import usable_tag
from vardkase.misp.flags import as_int
from vardkase.web.intel.editing.common import attempt, own_event
from vardkase.web.intel.editing.forms.mass_edit import MassEditForm
from vardkase.web.intel.events.selection import chosen_filter, selected_ids, selection_fields
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

MOST_NAMED = 500
"""Attributes that a message with an undo names one by one."""


@page(Permission.ADD, writes=True)
@require_POST
def delete(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    found_by = chosen_filter(request)
    count = _attempt(
        request, lambda: bulk_edit.delete_attributes(request.actor, event.id, chosen, found_by=found_by)
    )
    if count:
        message = ngettext("%(n)s attribute deleted.", "%(n)s attributes deleted.", count)
        say_with_undo(
            request, message % {"n": thin(count)}, "attributes_bulk_restore", event.id, **_deleted(chosen)
        )
    return back(request, event)


@page(Permission.ADD, writes=True)
@require_POST
def restore(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    moment = as_int(posted.text(request, "deleted_at"))
    chosen, found_by = posted.numbers(request, "pk"), None
    if moment is not None:
        chosen = bulk_edit.deleted_at(request.actor, event.id, moment)
        found_by = f"deleted_at={moment}"
    return _done(
        request,
        event,
        lambda: bulk_edit.restore_attributes(request.actor, event.id, chosen, found_by=found_by),
    )


@page(Permission.ADD, writes=True)
@require_POST
def detection(request: PageRequest, reference: str) -> HttpResponse:
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    to_ids = posted.flag(request, "to_ids")
    # Only these: undoing must not mark others than were marked.
    differing = Attribute.objects.filter(event_id=event.id, pk__in=chosen, to_ids=not to_ids)
    marked = list(differing.values_list("pk", flat=True))
    if posted.text(request, "back") != "publish":
        found_by = chosen_filter(request)
        count = _attempt(
            request,
            lambda: bulk_edit.set_detection(request.actor, event.id, chosen, to_ids, found_by=found_by),
        )
        message = ngettext("%(n)s attribute updated.", "%(n)s attributes updated.", count) % {
            "n": thin(count)
        }
        if not count or not 0 < len(marked) <= MOST_NAMED:
            return back(request, event, message if count else "")
        undone = {"pk": ",".join(map(str, marked)), "to_ids": "0" if to_ids else "1"}
        say_with_undo(request, message, "attributes_bulk_detection", event.id, **undone)
        return back(request, event)
    # The review of a publication removes the flag from harmless values, and goes on with the reach chosen there.
    chosen = marked
    asked = {name: posted.text(request, name) for name in ("distribution", "sharing_group_id")}
    reach = {name: text for name, text in asked.items() if text}
    if count := _attempt(request, lambda: bulk_edit.set_detection(request.actor, event.id, chosen, to_ids)):
        message = ngettext("%(n)s attribute updated.", "%(n)s attributes updated.", count)
        ids = ",".join(map(str, chosen))
        undo: dict[str, str] = {"pk": ids, "to_ids": "0" if to_ids else "1", "back": "publish", **reach}
        say_with_undo(request, message % {"n": thin(count)}, "attributes_bulk_detection", event.id, **undo)
    return redirect(reverse("event_publish", args=[event.id]) + f"?{urlencode(reach)}#chk")


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
    return _done(
        request,
        event,
        lambda: bulk_edit.set_reach(
            request.actor, event.id, chosen, wanted, as_int(group), found_by=found_by
        ),
    )


@page(Permission.ADD, writes=True)
@require_POST
def edit(request: PageRequest, reference: str) -> HttpResponse:
    """A form for what the others do not change; `apply` tells what it sends from the selection that leads to it."""
    event = own_event(request.actor, reference)
    chosen = selected_ids(request, event)
    applies = posted.flag(request, "apply")
    form = MassEditForm(request.POST if applies else None)
    if not chosen:
        messages.error(request, gettext("Select one or more attributes first."))
        return back(request, event)
    count = None
    if applies:
        found_by = chosen_filter(request)
        count = attempt(
            form,
            lambda: bulk_edit.edit_attributes(
                request.actor, event.id, chosen, form.document(), found_by=found_by
            ),
        )
    if count is not None:
        message = ngettext("%(n)s attribute updated.", "%(n)s attributes updated.", count)
        return back(request, event, message % {"n": thin(count)})
    heading = ngettext("Edit %(n)s attribute", "Edit %(n)s attributes", len(chosen)) % {
        "n": thin(len(chosen))
    }
    fields = selection_fields(request) | {"filter": posted.text(request, "filter")}
    context = {"heading": heading, "event": event, "form": form, "fields": fields}
    return render(request, "editing/mass_edit.html", context)


@page(Permission.TAGGER, writes=True)
@require_POST
def tag(request: PageRequest, reference: str) -> HttpResponse:
    event = find_event(request.actor, reference)
    chosen = selected_ids(request, event)
    usable = usable_tag(request.actor, posted.text(request, "tag").strip())
    if usable is None:
        messages.error(request, gettext("The tag does not exist, or you may not use it."))
        return back(request, event)
    # Others than the creator may only add local tags.
    local = not (request.actor.is_site_admin or event.orgc_id == request.actor.organisation_id)
    found_by = chosen_filter(request)
    return _done(
        request,
        event,
        lambda: tag_attributes(request.actor, event.id, chosen, [usable], local=local, found_by=found_by),
    )


def _attempt(request: PageRequest, act: Callable[[], int]) -> int:
    try:
        return act()
    except NotFound:
        messages.error(request, gettext("Select one or more attributes first."))
    except Invalid as refused:
        messages.error(request, str(refused))
    return 0


def _done(request: PageRequest, event: EventRow, act: Callable[[], int]) -> HttpResponse:
    if count := _attempt(request, act):
        message = ngettext("%(n)s attribute updated.", "%(n)s attributes updated.", count)
        return back(request, event, message % {"n": thin(count)})
    return back(request, event)


def back(request: PageRequest, event: EventRow, said: str = "") -> HttpResponse:
    """To the table as it was filtered."""
    if said:
        messages.success(request, said)
    query = posted.text(request, "filter")
    return redirect(reverse("event", args=[event.id]) + (f"?{query}" if query else ""))


def _deleted(ids: Sequence[int]) -> dict[str, str]:
    """How an undo names them: by the second of their deletion if they are too many for a message."""
    if len(ids) <= MOST_NAMED:
        return {"pk": ",".join(map(str, ids))}
    return {
        "deleted_at": str(Attribute.objects.filter(pk__in=ids[:MOST_NAMED]).latest("timestamp").timestamp)
    }
