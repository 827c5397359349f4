"""An object's own columns under an edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.intel.models import Object
from vardkase.intel.services.changes import named
from vardkase.intel.services.sharing import SharingGroups
from vardkase.misp.object import parse_object
from vardkase.misp.time import render_seen


def merge_object_header(stored: Object, sent: Mapping[str, Any], sharing: SharingGroups, now: int) -> None:
    """Merge the columns that may change (distribution, comment, seen, deleted) and save; raises Invalid."""
    parsed = parse_object(_overlay(stored, sent), now=now)
    if isinstance(parsed, dict):
        raise Invalid(parsed)
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
