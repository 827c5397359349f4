"""Comparing answers with recorded ones of MISP 2.5.1, ignoring ids, new uuids and texts with ids in them.

`Names` learns which of our ids and uuids corresponds to each recorded one, and rewrites later requests
accordingly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d+")
KINDS = {
    "events": "Event",
    "attributes": "Attribute",
    "objects": "Object",
    "object_references": "ObjectReference",
    "tags": "Tag",
}
"""Controller → kind of the number in its path."""
MEMBERS = {
    "event": "Event",
    "event_id": "Event",
    "attribute": "Attribute",
    "tag": "Tag",
    "sharing_group_id": "SharingGroup",
}
"""Member of a request → kind of its number."""
ZIP = "UEsDB"
"""The beginning of a zip in base64. The rest depends on the time, and on chance when encrypted."""
TIMES = {"timestamp", "publish_timestamp"}
WORDINGS = {"name", "message", "url", "errors", "success", "id"}
"""Members of a response to a save whose texts contain ids."""
UNCOMPARED = {
    "Galaxy",
    "Org",
    "Orgc",
    "RelatedEvent",
    "ShadowAttribute",
    "SharingGroup",
    "event_creator_email",
    "CryptographicKey",
    "colour",
}
"""The marker of shortened recordings; tests/formats compares these parts."""
A_MOMENT = 2
"""Seconds that the response may be later than the recorded time of the request."""


@dataclass(slots=True)
class Names:
    """Recorded ids by kind, and recorded uuids, with ours."""

    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)

    def learn(self, recorded: Any, own: Any, kind: str = "") -> None:
        """Note the ids and uuids in the same position of both answers."""
        if isinstance(recorded, dict) and isinstance(own, dict):
            if "uuid" in recorded and "uuid" in own:
                self.uuids[str(recorded["uuid"])] = str(own["uuid"])
            if "id" in recorded and "id" in own:
                self.ids.setdefault(kind, {})[str(recorded["id"])] = str(own["id"])
            for key in recorded.keys() & own.keys():
                self.learn(recorded[key], own[key], key)
        elif isinstance(recorded, list) and isinstance(own, list):
            for theirs, ours in zip(recorded, own, strict=False):
                self.learn(theirs, ours, kind)

    def path(self, recorded: str) -> str:
        """A recorded path with our ids."""
        _, controller, *rest = self.text(recorded).split("/")
        kind = "Event" if rest[:1] == ["add"] and controller != "tags" else KINDS.get(controller, "")
        renamed = []
        for segment in rest:
            renamed.append(self._id(kind, segment))
            kind = "Tag" if segment.isdigit() else kind
        return "/".join(["", controller, *renamed])

    def body(self, recorded: Any, member: str = "") -> Any:
        """A recorded request's body with our ids and uuids."""
        if isinstance(recorded, dict):
            return {key: self.body(value, key) for key, value in recorded.items()}
        if isinstance(recorded, list):
            return [self.body(value, member) for value in recorded]
        if not isinstance(recorded, str):
            return recorded
        kind = MEMBERS.get(member, "Event" if member == "id" else "")
        if recorded.startswith("["):
            return NUMBER.sub(lambda number: self._id(kind, number[0]), recorded)
        return self._id(kind, self.text(recorded))

    def text(self, recorded: str) -> str:
        """A recorded text with our uuids."""
        return UUID.sub(lambda uuid: self.uuids.get(uuid[0], uuid[0]), recorded)

    def _id(self, kind: str, recorded: str) -> str:
        return self.ids.get(kind, {}).get(recorded, recorded)


def differences(names: Names, recorded: Any, own: Any, place: str = "answer") -> Iterator[str]:
    """Where two answers differ: `` place: theirs -> ours``."""
    if isinstance(recorded, dict) and isinstance(own, dict):
        yield from _differing_members(names, recorded, own, place)
    elif isinstance(recorded, list) and isinstance(own, list):
        if len(recorded) != len(own):
            yield f"{place}: {len(recorded)} elements -> {len(own)}"
        for number, (theirs, ours) in enumerate(zip(recorded, own, strict=False)):
            yield from differences(names, theirs, ours, f"{place}.{number}")
    elif isinstance(recorded, dict) and "$base64" in recorded:
        yield from [] if str(own).startswith("PK") else [f"{place}: a zip -> {own!r}"]
    elif not _same(names, recorded, own, place.rpartition(".")[2]):
        yield f"{place}: {recorded!r} -> {own!r}"


def _differing_members(
    names: Names, recorded: dict[str, Any], own: dict[str, Any], place: str
) -> Iterator[str]:
    theirs = {key: value for key, value in recorded.items() if key not in UNCOMPARED}
    ours = {key: value for key, value in own.items() if key not in UNCOMPARED}
    if missing := sorted(theirs.keys() - ours.keys()):
        yield f"{place}: lacks {', '.join(missing)}"
    if more := sorted(ours.keys() - theirs.keys()):
        yield f"{place}: has also {', '.join(more)}"
    worded = bool({"message", "saved"} & theirs.keys())
    for key in sorted(theirs.keys() & ours.keys()):
        if worded and key in WORDINGS:
            yield from _differing_wording(names, theirs[key], ours[key], f"{place}.{key}")
        else:
            yield from differences(names, theirs[key], ours[key], f"{place}.{key}")


def _differing_wording(names: Names, recorded: Any, own: Any, place: str) -> Iterator[str]:
    """As `differences`, but all numbers count as equal."""
    if isinstance(recorded, str) and isinstance(own, str):
        if NUMBER.sub("#", names.text(recorded)) != NUMBER.sub("#", own):
            yield f"{place}: {recorded!r} -> {own!r}"
    else:
        yield from differences(names, recorded, own, place)


def _same(names: Names, recorded: Any, own: Any, member: str) -> bool:
    if member == "id" or (member.endswith("_id") and member != "threat_level_id"):
        return (recorded in (None, 0, "0")) == (own in (None, 0, "0"))
    if member == "data" and str(recorded).startswith(ZIP):
        return str(own).startswith(ZIP)
    if member in TIMES:
        return type(recorded) is type(own) and abs(int(own) - int(recorded)) <= A_MOMENT
    return bool((names.text(recorded) if isinstance(recorded, str) else recorded) == own)
