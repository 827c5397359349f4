"""Which of our ids, uuids and keys corresponds to each recorded one, and requests rewritten accordingly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d+")
SEGMENT = re.compile(r"(?:(\w+):)?(\d+(?:\|\d+)*)(\.\w+)?")
KEY = re.compile(r"KEY_[A-Z0-9_]+")

KINDS = {
    "org": "Organisation",
    "orgc": "Organisation",
    "remote_org": "Organisation",
    "organisation": "Organisation",
    "sg": "SharingGroup",
    "sharinggroup": "SharingGroup",
    "sync_user": "User",
    "event": "Event",
    "attribute": "Attribute",
    "object": "Object",
    "tag": "Tag",
    "old": "Attribute",
    "galaxycluster": "GalaxyCluster",
    "taxonomie": "Taxonomy",
    "taxonomy": "Taxonomy",
    "galaxie": "Galaxy",
    "relatedevent": "Event",
    "searchevent": "Event",
    "objecttemplate": "ObjectTemplate",
    "template": "ObjectTemplate",
    "target": "GalaxyCluster",
}
"""Member, wrapper or singular controller → kind, where the kind has another name."""
ADDED_TO = {
    "attributes": "Event",
    "objects": "Event",
    "event_reports": "Event",
    "shadow_attributes": "Event",
    "sightings": "Attribute",
    "auth_keys": "User",
    "galaxy_clusters": "Galaxy",
    "object_references": "Object",
}
"""The kind of the id in `<controller>/add/<id>` and `<controller>/index/<id>`."""
NAMED = {
    ("sightings", "index"): "Event",
    ("shadow_attributes", "edit"): "Attribute",
    ("shadow_attributes", "delete"): "Attribute",
}
"""The kind of the first number of other actions: a proposal to change an attribute names the attribute."""
ATTACHING = {"attachCluster", "attachMultipleClusters", "detach", "listSightings"}
"""Actions whose path has the kind after the first number; a second number is a tag's."""
BARE = {"event", "attribute", "object", "tag"}
"""Members of a request that contain an id under another name."""
IDS = re.compile(r'[\["!]*\d+(?:[\s,|&"!\]]+\d*)*')
"""One id or several, in any notation."""
SECOND = {"addTag": "Tag", "removeTag": "Tag", "addOrg": "Organisation", "removeOrg": "Organisation"}
"""The kind of the second number of an action."""


def kind_of(name: str) -> str:
    """The kind named by `org_id`, `Orgc`, `sharing_groups` or `galaxyClusters`, in one normal form."""
    bare = (
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().rstrip("s").removesuffix("_id").removesuffix("id")
    )
    bare = bare.rstrip("s").replace("_", "") or "event"
    return KINDS.get(bare, bare.title())


