"""Groups STIX objects into events: the objects of one report or grouping form one event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vardkase.core.problems import Problem
from vardkase.exchange.taxii.filters import STIX_ID
from vardkase.exchange.taxii.problems import StixObjectProblem

type StixObject = dict[str, Any]

CONTAINERS = frozenset(("report", "grouping"))
CONTEXT = frozenset(("identity", "marking-definition", "extension-definition", "language-content"))
"""Types that only say something about other objects, and make no event on their own."""


def identity_of(stix_object: Any) -> tuple[str, str]:
    """Id and version of a presumed STIX object; empty if it has none."""
    if not isinstance(stix_object, dict):
        return "", ""
    version = stix_object.get("modified") or stix_object.get("created") or ""
    return str(stix_object.get("id") or "")[:300], str(version)[:40]


def fault_of(stix_object: Any) -> Problem | None:
    """What is wrong with an object before STIX validation."""
    if not isinstance(stix_object, dict):
        return StixObjectProblem.NOT_AN_OBJECT()
    if not STIX_ID.fullmatch(str(stix_object.get("id"))):
        return StixObjectProblem.BAD_ID()
    if str(stix_object["id"]).partition("--")[0] != stix_object.get("type"):
        return StixObjectProblem.OTHER_TYPE()
    return None


def is_container(stix_object: StixObject) -> bool:
    return stix_object.get("type") in CONTAINERS


def members_of(container: StixObject) -> list[str]:
    return _references(container.get("object_refs"))


def context_of(objects: Iterable[StixObject]) -> set[str]:
    found: set[str] = set()
    for stix_object in objects:
        found.update(
            _references(stix_object.get("object_marking_refs")),
            _references([stix_object.get("created_by_ref")]),
        )
    return found


def bundles(objects: Sequence[StixObject]) -> Iterator[list[StixObject]]:
    by_id = {str(stix_object["id"]): stix_object for stix_object in objects}
    held: set[str] = set()
    for container in filter(is_container, by_id.values()):
        members = [by_id[stix_id] for stix_id in members_of(container) if stix_id in by_id]
        held.update(str(stix_object["id"]) for stix_object in (container, *members))
        yield with_context([container, *members], by_id)
    loose = [
        stix_object
        for name, stix_object in by_id.items()
        if name not in held and stix_object["type"] not in CONTEXT
    ]
    if loose:
        yield with_context(loose, by_id)


def with_context(objects: Sequence[StixObject], known: Mapping[str, StixObject]) -> list[StixObject]:
    present = {str(stix_object["id"]) for stix_object in objects}
    return [
        *objects,
        *(known[stix_id] for stix_id in sorted(context_of(objects) - present) if stix_id in known),
    ]


def _references(references: Any) -> list[str]:
    listed = references if isinstance(references, list) else []
    return [reference for reference in listed if isinstance(reference, str)]
