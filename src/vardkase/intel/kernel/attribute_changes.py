"""Merging sent values into stored attributes: which change, and their new values, as MISP 2.5 does.

A document names only what it wants changed; everything it does not name keeps its stored value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.core.sql import cursor
from vardkase.intel.columns import FURTHER_OF_ATTRIBUTE, IDENTITY, changeable
from vardkase.intel.hooks import AttributesChanged, AttributesEdited, attributes_changed, attributes_edited
from vardkase.intel.kernel.attachments import take_data
from vardkase.intel.kernel.bulk_insert import TagLink
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, AttributeTag, Object
from vardkase.knowledge.import_expressions.applying import ImportFilter, import_filter
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.fields import UUID, listed_tags
from vardkase.misp.flags import as_int
from vardkase.misp.time import render_seen

NOT_IN_DOCUMENTS = frozenset({"value1", "value2", "timestamp", "data_sha256"})
"""Columns that a document gives in another form, or has to give anew with each change."""


@dataclass(slots=True)
class AttributeChanges:
    """Pending changes of stored attributes, and the tags to add and remove."""

    filter: ImportFilter = field(default_factory=import_filter)
    changed: list[Attribute] = field(default_factory=list)
    tags: list[tuple[Attribute, Sequence[dict[str, Any]]]] = field(default_factory=list)

    def mentioned_tags(self) -> Iterable[dict[str, Any]]:
        return (mention for _, mentions in self.tags for mention in mentions)


def content_of(attribute: Attribute) -> tuple[Any, ...]:
    """What an edit may change in an attribute, except its timestamp."""
    return tuple(getattr(attribute, name) for name in changeable(Attribute) if name != "timestamp")


def is_newer(sent: Mapping[str, Any], stored_timestamp: int) -> bool:
    """True if a document may replace the stored version: it has no timestamp, or a later one."""
    timestamp = as_int(sent.get("timestamp"))
    return timestamp is None or timestamp > stored_timestamp


def merge_attribute(
    stored: Attribute,
    sent: Mapping[str, Any],
    sharing: SharingGroups,
    now: int,
    rewrite: ImportFilter,
) -> None:
    """Merge `sent` into `stored` (in memory). Raises Invalid by field."""
    data, data_sha256 = take_data(_overlay(stored, sent))
    # What a document cannot say stays as it is stored, so no row with defaults is made of it.
    parsed = parse_attribute(
        data,
        SimpleNamespace,
        now=now,
        default_distribution=settings.VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION,
        rewrite=rewrite,
        further=FURTHER_OF_ATTRIBUTE,
    )
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    parsed.distribution, parsed.sharing_group_id = sharing.limited(
        parsed.distribution, parsed.sharing_group_id, parsed.group_block
    )
    parsed.timestamp = parsed.timestamp or now
    parsed.data_sha256 = data_sha256 or stored.data_sha256
    for name in vars(parsed).keys() & changeable(Attribute).keys():
        setattr(stored, name, getattr(parsed, name))


def collect_change(
    changes: AttributeChanges, stored: Attribute, sent: Mapping[str, Any], sharing: SharingGroups, now: int
) -> None:
    merge_attribute(stored, sent, sharing, now, changes.filter)
    changes.changed.append(stored)
    if mentions := tag_mentions(sent):
        changes.tags.append((stored, mentions))


def write_changes(event_id: int, changes: AttributeChanges, tags: TagLoader) -> None:
    """Write all changed attributes of a locked event in one statement, and their tags."""
    if not changes.changed:
        return
    kinds = {name: column.sql_type for name, column in changeable(Attribute).items()}
    columns = ", ".join(f"{name} = c.{name}" for name in kinds)
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in kinds.items())
    names = ", ".join(kinds)
    parameters: dict[str, Any] = {
        name: [getattr(attribute, name) for attribute in changes.changed] for name in kinds
    }
    parameters["ids"] = [attribute.pk for attribute in changes.changed]
    cursor().execute(
        f"""
        UPDATE attribute a SET {columns}
        FROM unnest(%(ids)s::bigint[], {arrays}) AS c (id, {names})
        WHERE a.id = c.id
        """,
        parameters,
    )
    for attribute, mentions in changes.tags:
        retag_attribute(event_id, attribute.pk, tags.links(mentions), tags.detached(mentions))
    ids = tuple(attribute.pk for attribute in changes.changed)
    attributes_changed.emit(AttributesChanged(event_id, ids))
    attributes_edited.emit(AttributesEdited(event_id, ids))


def retag_attribute(
    event_id: int, attribute_id: int, links: Sequence[TagLink], detached: Sequence[int]
) -> None:
    AttributeTag.objects.bulk_create(
        [
            AttributeTag(
                attribute_id=attribute_id,
                event_id=event_id,
                tag_id=link.tag_id,
                local=link.local,
                relationship_type=link.relationship_type,
            )
            for link in links
        ],
        ignore_conflicts=True,
    )
    if detached:
        AttributeTag.objects.filter(attribute=attribute_id, tag__in=detached, local=False).delete()


def named(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document without nulls, for which the stored value is kept."""
    return {key: value for key, value in sent.items() if value is not None}


def sent_uuid(part: object) -> str:
    """The uuid of a document's part in lower case; empty if it has none, or one that is malformed."""
    uuid = str(part.get("uuid") or "").strip().lower() if isinstance(part, dict) else ""
    return uuid if UUID.fullmatch(uuid) else ""


def tag_mentions(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    return listed_tags(sent.get("Tag"))


def as_document(stored: Attribute | Object) -> dict[str, Any]:
    """What is stored, as a document says it."""
    base = {name: getattr(stored, name) for name in changeable(type(stored)) if name not in NOT_IN_DOCUMENTS}
    base["sharing_group_id"] = stored.sharing_group_id or 0
    for name in ("first_seen", "last_seen"):
        base[name] = None if base[name] is None else render_seen(base[name])
    return base


def _overlay(stored: Attribute, sent: Mapping[str, Any]) -> dict[str, Any]:
    base = as_document(stored) | {"value": stored.value}
    base |= {key: value for key, value in named(sent).items() if key not in IDENTITY}
    # No attribute is without a value, so an empty one means that none was sent.
    if sent.get("value") in (None, ""):
        base["value"] = stored.value
    # The stored category need not exist for the new type: the default of that type applies.
    if base["type"] != stored.type and sent.get("category") is None:
        base.pop("category")
    return base
