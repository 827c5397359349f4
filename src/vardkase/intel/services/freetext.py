"""Stores values found in a text as attributes of an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.problems import AttributeProblem
from vardkase.intel.services.attributes import add_attributes
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.freetext import LONGEST_TEXT, DetectedValue, detect

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
    found = detect(text)
    return found if warned is WarnedValue.KEPT else list(_judged(found, warned))


def _judged(found: Sequence[DetectedValue], warned: WarnedValue) -> Iterator[DetectedValue]:
    hits = find_hits([CheckedValue(each.value, each.type) for each in found])
    for position, each in enumerate(found):
        if position not in hits:
            yield each
        elif warned is WarnedValue.NOT_FOR_DETECTION:
            yield replace(each, to_ids=False)


@transaction.atomic
def add_freetext(
    actor: Actor, event_id: int, text: str, wishes: FreetextOptions
) -> list[tuple[int, DetectedValue]]:
    """Store the values in a text; returns the ids of the new attributes with the detected values.

    Skips values that the event already has, or that an import regexp excludes. Raises NotFound, NotYours,
    Forbidden, Invalid, SharingGroupRefused.
    """
    found = values_in(text, wishes.warned)
    added = add_attributes(actor, event_id, (document_of(each, wishes) for each in found))
    refused = added.rejections.errors
    for errors in refused.values():
        # The values are good, so what else there is to refuse, all of them have in common.
        if errors not in SKIPPED:
            raise Invalid(errors)
    stored = [each for place, each in enumerate(found) if f"Attribute.{place}" not in refused]
    return list(zip(added.attribute_ids, stored, strict=True))


def document_of(found: DetectedValue, wishes: FreetextOptions) -> dict[str, Any]:
    document = {
        "type": found.type,
        "category": found.category,
        "value": found.value,
        "to_ids": found.to_ids,
        "comment": ". ".join(filter(None, (wishes.comment, found.comment))),
    }
    if wishes.distribution is not None:
        document["distribution"] = wishes.distribution
        document["sharing_group_id"] = wishes.sharing_group_id
    return document
