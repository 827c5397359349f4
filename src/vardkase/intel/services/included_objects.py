"""Adds an object together with the objects that it includes, as a program with its sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.identity.access.actor import Actor
from vardkase.intel.problems import ObjectProblem
from vardkase.intel.services.added_parts import add_parts
from vardkase.intel.services.objects import add_object


@transaction.atomic
def add_object_with(
    actor: Actor, event_id: int, document: Mapping[str, Any], included: Sequence[Mapping[str, Any]]
) -> int:
    """Add the object and what it includes, all or nothing; returns the object's id.

    `included` have UUIDs, which the references of `document` name. Raises what `add_object` does.
    """
    if included:
        added = add_parts(actor, event_id, {"Object": list(included)})
        for place, errors in added.rejections.errors.items():
            problem = next(problem for problems in errors.values() for problem in problems)
            raise Invalid(ObjectProblem.FIELD_REFUSED(field=place, problem=problem))
    return add_object(actor, event_id, document)
