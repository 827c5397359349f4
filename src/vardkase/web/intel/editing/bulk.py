"""Bulk actions on selected attributes, in the bar above the attribute table."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
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
from vardkase.web.intel.editing.common import own_event
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo


@page(Permission.ADD, writes=True)
@require_POST
def delete(request: PageRequest, reference: str) -> HttpResponse:
    event, chosen = own_event(request.actor, reference), posted.numbers(request, "pk")
    count = _attempt(request, lambda: bulk_edit.delete_attributes(request.actor, event.id, chosen))
    if count:
        message = ngettext("%(n)s attribute deleted.", "%(n)s attributes deleted.", count)
        ids = ",".join(map(str, chosen))
        say_with_undo(request, message % {"n": thin(count)}, "attributes_bulk_restore", event.id, pk=ids)
    return redirect("event", event.id)


@page(Permission.ADD, writes=True)
@require_POST
def restore(request: PageRequest, reference: str) -> HttpResponse:
    event, chosen = own_event(request.actor, reference), posted.numbers(request, "pk")
    return _done(request, event, lambda: bulk_edit.restore_attributes(request.actor, event.id, chosen))


@page(Permission.ADD, writes=True)
@require_POST
def detection(request: PageRequest, reference: str) -> HttpResponse:
    event, chosen = own_event(request.actor, reference), posted.numbers(request, "pk")
    to_ids = posted.flag(request, "to_ids")
    if posted.text(request, "back") != "publish":
        return _done(request, event, lambda: bulk_edit.set_detection(request.actor, event.id, chosen, to_ids))
    # The review of a publication removes the flag from harmless values, and goes on with the reach chosen there.
    # Only these: undoing must not mark others than were marked.
    differing = Attribute.objects.filter(event_id=event.id, pk__in=chosen, to_ids=not to_ids)
    chosen = list(differing.values_list("pk", flat=True))
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
    event, chosen = own_event(request.actor, reference), posted.numbers(request, "pk")
    level, _, group = posted.text(request, "reach").partition(":")
    wanted = as_int(level)
    if wanted is None:
        messages.error(request, gettext("Choose who should see them."))
        return redirect("event", event.id)
    return _done(
        request, event, lambda: bulk_edit.set_reach(request.actor, event.id, chosen, wanted, as_int(group))
    )


@page(Permission.TAGGER, writes=True)
@require_POST
def tag(request: PageRequest, reference: str) -> HttpResponse:
    event, chosen = find_event(request.actor, reference), posted.numbers(request, "pk")
    usable = usable_tag(request.actor, posted.text(request, "tag").strip())
    if usable is None:
        messages.error(request, gettext("The tag does not exist, or you may not use it."))
        return redirect("event", event.id)
    # Others than the creator may only add local tags.
    local = not (request.actor.is_site_admin or event.orgc_id == request.actor.organisation_id)
    return _done(
        request, event, lambda: tag_attributes(request.actor, event.id, chosen, [usable], local=local)
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
        messages.success(request, message % {"n": thin(count)})
    return redirect("event", event.id)
