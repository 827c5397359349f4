"""Stores values found in a text as attributes of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.tagging import attach_tag
from vardkase.intel.kernel.results import AddedAttributes
from vardkase.intel.problems import AttributeProblem
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.tag_choices import usable_tag
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.freetext import LONGEST_TEXT, DetectedValue, detect

# Rejections that skip one value; any other refuses the whole text.
SKIPPED = ({"value": [AttributeProblem.DUPLICATE()]}, {"value": [MispProblem.BLOCKED_VALUE()]})


class WarnedValue(Enum):
    KEPT = "kept"
    NOT_FOR_DETECTION = "not for detection"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class FreetextOptions:
    """Common fields of all values; None means this hub's default."""

    warned: WarnedValue = WarnedValue.KEPT
    distribution: Any = None
    sharing_group_id: Any = None
    comment: str = ""


def values_in(text: str, warned: WarnedValue = WarnedValue.KEPT) -> list[DetectedValue]:
    """The values in a text, checked against enabled warninglists. Raises Invalid if it is too long."""
    if len(text) > LONGEST_TEXT:
        raise Invalid({"value": [AttributeProblem.TEXT_TOO_LONG(most=LONGEST_TEXT)]})
    values = detect(text, check=check_time)
    return values if warned is WarnedValue.KEPT else list(_without_warned(values, warned))


def _without_warned(values: Sequence[DetectedValue], warned: WarnedValue) -> Iterator[DetectedValue]:
    hits = find_hits([CheckedValue(value.value, value.type) for value in values])
    for position, value in enumerate(values):
        if position not in hits:
            yield value
        elif warned is WarnedValue.NOT_FOR_DETECTION:
            yield replace(value, to_ids=False)


@transaction.atomic
def add_freetext(
    actor: Actor, event_id: int, text: str, options: FreetextOptions
) -> list[tuple[int, DetectedValue]]:
    """Store the values in a text; returns the ids of the new attributes with the detected values.

    Skips values that the event already has, or that an import regexp excludes. Raises NotFound, NotYours,
    Forbidden, Invalid, SharingGroupRefused.
    """
    values = values_in(text, options.warned)
    added = add_attributes(actor, event_id, (document_of(value, options) for value in values))
    refused = added.rejections.errors
    for errors in refused.values():
        # The values themselves are valid, so any other error is in the options, which all of them share.
        if errors not in SKIPPED:
            raise Invalid(errors)
    stored = [value for place, value in enumerate(values) if f"Attribute.{place}" not in refused]
    return list(zip(added.attribute_ids, stored, strict=True))


@transaction.atomic
def add_reviewed(
    actor: Actor, event_id: int, documents: Iterable[dict[str, Any]], tags: Iterable[str]
) -> AddedAttributes:
    """Add attributes, and attach global tags to their event, all or nothing.

    Ignores tags that the actor may not use. Raises NotFound, NotYours, Forbidden, Invalid (also for tags that
    exclude each other).
    """
    added = add_attributes(actor, event_id, documents)
    for name in tags:
        if tag := usable_tag(actor, name):
            attach_tag(actor, find_event(actor, event_id).uuid, tag.pk, exclusive=True)
    return added


def document_of(value: DetectedValue, options: FreetextOptions) -> dict[str, Any]:
    document = {
        "type": value.type,
        "category": value.category,
        "value": value.value,
        "to_ids": value.to_ids,
        "comment": ". ".join(filter(None, (options.comment, value.comment))),
    }
    if options.distribution is not None:
        document["distribution"] = options.distribution
        document["sharing_group_id"] = options.sharing_group_id
    return document
