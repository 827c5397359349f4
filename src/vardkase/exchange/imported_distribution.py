"""Distribution of imported content: set by the importer, not by the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.misp.distribution import Distribution

PARTS = ("Attribute", "Object", "EventReport")


def with_distribution(
    event: Mapping[str, Any], distribution: int, sharing_group_id: int | None
) -> dict[str, Any]:
    parts = {
        name: [_inheriting_part(part) for part in event[name]]
        for name in PARTS
        if isinstance(event.get(name), list)
    }
    kept = {name: value for name, value in event.items() if name != "SharingGroup"}
    return kept | parts | {"distribution": distribution, "sharing_group_id": sharing_group_id or 0}


def _inheriting_part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    inside = part.get("Attribute")
    inner = (
        {"Attribute": [_inheriting_part(attribute) for attribute in inside]}
        if isinstance(inside, list)
        else {}
    )
    return {**part, **inner, "distribution": int(Distribution.INHERIT), "sharing_group_id": 0}
