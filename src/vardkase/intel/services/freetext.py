"""Stores values found in a text as attributes of an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.intel.services.assemble import DUPLICATE
from vardkase.intel.services.attributes import add_attributes
from vardkase.knowledge.warninglists.matching import Candidate, find_hits
from vardkase.misp.attribute import BLOCKED
from vardkase.misp.freetext import LONGEST_TEXT, Detected, detect

TOO_LONG = f"The text is longer than {LONGEST_TEXT} characters."


class Warned(Enum):
    KEPT = "kept"
    NOT_FOR_DETECTION = "not for detection"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class FreetextWishes:
    """Common fields of all values; None means this hub's default."""

    warned: Warned = Warned.KEPT
    distribution: Any = None
    sharing_group_id: Any = None
    comment: str = ""


def values_in(text: str, warned: Warned = Warned.KEPT) -> list[Detected]:
    """The values in a text, checked against enabled warninglists. Raises Invalid if it is too long."""
    if len(text) > LONGEST_TEXT:
        raise Invalid({"value": [TOO_LONG]})
    found = detect(text)
    return found if warned is Warned.KEPT else list(_judged(found, warned))


def _judged(found: Sequence[Detected], warned: Warned) -> Iterator[Detected]:
    hits = find_hits([Candidate(each.value, each.type) for each in found])
    for position, each in enumerate(found):
        if position not in hits:
            yield each
        elif warned is Warned.NOT_FOR_DETECTION:
            yield replace(each, to_ids=False)


@transaction.atomic
def add_freetext(
    actor: Actor, event_id: int, text: str, wishes: FreetextWishes
) -> list[tuple[int, Detected]]:
    """Store the values in a text; returns the ids of the new attributes with the detected values.

    Skips values that the event already has, or that an import regexp excludes. Raises NotFound, NotYours,
    Forbidden, Invalid, SharingGroupRefused.
    """
    found = values_in(text, wishes.warned)
    added = add_attributes(actor, event_id, (document_of(each, wishes) for each in found))
    refused = added.rejections.errors
    for errors in refused.values():
        # The values are good, so what else there is to refuse, all of them have in common.
        if errors is not DUPLICATE and errors.get("value") != [BLOCKED]:
            raise Invalid(errors)
    stored = [each for place, each in enumerate(found) if f"Attribute.{place}" not in refused]
    return list(zip(added.attribute_ids, stored, strict=True))


def document_of(found: Detected, wishes: FreetextWishes) -> dict[str, Any]:
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
