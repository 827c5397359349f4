"""Diff of an event against the snapshot of its last published version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.event_parts import event_tags, event_versions

SHOWN = 50


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One difference: `change` is added, changed or removed; `what` a type or a field."""

    change: str
    what: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences from `version` (0: never published): the first ones, and their number."""

    version: int
    rows: list[DocumentChange]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


class _Attribute(msgspec.Struct):
    uuid: str
    type: str
    value: str
    comment: str = ""
    to_ids: bool = False
    deleted: bool = False
    distribution: str = "5"
    category: str = ""


class _Object(msgspec.Struct):
    Attribute: list[_Attribute] = []


class _Tag(msgspec.Struct):
    name: str


class _Event(msgspec.Struct):
    info: str
    date: str
    threat_level_id: str
    analysis: str
    distribution: str
    Attribute: list[_Attribute] = []
    Object: list[_Object] = []
    Tag: list[_Tag] = []


class _Document(msgspec.Struct):
    Event: _Event


def compare_with_published(actor: Actor, event: EventRow) -> Comparison:
    """The differences that publishing would send; for readers of the event's history."""
    versions = event_versions(actor, event)
    if not versions:
        return Comparison(0, [], 0)
    latest = versions[0].version
    old = msgspec.json.decode(read_snapshot(str(event.uuid), latest), type=_Document).Event
    changes = [*_header(actor, event, old), *_tags(event, old), *_attributes(event, old)]
    return Comparison(latest, changes[:SHOWN], len(changes))


def _header(actor: Actor, event: EventRow, old: _Event) -> Iterator[DocumentChange]:
    now = index_rows(actor, [event.id])[0]
    for name in ("info", "date", "threat_level_id", "analysis", "distribution"):
        before, after = str(getattr(old, name)), str(getattr(now, name))
        if before != after:
            yield DocumentChange("changed", name, before, after)


def _tags(event: EventRow, old: _Event) -> Iterator[DocumentChange]:
    before = {tag.name for tag in old.Tag}
    after = {tag.name for tag in event_tags(event.id)}
    yield from (DocumentChange("added", "tag", new=name) for name in sorted(after - before))
    yield from (DocumentChange("removed", "tag", old=name) for name in sorted(before - after))


def _attributes(event: EventRow, old: _Event) -> Iterator[DocumentChange]:
    nested = (attribute for each in old.Object for attribute in each.Attribute)
    before = {a.uuid: a for a in [*old.Attribute, *nested] if not a.deleted}
    present = set()
    rows = cursor().execute(ATTRIBUTES, {"event": event.id, "since": event.publish_timestamp}).fetchall()
    for uuid, kind, value, comment, to_ids, distribution, category, touched in rows:
        present.add(uuid)
        known = before.get(uuid)
        if known is None:
            yield DocumentChange("added", kind, new=value)
        # An attribute that is older than the publication is as it was published.
        elif touched:
            after = (kind, value, comment, to_ids, str(distribution), category)
            before_it = (
                known.type,
                known.value,
                known.comment,
                known.to_ids,
                known.distribution,
                known.category,
            )
            if after != before_it:
                yield _difference(known, kind, value, comment)
    for uuid, gone in before.items():
        if uuid not in present:
            yield DocumentChange("removed", gone.type, old=gone.value)


def _difference(known: _Attribute, kind: str, value: str, comment: str) -> DocumentChange:
    if known.value != value:
        return DocumentChange("changed", kind, known.value, value)
    if known.comment != comment:
        return DocumentChange(
            "changed", kind, f"{value} {known.comment}".strip(), f"{value} {comment}".strip()
        )
    return DocumentChange("changed", kind, new=value)


ATTRIBUTES = """
SELECT uuid::text, type, value1 || coalesce('|' || value2, ''), comment, to_ids, distribution, category,
       timestamp >= %(since)s
FROM attribute WHERE event_id = %(event)s AND NOT deleted ORDER BY timestamp DESC, id
"""
