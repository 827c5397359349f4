"""Makes an event of a text: its fields, the values found in the text, an object, tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.freetext import add_reviewed
from vardkase.intel.kernel.results import AddedAttributes
from vardkase.intel.services.events import add_event
from vardkase.intel.services.objects import add_object


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """What a person has chosen among what a text contains, as MISP documents."""

    attributes: Sequence[Mapping[str, Any]]
    tags: Sequence[str] = ()
    objects: Sequence[Mapping[str, Any]] = field(default_factory=list)


@transaction.atomic
def create_event_from_text(
    actor: Actor, event: Mapping[str, Any], text: ReviewedText
) -> tuple[int, AddedAttributes]:
    """Create the event with everything in it, all or nothing; returns its id.

    Raises what `add_event`, `add_object` and `add_reviewed` do.
    """
    event_id = add_event(actor, event).event_id
    for document in text.objects:
        add_object(actor, event_id, document)
    return event_id, add_reviewed(actor, event_id, _documents(text.attributes), text.tags)


def _documents(attributes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(attribute) for attribute in attributes]
