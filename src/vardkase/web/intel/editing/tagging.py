"""Tags and clusters on events and attributes: search, attach, detach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.editing.tagging import detach_tag, exchange_tags
from vardkase.intel.queries.event_parts import AttachedTag, event_tags
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.object_contents import attribute_tags
from vardkase.knowledge.tag_choices import tag_choices, usable_tag
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.knowledge.taxonomies.rules import is_possible_name
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page

FIRST = "tlp:"
"""What is shown before anything is searched for."""


@dataclass(frozen=True, slots=True)
class ContributionTarget:
    event: EventRow
    attribute: AttributeRow | None
    tags: list[AttachedTag]
    may_local: bool
    may_global: bool

    @property
    def uuid(self) -> UUID:
        return self.attribute.uuid if self.attribute else self.event.uuid

    @property
    def tag_url(self) -> str:
        return self._url("tag")

    @property
    def untag_url(self) -> str:
        return self._url("untag")

    def _url(self, act: str) -> str:
        if self.attribute:
            return reverse(f"attribute_{act}", args=[self.event.id, self.attribute.id])
        return reverse(f"event_{act}", args=[self.event.id])

    def excluded_by(self, name: str) -> list[str]:
        conflicts = exclusive_conflicts([*(tag.name for tag in self.tags), name])
        return sorted(
            {other for conflict in conflicts if name in conflict.tags for other in conflict.tags} - {name}
        )


@page(Permission.TAGGER, writes=True)
def tag(request: PageRequest, reference: str, attribute_id: int | None = None) -> HttpResponse:
    carrier = _carrier(request.actor, reference, attribute_id)
    if request.method == "POST":
        return _put_on(request, carrier)
    context = _context(request, carrier)
    template = "editing/tagging.html"
    return render(request, f"{template}#choices" if request.headers.get("HX-Request") else template, context)


@page(Permission.TAGGER, writes=True)
@require_POST
def untag(request: PageRequest, reference: str, attribute_id: int | None = None) -> HttpResponse:
    carrier = _carrier(request.actor, reference, attribute_id)
    name = posted.text(request, "tag")
    try:
        number = next((tag.tag_id for tag in carrier.tags if tag.name == name), name)
        detach_tag(request.actor, carrier.uuid, number)
        messages.success(request, gettext("Tag removed: %(name)s") % {"name": name})
    except Conflict:
        messages.info(request, gettext("The tag had already been removed."))
    except Invalid as refused:
        messages.error(request, str(refused))
    return redirect(carrier.tag_url)


def _put_on(request: PageRequest, carrier: ContributionTarget) -> HttpResponse:
    name = posted.text(request, "tag").strip()
    if not is_possible_name(name):
        messages.error(request, gettext("The tag does not exist, or you may not use it."))
        return redirect(carrier.tag_url)
    local = posted.flag(request, "local") or not carrier.may_global
    excluded = carrier.excluded_by(name)
    if excluded and not posted.flag(request, "replace"):
        conflict = {"new": name, "old": excluded, "local": local}
        return render(
            request, "editing/tagging.html", {**_context(request, carrier), "conflict": conflict}, status=409
        )
    if (chosen := usable_tag(request.actor, name)) is None:
        messages.error(request, gettext("The tag does not exist, or you may not use it."))
        return redirect(carrier.tag_url)
    reference = str(chosen.pk) if chosen.name.isdigit() else chosen.name
    with errors_shown_as_message(request):
        exchange_tags(request.actor, carrier.uuid, excluded, reference, local=local)
        messages.success(request, gettext("Tagged: %(name)s") % {"name": chosen.name})
    return redirect(carrier.tag_url)


def _context(request: PageRequest, carrier: ContributionTarget) -> dict[str, Any]:
    text = request.GET.get("q", "")[:200].replace("\0", "")
    present = {tag.name.lower() for tag in carrier.tags}
    choices = tag_choices(request.actor, text or FIRST)
    return {
        "heading": gettext("Tags on the attribute") if carrier.attribute else gettext("Tags on the event"),
        "event": carrier.event,
        "carrier": carrier,
        "text": text,
        "choices": [choice for choice in choices if choice.name.lower() not in present],
    }


def _carrier(actor: Actor, reference: str, attribute_id: int | None) -> ContributionTarget:
    event = find_event(actor, reference)
    attribute = find_attribute(actor, attribute_id) if attribute_id is not None else None
    if attribute and attribute.event_id != event.id:
        raise Http404
    may_local = rules.may_tag(actor, event, local=True)
    may_global = rules.may_tag(actor, event, local=False)
    if not (may_local or may_global):
        raise Forbidden
    tags = attribute_tags(attribute.id) if attribute else event_tags(event.id)
    return ContributionTarget(event, attribute, tags, may_local, may_global)
