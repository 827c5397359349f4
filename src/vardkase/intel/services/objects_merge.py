"""Merging an object's own columns in an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.intel.columns import FURTHER_OF_OBJECT, NewObject, sent_columns
from vardkase.intel.kernel.attribute_changes import as_document, named
from vardkase.intel.kernel.audiences import Audiences, audience_of, group_of
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Event, Object
from vardkase.misp.object import parse_object


@dataclass(frozen=True, slots=True)
class ObjectBefore:
    """An object as it was before a change."""

    timestamp: int
    private_timestamp: int
    columns: tuple[Any, ...]
    audiences: Audiences

    @classmethod
    def of(cls, event: Event, stored: Object) -> ObjectBefore:
        """The object as it is now."""
        return cls(
            stored.timestamp, stored.private_timestamp, _columns(stored), _own_audiences(event, stored)
        )


def settle_time(event: Event, stored: Object, before: ObjectBefore, inside: Audiences) -> Audiences:
    """After a change of an object: set its timestamp only for those who may know of the change, and return them.

    `inside` are those who read the changed attributes in it.
    """
    own = before.audiences | _own_audiences(event, stored)
    # Everybody who reads the object may know, or its own columns have changed.
    if not inside or inside & own or _columns(stored) != before.columns:
        return own | inside
    Object.objects.filter(pk=stored.pk).update(
        timestamp=before.timestamp, private_timestamp=max(stored.timestamp, before.private_timestamp)
    )
    return inside


def _columns(stored: Object) -> tuple[Any, ...]:
    return tuple(getattr(stored, name) for name in MERGED)


def _own_audiences(event: Event, stored: Object) -> Audiences:
    return frozenset({audience_of(group_of(event), (stored.distribution, stored.sharing_group_id))})


FIXED = frozenset(
    {"uuid", "name", "meta_category", "description", "template_uuid", "template_version", "timestamp"}
)
"""What a document says of a new object alone; each change brings a time of its own."""
MERGED = [name for name in sent_columns(Object) if name not in FIXED]


def merge_object_header(stored: Object, sent: Mapping[str, Any], sharing: SharingGroups, now: int) -> None:
    base = as_document(stored) | {"meta-category": stored.meta_category}
    merged = {*MERGED, "SharingGroup", "timestamp"}
    overlay = {key: value for key, value in named(sent).items() if key in merged}
    parsed = parse_object(base | overlay, NewObject, now=now, further=FURTHER_OF_OBJECT)
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    parsed.distribution, parsed.sharing_group_id = sharing.limited(
        parsed.distribution, parsed.sharing_group_id, parsed.group_block
    )
    for name in MERGED:
        setattr(stored, name, getattr(parsed, name))
    stored.timestamp = parsed.timestamp or now
    stored.save()
