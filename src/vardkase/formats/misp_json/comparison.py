"""Published versions of an event as they were, and the differences between two of them, or one and the event now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.formats.problems import ExportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.versions import event_versions

SHOWN = 50
NOW = 0
"""In place of a version's number: the event as it is."""
ATTRIBUTE_FIELDS = ("type", "category", "comment", "to_ids", "distribution")
"""Beside the value."""
COLUMNS = ("info", "date", "threat_level_id", "analysis", "distribution")


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One difference: `change` is added, changed or removed; `what` a type or a field.

    `is_value`: `old` and `new` are values of an attribute of type `what`, and `fields` what else of it has changed;
    with no `old`, its value has not.
    """

    change: str
    what: str
    old: str = ""
    new: str = ""
    is_value: bool = False
    fields: Sequence[FieldChange] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences from `version` (0: never published): the first ones, and their number."""

    version: int
    rows: list[DocumentChange]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


class EditionAttribute(msgspec.Struct):
    uuid: str
    type: str
    value: str
    comment: str = ""
    to_ids: bool = False
    distribution: str = "5"
    category: str = ""
    deleted: bool = False


class EditionObject(msgspec.Struct):
    uuid: str
    name: str
    deleted: bool = False
    Attribute: list[EditionAttribute] = []


class EditionReport(msgspec.Struct):
    uuid: str
    name: str
    content: str | None = ""
    deleted: bool = False


class _Tag(msgspec.Struct):
    name: str
    local: bool = False


class _Group(msgspec.Struct):
    name: str


class _Event(msgspec.Struct):
    info: str
    date: str
    threat_level_id: str
    analysis: str
    distribution: str
    Attribute: list[EditionAttribute] = []
    Object: list[EditionObject] = []
    EventReport: list[EditionReport] = []
    Tag: list[_Tag] = []
    SharingGroup: _Group | None = None


class _Document(msgspec.Struct):
    Event: _Event


@dataclass(frozen=True, slots=True)
class Edition:
    """An event at one time, without what was deleted, and without local tags, which are not published. Parts by UUID;
    `in_object` leads from an attribute to its object."""

    header: Mapping[str, str]
    tags: frozenset[str]
    attributes: Mapping[str, EditionAttribute]
    objects: Mapping[str, str]
    reports: Mapping[str, tuple[str, str]]
    in_object: Mapping[str, str]


def edition(actor: Actor, event: EventRow, version: int) -> Edition:
    """The event as its owner saw it in a version that the actor may read the history of. Raises NotFound."""
    if version not in (line.version for line in event_versions(actor, event)):
        raise NotFound(ExportProblem.VERSION_NOT_FOUND())
    stored = msgspec.json.decode(read_snapshot(str(event.uuid), version), type=_Document).Event
    objects = [one for one in stored.Object if not one.deleted]
    attributes = chain(stored.Attribute, *(one.Attribute for one in objects))
    return Edition(
        {name: getattr(stored, name) for name in COLUMNS}
        | {"sharing_group": stored.SharingGroup.name if stored.SharingGroup else ""},
        frozenset(tag.name for tag in stored.Tag if not tag.local),
        {attribute.uuid: attribute for attribute in attributes if not attribute.deleted},
        {one.uuid: one.name for one in objects},
        {one.uuid: (one.name, one.content or "") for one in stored.EventReport if not one.deleted},
        {attribute.uuid: one.uuid for one in objects for attribute in one.Attribute},
    )


def compare_with_published(actor: Actor, event: EventRow) -> Comparison:
    """The differences that publishing would send; for readers of the event's history."""
    versions = event_versions(actor, event)
    return compare(actor, event, versions[0].version) if versions else Comparison(0, [], 0)


