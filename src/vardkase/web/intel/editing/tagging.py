"""Tags, clusters and tag collections on events and attributes: search, attach several, detach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import AttributeRow, EventRow
from vardkase.intel.editing.tagging import exchange_tags
from vardkase.intel.queries.event_parts import AttachedTag, event_tags
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.queries.object_contents import attribute_tags
from vardkase.knowledge.tag_choices import (
    TagChoice,
    favourite_choices,
    tag_choices,
    unusable_tags,
    usable_tag,
)
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.knowledge.tag_collections.queries import PREFIX, tags_of, visible_collections
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.knowledge.taxonomies.rules import is_possible_name
from vardkase.web.intel.editing.common import reach_of_review, review_address
from vardkase.web.intel.editing.forms.tagging import MOST_TAGS, conflict_words
from vardkase.web.ui.chips import tag_words
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo

TEMPLATE = "editing/tagging.html"
FIRST = "tlp:"
"""What is shown before anything is searched for."""


@dataclass(frozen=True, slots=True)
class ContributionTarget:
    event: EventRow
    attribute: AttributeRow | None
    tags: list[AttachedTag]
    may_local: bool
    may_global: bool
    review: dict[str, str] | None = None
    """The distribution chosen on the page that publishes the event, which led here and is returned to."""

    @property
    def uuid(self) -> UUID:
        return self.attribute.uuid if self.attribute else self.event.uuid

    @property
    def tag_view(self) -> tuple[str, *tuple[int, ...]]:
        """Name and arguments of the URL."""
        return self._view("tag")

    @property
    def untag_view(self) -> tuple[str, *tuple[int, ...]]:
        return self._view("untag")

    @property
    def tag_url(self) -> str:
        name, *arguments = self.tag_view
        return reverse(name, args=arguments) + (f"?{urlencode(self.fields)}" if self.fields else "")

    @property
    def untag_url(self) -> str:
        name, *arguments = self.untag_view
        return reverse(name, args=arguments)

    @property
    def event_url(self) -> str:
        if self.review is None:
            return reverse("event", args=[self.event.id])
        return review_address(self.event.id, self.review)

    @property
    def fields(self) -> dict[str, str]:
        return {} if self.review is None else {"back": "publish", **self.review}

    def _view(self, act: str) -> tuple[str, *tuple[int, ...]]:
        if self.attribute:
            return f"attribute_{act}", self.event.id, self.attribute.id
        return f"event_{act}", self.event.id

    def excluded_by(self, names: Sequence[str]) -> list[str]:
        """The present tags that cannot be there together with the new `names`."""
        new = set(names)
        conflicts = exclusive_conflicts([*(tag.name for tag in self.tags), *new])
        return sorted(
            {other for conflict in conflicts if new & {*conflict.tags} for other in conflict.tags} - new
        )


@page(Permission.TAGGER, writes=True)
def tag(request: PageRequest, reference: str, attribute_id: int | None = None) -> HttpResponse:
    carrier = _carrier(request, reference, attribute_id)
    if request.method == "POST" and not posted.text(request, "find"):
        return _add(request, carrier)
    context = _context(request, carrier)
    # A search replaces the choices; another request of htmx opens the whole as a dialog on the page.
    part = {None: "", "choices": "#choices"}.get(request.headers.get("HX-Target"), "#dialog")
    return render(request, f"{TEMPLATE}{part}", context)


@page(Permission.TAGGER, writes=True)
@require_POST
def untag(request: PageRequest, reference: str, attribute_id: int | None = None) -> HttpResponse:
    carrier = _carrier(request, reference, attribute_id)
    names = posted.texts(request, "tag")
    present = {tag.name: tag for tag in carrier.tags if tag.name in names}
    try:
        # By id, since a name of digits alone is taken for one.
        exchange_tags(request.actor, carrier.uuid, [present[name].tag_id for name in names], [])
    except (Conflict, KeyError):
        messages.info(request, gettext("The tag had already been removed."))
    except Invalid as refused:
        messages.error(request, str(refused))
    else:
        _say_removed(request, carrier, list(present.values()))
    return redirect(carrier.tag_url if posted.flag(request, "stay") else carrier.event_url)


def _add(request: PageRequest, carrier: ContributionTarget) -> HttpResponse:
    names = chosen_names(request.actor, posted.texts(request, "tag"))
    if problem := problem_with(request.actor, names):
        messages.error(request, problem)
        return render(request, TEMPLATE, _context(request, carrier), status=422)
    local = posted.flag(request, "local") or not carrier.may_global
    excluded = carrier.excluded_by(names)
    if excluded and not posted.flag(request, "replace"):
        conflict = {"new": names, "old": excluded, "local": local}
        return render(request, TEMPLATE, {**_context(request, carrier), "conflict": conflict}, status=409)
    tags = [usable_tag(request.actor, name) for name in names]
    references = [str(tag.pk) if tag.name.isdigit() else tag.name for tag in tags if tag is not None]
    with errors_shown_as_message(request):
        tagged = exchange_tags(request.actor, carrier.uuid, excluded, references, local=local)
        _say_added(request, carrier, [each.tag.name for each in tagged if each.changed], bool(excluded))
    return redirect(carrier.event_url)


def _say_removed(request: PageRequest, carrier: ContributionTarget, tags: list[AttachedTag]) -> None:
    names = [tag.name for tag in tags]
    said = gettext("Tag removed: %(name)s") % {"name": ", ".join(map(tag_words, names))}
    if len({tag.local for tag in tags}) > 1:  # Undoing it in one would make a local tag global.
        messages.success(request, said)
    else:
        local = "1" if tags[0].local else ""
        say_with_undo(request, said, *carrier.tag_view, tag=names, local=local, **carrier.fields)


def _say_added(request: PageRequest, carrier: ContributionTarget, names: list[str], replaced: bool) -> None:
    if not names:
        messages.info(request, gettext("The tags were already there."))
        return
    said = ngettext("Tag added: %(names)s", "%(n)s tags added: %(names)s", len(names))
    said %= {"names": ", ".join(map(tag_words, names)), "n": thin(len(names))}
    if replaced:
        messages.success(request, said)
    else:
        say_with_undo(request, said, *carrier.untag_view, tag=names, **carrier.fields)


def chosen_names(actor: Actor, sent: Sequence[str]) -> list[str]:
    """The names of the chosen tags, with those of each chosen collection in its place."""
    collections = {f"{PREFIX}{each.pk}": each for each in visible_collections(actor)}
    names: list[str] = []
    for name in sent:
        chosen = collections.get(name)
        names += [name.strip()] if chosen is None else [tag.name for tag in tags_of(chosen)]
    return [name for name in dict.fromkeys(names) if name]


def problem_with(actor: Actor, names: Sequence[str]) -> str:
    if not names:
        return gettext("Choose at least one tag.")
    if len(names) > MOST_TAGS:
        return gettext("Too many tags.")
    # The length first, since finding out what a name excludes takes time.
    if not all(map(is_possible_name, names)) or unusable_tags(actor, names):
        return gettext("The tag does not exist, or you may not use it.")
    for conflict in exclusive_conflicts(names):
        return conflict_words(conflict.tags)
    return ""


def _context(request: PageRequest, carrier: ContributionTarget) -> dict[str, Any]:
    return {
        "heading": gettext("Tags on the attribute") if carrier.attribute else gettext("Tags on the event"),
        "event": carrier.event,
        "carrier": carrier,
        **choices_context(request, {tag.name.lower() for tag in carrier.tags}),
    }


def choices_context(request: PageRequest, present: set[str]) -> dict[str, Any]:
    """What can be chosen, without what is `present` (in lower case), and what has been."""
    sent = request.POST if request.method == "POST" else request.GET
    text = sent.get("q", "")[:500].replace("\0", "")
    selected = [name.replace("\0", "") for name in sent.getlist("tag")][:MOST_TAGS]
    found = tag_choices(request.actor, text) if text else _suggestions(request.actor)
    hidden = present | {name.lower() for name in selected}
    return {
        "text": text,
        "selected": selected,
        "choices": [choice for choice in found if choice.name.lower() not in hidden],
        "collections": [] if text else _collections(request.actor, selected),
    }


def _suggestions(actor: Actor) -> list[TagChoice]:
    choices = [*favourite_choices(actor), *tag_choices(actor, FIRST)]
    return list({choice.name.lower(): choice for choice in reversed(choices)}.values())[::-1]


def _collections(actor: Actor, selected: Sequence[str]) -> list[tuple[str, TagCollection]]:
    named = [(f"{PREFIX}{each.pk}", each) for each in visible_collections(actor)[:MOST_TAGS]]
    return [(name, each) for name, each in named if name not in selected]


def _carrier(request: PageRequest, reference: str, attribute_id: int | None) -> ContributionTarget:
    actor = request.actor
    event = find_event(actor, reference)
    attribute = find_attribute(actor, attribute_id) if attribute_id is not None else None
    if attribute and attribute.event_id != event.id:
        raise Http404
    may_local = rules.may_tag(actor, event, local=True)
    may_global = rules.may_tag(actor, event, local=False)
    if not (may_local or may_global):
        raise Forbidden
    tags = attribute_tags(attribute.id) if attribute else event_tags(event.id)
    review = reach_of_review(request) if rules.may_publish_event(request.actor, event) else None
    return ContributionTarget(event, attribute, tags, may_local, may_global, review)
