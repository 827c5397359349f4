"""Stores what a person has chosen of a text or of files: values, objects, tags; in a new event or in one of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.freetext import add_reviewed
from vardkase.intel.kernel.results import AddedAttributes
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.services.added_parts import add_parts
from vardkase.intel.services.events import add_event


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """What a person has chosen, as MISP documents."""

    attributes: Sequence[Mapping[str, Any]]
    tags: Sequence[str] = ()
    objects: Sequence[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AddedText:
    """`objects`: the number of those that the event did not have."""

    attributes: AddedAttributes
    objects: int


@transaction.atomic
def create_event_from_text(
    actor: Actor, event: Mapping[str, Any], text: ReviewedText
) -> tuple[int, AddedText]:
    """Create the event with everything in it, all or nothing; returns its id.

    Raises what `add_event` and `add_text` do.
    """
    event_id = add_event(actor, event).event_id
    return event_id, add_text(actor, event_id, text)


@transaction.atomic
def add_text(actor: Actor, event_id: int, text: ReviewedText) -> AddedText:
    """Add everything to an event, all or nothing; what the event has already is left out.

    Raises NotFound, NotYours, Forbidden, Invalid (also for tags that exclude each other).
    """
    objects = add_parts(actor, event_id, {"Object": list(text.objects)}) if text.objects else None
    if objects is not None:
        for place, errors in objects.rejections.errors.items():
            problem = next(problem for problems in errors.values() for problem in problems)
            raise Invalid(ObjectProblem.FIELD_REFUSED(field=place, problem=problem))
    attributes = add_reviewed(actor, event_id, [dict(each) for each in text.attributes], text.tags)
    return AddedText(attributes, objects.objects if objects is not None else 0)