def compare(
    actor: Actor, event: EventRow, old: int, new: int = NOW, *, start: int = 0, shown: int = SHOWN
) -> Comparison:
    """The differences of a version from another one, or from the event as it is; for readers of the event's history.

    Raises NotFound.
    """
    before = edition(actor, event, old)
    after = edition(actor, event, new) if new != NOW else _as_it_is(actor, event)
    changes = [
        *_header(before, after),
        *_tags(before, after),
        *_named("object", before.objects, after.objects),
        *_reports(before, after),
        *_attributes(before, after),
    ]
    return Comparison(old, changes[start : start + shown], len(changes))


def _as_it_is(actor: Actor, event: EventRow) -> Edition:
    # Everything in it, as snapshots have: `edition` has checked that the actor may read the history.
    row = index_rows(actor, [event.id])[0]
    parameters = {"event": event.id}
    attributes = [EditionAttribute(*each) for each in cursor().execute(ATTRIBUTES, parameters).fetchall()]
    return Edition(
        {name: str(getattr(row, name)) for name in COLUMNS}
        | {"sharing_group": row.sharing_group.name if row.sharing_group else ""},
        frozenset(tag.name for tag in event_tags(event.id) if not tag.local),
        {attribute.uuid: attribute for attribute in attributes},
        dict(cursor().execute(OBJECTS, parameters).fetchall()),
        {uuid: (name, content) for uuid, name, content in cursor().execute(REPORTS, parameters).fetchall()},
        {},
    )


def _header(before: Edition, after: Edition) -> Iterator[DocumentChange]:
    for name, value in before.header.items():
        if value != after.header[name]:
            yield DocumentChange("changed", name, value, after.header[name])


def _tags(before: Edition, after: Edition) -> Iterator[DocumentChange]:
    yield from (DocumentChange("added", "tag", new=name) for name in sorted(after.tags - before.tags))
    yield from (DocumentChange("removed", "tag", old=name) for name in sorted(before.tags - after.tags))


def _named(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[DocumentChange]:
    yield from (DocumentChange("added", what, new=name) for key, name in after.items() if key not in before)
    yield from (DocumentChange("removed", what, old=name) for key, name in before.items() if key not in after)


def _reports(before: Edition, after: Edition) -> Iterator[DocumentChange]:
    old = {key: name for key, (name, _) in before.reports.items()}
    new = {key: name for key, (name, _) in after.reports.items()}
    yield from _named("report", old, new)
    for key in old.keys() & new.keys():
        if before.reports[key] != after.reports[key]:
            renamed = old[key] if old[key] != new[key] else ""
            yield DocumentChange("changed", "report", renamed, new[key])


def _attributes(before: Edition, after: Edition) -> Iterator[DocumentChange]:
    for uuid, new in after.attributes.items():
        old = before.attributes.get(uuid)
        if old is None:
            yield DocumentChange("added", new.type, new=new.value, is_value=True)
        elif old != new:
            yield _difference(old, new)
    for uuid, gone in before.attributes.items():
        if uuid not in after.attributes:
            yield DocumentChange("removed", gone.type, old=gone.value, is_value=True)


def _difference(old: EditionAttribute, new: EditionAttribute) -> DocumentChange:
    fields = [
        FieldChange(name, str(was), str(now))
        for name in ATTRIBUTE_FIELDS
        if (was := getattr(old, name)) != (now := getattr(new, name))
    ]
    was = old.value if old.value != new.value else ""
    return DocumentChange("changed", new.type, was, new.value, is_value=True, fields=fields)


ATTRIBUTES = """
SELECT a.uuid::text, a.type, a.value1 || coalesce('|' || a.value2, ''), a.comment, a.to_ids, a.distribution::text,
       a.category
FROM attribute a LEFT JOIN object o ON o.id = a.object_id
WHERE a.event_id = %(event)s AND NOT a.deleted AND o.deleted IS NOT TRUE ORDER BY a.timestamp DESC, a.id
"""
OBJECTS = "SELECT uuid::text, name FROM object WHERE event_id = %(event)s AND NOT deleted ORDER BY id"
REPORTS = """
SELECT uuid::text, name, coalesce(content, '') FROM event_report WHERE event_id = %(event)s AND NOT deleted ORDER BY id
"""
