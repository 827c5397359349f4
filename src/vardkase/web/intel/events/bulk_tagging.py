"""Tags for selected attributes: the same search and choice as for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.bulk_tagging import tag_attributes
from vardkase.knowledge.tag_choices import usable_tag
from vardkase.web.intel.editing.tagging import TEMPLATE, choices_context, chosen_names, problem_with
from vardkase.web.intel.events.bulk import after_change, back, change_many
from vardkase.web.intel.events.selection import chosen_filter, selected_ids, selection_fields
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest, page


@dataclass(frozen=True, slots=True)
class SelectionTarget:
    """What `editing/tagging.html` shows of selected attributes: not the tags that each of them has."""

    event: EventRow
    may_local: bool
    may_global: bool
    fields: dict[str, str]
    tags: tuple[()] = ()
    attribute: None = None

    @property
    def tag_url(self) -> str:
        return reverse("attributes_bulk_tag", args=[self.event.id])

    @property
    def event_url(self) -> str:
        return reverse("event", args=[self.event.id])


@page(Permission.TAGGER, writes=True)
def tag(request: PageRequest, reference: str) -> HttpResponse:
    """The selection leads here; `apply` or a tag distinguishes its submission from the selection."""
    event = find_event(request.actor, reference)
    if request.method != "POST":
        if request.headers.get("HX-Target") != "choices":
            return redirect("event", event.id)
        return render(request, f"{TEMPLATE}#choices", choices_context(request, set()))
    chosen = selected_ids(request, event)
    if not chosen:
        messages.error(request, gettext("Select one or more attributes first."))
        return _whole_page(request, back(request, event))
    names = chosen_names(request.actor, posted.texts(request, "tag"))
    if posted.text(request, "find") or not (names or posted.flag(request, "apply")):
        return _asked(request, event, chosen)
    if problem := problem_with(request.actor, names):
        messages.error(request, problem)
        return _asked(request, event, chosen, status=422)
    tags = [each for name in names if (each := usable_tag(request.actor, name)) is not None]
    # Others than the creator may only add local tags.
    local = posted.flag(request, "local") or not rules.may_tag(request.actor, event, local=False)
    found_by = chosen_filter(request)
    done = change_many(
        request,
        event,
        chosen,
        lambda: tag_attributes(request.actor, event.id, chosen, tags, local=local, found_by=found_by),
    )
    return after_change(request, event, done)


def _whole_page(request: PageRequest, there: HttpResponse) -> HttpResponse:
    """htmx would follow a redirect and put the page that it finds into the dialog."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": there.headers["Location"]})
    return there


def _asked(request: PageRequest, event: EventRow, chosen: Sequence[int], status: int = 200) -> HttpResponse:
    heading = ngettext("Tag %(n)s attribute", "Tag %(n)s attributes", len(chosen)) % {"n": thin(len(chosen))}
    target = SelectionTarget(
        event,
        rules.may_tag(request.actor, event, local=True),
        rules.may_tag(request.actor, event, local=False),
        selection_fields(request) | {"filter": posted.text(request, "filter"), "apply": "1"},
    )
    context: dict[str, Any] = {"heading": heading, "event": event, "carrier": target}
    is_dialog = request.headers.get("HX-Target") == "dialogs"
    return render(
        request,
        f"{TEMPLATE}#dialog" if is_dialog else TEMPLATE,
        {**context, **choices_context(request, set())},
        status=status,
    )