def named_by(controller: str, action: str = "") -> str:
    """The kind of the first number in the path of an action."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", controller).lower()
    if (snake, action) in NAMED:
        return NAMED[snake, action]
    if action in ("add", "index") and snake in ADDED_TO:
        return ADDED_TO[snake]
    return "Event" if snake == "event_delegations" else kind_of(snake)


def _same_name(recorded: dict[str, Any], own: dict[str, Any]) -> bool:
    """Whether two entities, and those within them, have the same names."""
    within = [
        (theirs, own[key]) for key, theirs in recorded.items() if isinstance(theirs, dict) and key in own
    ]
    called = ("name", "value", "email", "info")
    return all(
        theirs.get(name) == ours.get(name)
        for theirs, ours in [(recorded, own), *within]
        if isinstance(ours, dict)
        for name in called
    )


@dataclass(slots=True)
class Names:
    """Recorded ids by kind, uuids, keys and ETags, with ours."""

    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)

    def learn(self, recorded: Any, own: Any, kind: str) -> None:
        """Note the ids, uuids and keys in the same position of both answers."""
        if isinstance(recorded, dict) and isinstance(own, dict):
            if self._same_thing(recorded, own):
                for member in recorded:
                    if member in own:
                        self._learn_member(member, recorded[member], own[member], kind)
        elif isinstance(recorded, list) and isinstance(own, list):
            for theirs, ours in zip(recorded, own, strict=False):
                self.learn(theirs, ours, kind)

    def _same_thing(self, recorded: dict[str, Any], own: dict[str, Any]) -> bool:
        """Lists may be in another order: an element with another name or uuid is another entity."""
        if not _same_name(recorded, own):
            return "saved" in recorded
        theirs, ours = recorded.get("uuid"), own.get("uuid")
        return not isinstance(theirs, str) or self.uuids.get(theirs, ours) == ours

    def _learn_member(self, member: str, recorded: Any, own: Any, kind: str) -> None:
        if isinstance(recorded, str) and KEY.fullmatch(recorded):
            if isinstance(own, str) and len(own) == 40:
                self.keys[recorded] = own
        elif isinstance(recorded, (dict, list)):
            self.learn(recorded, own, kind_of(member) if member[:1].isupper() else kind)
        elif isinstance(recorded, str) and UUID.fullmatch(recorded):
            if isinstance(own, str) and UUID.fullmatch(own):
                self.uuids.setdefault(recorded, own)
        elif member == "id" or member.endswith("_id"):
            named = kind if member == "id" else kind_of(member)
            if str(recorded).isdigit() and str(own).isdigit() and "0" not in (str(recorded), str(own)):
                self.ids.setdefault((named, str(recorded)), str(own))

    def path(self, recorded: str) -> str:
        """A recorded path with our ids, uuids and keys."""
        front, mark, query = self.text(recorded).partition("?")
        prefix = "/admin" if front.startswith("/admin/") else ""
        _, controller, *rest = front.removeprefix(prefix).split("/")
        action = rest[0] if rest else ""
        first = kind_of(rest[2]) if action in ATTACHING and len(rest) > 2 else named_by(controller, action)
        kinds = [first, SECOND.get(action, "Tag")]
        renamed = [self._segment(kinds, segment) for segment in rest]
        return prefix + "/".join(["", controller, *renamed]) + mark + query

    def _segment(self, kinds: list[str], segment: str) -> str:
        match = SEGMENT.fullmatch(segment)
        if not match or not (match[1] is None or match[1].endswith("id")):
            return segment
        kind = kind_of(match[1]) if match[1] else kinds.pop(0) if kinds else ""
        own = NUMBER.sub(lambda number: self.ids.get((kind, number[0]), number[0]), match[2])
        return f"{match[1]}:{own}" if match[1] else own + (match[3] or "")

    def body(self, recorded: Any, kind: str, member: str = "") -> Any:
        """A recorded request's body with our ids, uuids and keys."""
        if isinstance(recorded, dict):
            within = kind_of(member) if member[:1].isupper() else kind
            return {self.text(key): self.body(value, within, key) for key, value in recorded.items()}
        if isinstance(recorded, list):
            return [self.body(value, kind, member) for value in recorded]
        if isinstance(recorded, bool) or not isinstance(recorded, (int, str)):
            return recorded
        if (member.endswith(("id", "ids")) or member in BARE) and IDS.fullmatch(str(recorded)):
            named = kind if member in ("id", "idList") else kind_of(member)
            renamed = NUMBER.sub(lambda n: self.ids.get((named, n[0]), n[0]), str(recorded))
            return int(renamed) if isinstance(recorded, int) else renamed
        return self.text(recorded) if isinstance(recorded, str) else recorded

    def text(self, recorded: str) -> str:
        """A recorded text with our uuids and keys."""
        renamed = UUID.sub(lambda uuid: self.uuids.get(uuid[0], uuid[0]), recorded)
        return KEY.sub(lambda key: self.keys.get(key[0], key[0]), renamed)
