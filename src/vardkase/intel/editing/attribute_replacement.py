"""Replaces all attributes of one category and type in an event by a list of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.bulk_edit import delete_attributes
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import attributes_in
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.misp.values import normalise

KEPT = ("to_ids", "distribution", "sharing_group_id", "comment")


@dataclass(frozen=True, slots=True)
class ReplacementResult:
    added: int
    deleted: int


@transaction.atomic
def replace_attributes(
    actor: Actor, event_id: int, template: Mapping[str, Any], values: Sequence[Any]
) -> ReplacementResult:
    """Delete values of the template's category and type that are not among `values`, and add the new ones.

    Only readable attributes outside objects are considered. All or nothing: raises Invalid with the first bad
    value's field errors, NotFound, NotYours.
    """
    actor.require(Permission.ADD)
    lock_own_event(actor, event_id)
    category, kind = str(template.get("category") or ""), str(template.get("type") or "")
    if not category or not kind:
        raise Invalid({name: [CommonProblem.MISSING()] for name in ("category", "type")})
    rewrite = import_filter()
    # Keyed by the value as it would be stored, so that it can be compared with those that are.
    wanted = {rewrite(kind, normalise(kind, line)): line for value in values if (line := str(value).strip())}
    stored = Attribute.objects.filter(
        pk__in=attributes_in(actor, event_id), object=None, category=category, type=kind
    )
    present = {attribute.value: attribute.pk for attribute in stored}
    common = {name: template[name] for name in KEPT if template.get(name) is not None}
    common |= {"category": template["category"], "type": template["type"]}
    new = [{**common, "value": line} for value, line in wanted.items() if value not in present]
    if new and (rejections := add_attributes(actor, event_id, new).rejections):
        raise Invalid(next(iter(rejections.errors.values())))
    obsolete = [pk for value, pk in present.items() if value not in wanted]
    if obsolete:
        delete_attributes(actor, event_id, obsolete)
    return ReplacementResult(len(wanted.keys() - present.keys()), len(obsolete))
