"""Makes the document that is submitted out of an author's event: only what is listed here is copied.

Every part gets a new UUID. Times, the organisation, people, proposals, sightings, local tags, and tags and words of
templates outside the library are not copied, nor are parts that would reach only the author's organisation or a
sharing group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from vardkase.core.errors import Invalid
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.knowledge.object_templates.library import library_among
from vardkase.knowledge.taxonomies.vocabulary import vocabulary_among
from vardkase.misp.analyst_data import KINDS
from vardkase.misp.distribution import Distribution
from vardkase.misp.fields import UUID_IN_ANY_CASE
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag

EVENT = ("info", "threat_level_id", "analysis", "date", "disable_correlation")
ATTRIBUTE = (
    "type", "category", "value", "comment", "to_ids", "distribution", "disable_correlation", "object_relation", "data"
)  # fmt: skip
OBJECT = (
    "name", "meta-category", "description", "template_uuid", "template_version", "comment", "distribution"
)  # fmt: skip
REPORT = ("name", "content", "distribution")
REFERENCE = ("relationship_type", "comment")
ANALYST = (
    "note",
    "language",
    "opinion",
    "comment",
    "relationship_type",
    "related_object_type",
    "distribution",
)
SEEN = ("first_seen", "last_seen")
NUMBERS = {
    "threat_level_id", "analysis", "disable_correlation", "to_ids", "distribution", "template_version", "opinion"
}  # fmt: skip
"""Members that MISP also writes as numbers or flags; all others are texts."""
GENERIC_TEMPLATE = {
    "template_uuid": "5d3c1f7e-2a84-4b0f-9c36-7e1b8a40d295",
    "template_version": "1",
    "meta-category": "misc",
}
"""Stands for all templates outside the library, on every hub: an object has to have one."""
GENERIC_OBJECT, GENERIC_RELATION = "object", "related-to"
FOR_ALL = (Distribution.COMMUNITY, Distribution.CONNECTED, Distribution.ALL)
PARTS_FOR_ALL = frozenset({*FOR_ALL, Distribution.INHERIT})


class Omission(StrEnum):
    """What is not copied, as far as an author may miss it."""

    LIMITED = "limited"
    LOCAL_TAG = "local_tag"
    OWN_TAG = "own_tag"
    OF_OTHERS = "of_others"
    REFERENCE = "reference"
    TIMES = "times"
    DELETED = "deleted"
    EXTENDS = "extends"
    OWN_TEMPLATE = "own_template"


@dataclass(slots=True)
class Copied:
    document: dict[str, Any]
    left_out: Counter[Omission] = field(default_factory=Counter)


def copied(
    source: Mapping[str, Any],
    distribution: int,
    *,
    own_uuid: str,
    keeps_times: bool = False,
    known: frozenset[str] = frozenset(),
) -> Copied:
    """`source` is a bare event or has one in ``Event``; `own_uuid` is of the author's organisation. UUIDs in `known`
    stay.

    Raises Invalid if it is no event, or if nothing would be left of it.
    """
    event = source.get("Event", source)
    if not isinstance(event, dict) or not isinstance(event.get("info"), str) or not event["info"].strip():
        raise Invalid({"document": [AnonymousProblem.NOT_AN_EVENT()]})
    if distribution not in FOR_ALL:
        raise Invalid({"distribution": [AnonymousProblem.BAD_DISTRIBUTION()]})
    copy = _Copy(event, own_uuid, keeps_times=keeps_times, known=known)
    document = copy.event() | {"distribution": distribution}
    if not any(document.get(name) for name in ("Attribute", "Object", "EventReport")):
        raise Invalid({"document": [AnonymousProblem.EMPTY()]})
    return Copied(document, copy.left_out)


class _Copy:
    def __init__(
        self, source: Mapping[str, Any], own_uuid: str, *, keeps_times: bool, known: frozenset[str]
    ) -> None:
        self._source, self._own, self._keeps_times = source, own_uuid.lower(), keeps_times
        self._fresh = {uuid: uuid if uuid in known else str(uuid4()) for uuid in set(_uuids(source))}
        self._shared = vocabulary_among(_tag_names(source))
        self._library = library_among(_words_of_templates(source))
        self._part_uuids: set[str] = set()
        self.left_out: Counter[Omission] = Counter()

    def event(self) -> dict[str, Any]:
        source = self._source
        if source.get("extends_uuid"):
            self.left_out[Omission.EXTENDS] += 1
        kept = self._members(source, tuple(name for name in EVENT if name != "date" or self._keeps_times))
        kept["Attribute"] = [self._attribute(part) for part in self._parts(source, "Attribute")]
        objects = [(part, self._object(part)) for part in self._parts(source, "Object")]
        kept["EventReport"] = [self._report(part) for part in self._parts(source, "EventReport")]
        for part, copy in objects:
            copy["ObjectReference"] = list(self._references(part))
        kept["Object"] = [copy for _, copy in objects]
        for name in ("ShadowAttribute", "Sighting"):
            self.left_out[Omission.OF_OTHERS] += len(_dicts(source.get(name)))
        return kept

    def _attribute(self, part: Mapping[str, Any]) -> dict[str, Any]:
        kept = self._part(part, ATTRIBUTE) | self._times(part)
        self._in_library(kept, "object_relation", self._library.relations, str(kept.get("type", "")))
        for name in ("ShadowAttribute", "Sighting"):
            self.left_out[Omission.OF_OTHERS] += len(_dicts(part.get(name)))
        return kept

    def _object(self, part: Mapping[str, Any]) -> dict[str, Any]:
        attributes = [self._attribute(each) for each in self._parts(part, "Attribute")]
        kept = self._part(part, OBJECT) | self._times(part) | {"Attribute": attributes}
        if str(kept.get("template_uuid", "")).lower() not in self._library.templates:
            if kept.get("template_uuid") not in (None, GENERIC_TEMPLATE["template_uuid"]):
                self.left_out[Omission.OWN_TEMPLATE] += 1
            kept.pop("description", None)
            kept |= GENERIC_TEMPLATE
        return self._in_library(kept, "name", self._library.names, GENERIC_OBJECT)

    def _in_library(
        self, kept: dict[str, Any], name: str, known: frozenset[str], instead: str
    ) -> dict[str, Any]:
        """A word of which only its author may have thought is not copied."""
        if kept.get(name, instead) not in known | {instead}:
            self.left_out[Omission.OWN_TEMPLATE] += 1
            kept[name] = instead
        return kept

    def _report(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return self._part(part, REPORT)

    def _part(self, part: Mapping[str, Any], members: Iterable[str]) -> dict[str, Any]:
        uuid = self._uuid(part)
        self._part_uuids.add(uuid)
        return self._members(part, members) | {"uuid": uuid}

    def _members(self, part: Mapping[str, Any], members: Iterable[str]) -> dict[str, Any]:
        kept = {name: self._copied(part, name) for name in members if part.get(name) is not None}
        if tags := list(self._tags(part)):
            kept["Tag"] = tags
        for name in KINDS:
            if said := list(self._said(part, name)):
                kept[name] = said
        return kept

    def _parts(self, source: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
        for part in _dicts(source.get(name)):
            reach = as_int(part.get("distribution"))
            if as_bool(part.get("deleted")):
                self.left_out[Omission.DELETED] += 1
            elif reach is not None and reach not in PARTS_FOR_ALL:
                self.left_out[Omission.LIMITED] += 1
            else:
                yield {**part, "distribution": Distribution.INHERIT if reach is None else reach}

    def _references(self, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for reference in _dicts(part.get("ObjectReference")):
            target = self._fresh.get(str(reference.get("referenced_uuid") or "").lower())
            if as_bool(reference.get("deleted")) or target not in self._part_uuids:
                self.left_out[Omission.REFERENCE] += 1
                continue
            members = {name: self._copied(reference, name) for name in REFERENCE if reference.get(name)}
            self._in_library(members, "relationship_type", self._library.relationships, GENERIC_RELATION)
            yield members | {"uuid": self._uuid(reference), "referenced_uuid": target}

    def _tags(self, part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for tag in _dicts(part.get("Tag")):
            name = tag.get("name")
            if not isinstance(name, str):
                continue
            if as_bool(tag.get("local")):
                self.left_out[Omission.LOCAL_TAG] += 1
            elif name not in self._shared or is_custom_galaxy_tag(name):
                self.left_out[Omission.OWN_TAG] += 1
            else:
                kind = tag.get("relationship_type")
                yield {"name": name} | ({"relationship_type": kind} if isinstance(kind, str) and kind else {})

    def _said(self, part: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
        for said in _dicts(part.get(name)):
            creator = said.get("Orgc")
            author = said.get("orgc_uuid") or (creator.get("uuid") if isinstance(creator, dict) else creator)
            reach = as_int(said.get("distribution"))
            target = self._fresh.get(str(said.get("related_object_uuid") or "").lower())
            if author and str(author).lower() != self._own:
                self.left_out[Omission.OF_OTHERS] += 1
            elif reach is not None and reach not in PARTS_FOR_ALL:
                self.left_out[Omission.LIMITED] += 1
            elif name == "Relationship" and target is None:
                self.left_out[Omission.REFERENCE] += 1
            else:
                kept = {
                    member: self._copied(said, member) for member in ANALYST if said.get(member) is not None
                }
                self._in_library(kept, "relationship_type", self._library.relationships, GENERIC_RELATION)
                related = {} if target is None else {"related_object_uuid": target}
                yield kept | related | {"uuid": self._uuid(said)}

    def _times(self, part: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: self._copied(part, name) for name in SEEN if part.get(name)}
        if found and not self._keeps_times:
            self.left_out[Omission.TIMES] += 1
            return {}
        return found

    def _uuid(self, part: Mapping[str, Any]) -> str:
        return self._fresh.get(str(part.get("uuid") or "").lower()) or str(uuid4())

    def _copied(self, part: Mapping[str, Any], name: str) -> Any:
        value = part[name]
        if not isinstance(value, (str, int, float) if name in NUMBERS else str):
            raise Invalid({"document": [AnonymousProblem.NOT_A_TEXT(name=name)]})
        return self._renamed(value)

    def _renamed(self, value: Any) -> Any:
        """Texts refer to parts by their UUIDs."""
        if not isinstance(value, str):
            return value
        return UUID_IN_ANY_CASE.sub(lambda match: self._fresh.get(match[0].lower(), match[0]), value)


def dated(document: dict[str, Any], moment: int, day: str) -> dict[str, Any]:
    """`document` with the time of its round everywhere a time is kept."""
    written = f"{day} 00:00:00"
    stamped = _stamped(document, moment, written)
    stamped.setdefault("date", day)
    return stamped


def _stamped(part: Mapping[str, Any], moment: int, written: str) -> dict[str, Any]:
    kept: dict[str, Any] = {**part, "timestamp": moment}
    for name in ("Attribute", "Object", "EventReport", "ObjectReference"):
        if name in kept:
            kept[name] = [_stamped(each, moment, written) for each in kept[name]]
    for name in KINDS:
        if name in kept:
            kept[name] = [{**each, "created": written, "modified": written} for each in kept[name]]
    return kept


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _uuids(part: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(uuid := part.get("uuid"), str):
        yield uuid.lower()
    for name in ("Attribute", "Object", "EventReport", "ObjectReference", *KINDS):
        for each in _dicts(part.get(name)):
            yield from _uuids(each)


def _words_of_templates(part: Mapping[str, Any]) -> Iterator[str]:
    for name in ("template_uuid", "name", "object_relation", "relationship_type"):
        if isinstance(word := part.get(name), str):
            yield word
    for name in ("Attribute", "Object", "ObjectReference", "EventReport", *KINDS):
        for each in _dicts(part.get(name)):
            yield from _words_of_templates(each)


def _tag_names(part: Mapping[str, Any]) -> Iterator[str]:
    yield from (tag["name"] for tag in _dicts(part.get("Tag")) if isinstance(tag.get("name"), str))
    for name in ("Attribute", "Object", "EventReport"):
        for each in _dicts(part.get(name)):
            yield from _tag_names(each)
