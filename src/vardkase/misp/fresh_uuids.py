"""Copies parts of an event document for another event, with new UUIDs and updated references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from vardkase.misp.fields import UUID

PARTS = ("Attribute", "Object", "EventReport")
PLACED = frozenset(("uuid", "id", "event_id", "object_id"))
"""Members that identify a part and its parent."""


def with_fresh_uuids(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with new uuids for all its parts, also in references and reports.

    Malformed parts stay as they are, to be rejected when stored.
    """
    fresh = {uuid: str(uuid4()) for name in PARTS for uuid in _uuids(document.get(name))}
    return {**document, **{name: _renamed(document[name], fresh) for name in PARTS if name in document}}


def _uuids(parts: Any) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            if isinstance(uuid := part.get("uuid"), str):
                yield uuid.lower()
            yield from _uuids(part.get("Attribute"))


def _renamed(parts: Any, fresh: Mapping[str, str]) -> Any:
    return [_fresh(part, fresh) for part in parts] if isinstance(parts, list) else parts


def _fresh(part: Any, fresh: Mapping[str, str]) -> Any:
    if not isinstance(part, dict):
        return part
    kept = {name: value for name, value in part.items() if name not in PLACED}
    if isinstance(uuid := part.get("uuid"), str):
        kept["uuid"] = fresh[uuid.lower()]
    if "Attribute" in part:
        kept["Attribute"] = _renamed(part["Attribute"], fresh)
    if isinstance(references := part.get("ObjectReference"), list):
        kept["ObjectReference"] = [_referring(reference, fresh) for reference in references]
    # Reports refer to attributes and objects by uuid in their text.
    if isinstance(content := part.get("content"), str):
        kept["content"] = UUID.sub(lambda match: fresh.get(match.group(), match.group()), content)
    return kept


def _referring(reference: Any, fresh: Mapping[str, str]) -> Any:
    if not isinstance(reference, dict):
        return reference
    target = str(reference.get("referenced_uuid") or "").lower()
    kept = {name: reference[name] for name in ("relationship_type", "comment") if name in reference}
    # A target outside the copied parts keeps its uuid.
    return {**kept, "referenced_uuid": fresh.get(target, target)}
