"""Who reads what modules answer about an attribute: those who read the attribute, as its value stands in the answer."""

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


LIMITS = """
SELECT a.distribution, a.sharing_group_id FROM attribute a WHERE a.id = %(attribute)s
UNION ALL
SELECT o.distribution, o.sharing_group_id FROM attribute a JOIN object o ON o.id = a.object_id
WHERE a.id = %(attribute)s
"""
