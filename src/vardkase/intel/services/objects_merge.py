"""Merging an object's own columns in an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.intel.kernel.attribute_changes import named
from vardkase.intel.kernel.audiences import Audiences, audience_of, group_of
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Event, Object
from vardkase.misp.object import parse_object
from vardkase.misp.time import render_seen


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


MERGED = ("distribution", "sharing_group_id", "comment", "first_seen", "last_seen", "deleted")
"""The columns that a document changes."""


def merge_object_header(stored: Object, sent: Mapping[str, Any], sharing: SharingGroups, now: int) -> None:
    parsed = parse_object(_overlay(stored, sent), now=now)
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    stored.distribution, stored.sharing_group_id = sharing.limited(
        parsed.distribution, parsed.sharing_group_id, parsed.sharing_group
    )
    stored.comment = parsed.comment
    stored.first_seen = parsed.first_seen
    stored.last_seen = parsed.last_seen
    stored.deleted = parsed.deleted
    stored.timestamp = parsed.timestamp or now
    stored.save()


def _overlay(stored: Object, sent: Mapping[str, Any]) -> dict[str, Any]:
    base: dict[str, Any] = {
        "name": stored.name,
        "meta-category": stored.meta_category,
        "description": stored.description,
        "template_uuid": stored.template_uuid,
        "template_version": stored.template_version,
        "distribution": stored.distribution,
        "sharing_group_id": stored.sharing_group_id or 0,
        "comment": stored.comment,
        "deleted": stored.deleted,
        "first_seen": None if stored.first_seen is None else render_seen(stored.first_seen),
        "last_seen": None if stored.last_seen is None else render_seen(stored.last_seen),
    }
    changeable = (
        "distribution",
        "sharing_group_id",
        "SharingGroup",
        "comment",
        "deleted",
        "first_seen",
        "last_seen",
        "timestamp",
    )
    return base | {key: value for key, value in named(sent).items() if key in changeable}
