"""Who reads what modules answer about an attribute: those who read the attribute, as its value stands in the answer.
What they read in a file is for those who read the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.sql import cursor
from vardkase.misp.distribution import Distribution, narrowest

type Document = dict[str, list[dict[str, Any]]]


def as_far_as(attribute: Mapping[str, Any], document: Document) -> Document:
    """`document` with the distribution of the attribute, and without tags of the event if that narrows it."""
    distribution, group = narrowest(cursor().execute(LIMITS, {"attribute": int(attribute["id"])}).fetchall())
    if distribution == Distribution.INHERIT:
        return document
    reach = {"distribution": int(distribution), "sharing_group_id": group or 0}
    for name in ("Attribute", "Object", "EventReport"):
        document[name] = [{**part, **reach} for part in document.get(name, [])]
    return {**document, "Tag": []}


def as_the_event(document: Document) -> Document:
    """`document` without a module's own word on who reads it: those who read the event."""
    inherited = {"distribution": int(Distribution.INHERIT)}
    found: Document = {}
    for name, parts in document.items():
        bare: list[dict[str, Any]] = [_without_reach(part) for part in parts]
        for part in bare if name == "Object" else ():
            inner = part.get("Attribute")
            if isinstance(inner, list):
                part["Attribute"] = [{**each, **inherited} for each in inner if isinstance(each, dict)]
        found[name] = bare if name == "Tag" else [{**part, **inherited} for part in bare]
    return found


def _without_reach(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_reach(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_reach(inner) for name, inner in value.items() if name not in REACH}
    return value


REACH = frozenset(("distribution", "sharing_group_id"))

LIMITS = """
SELECT a.distribution, a.sharing_group_id FROM attribute a WHERE a.id = %(attribute)s
UNION ALL
SELECT o.distribution, o.sharing_group_id FROM attribute a JOIN object o ON o.id = a.object_id
WHERE a.id = %(attribute)s
"""
