"""Which recorded id, uuid and key became which here, and requests rewritten accordingly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER = re.compile(r"\d+")
SEGMENT = re.compile(r"(?:(\w+):)?(\d+)(\.\w+)?")
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
    "objecttemplate": "ObjectTemplate",
    "template": "ObjectTemplate",
}
"""The kind of what a member, a wrapper or a controller in the singular names, where its own name is not it."""
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
"""What `<controller>/add/<id>` and `<controller>/index/<id>` name."""
PROPOSED = {("shadow_attributes", "edit"), ("shadow_attributes", "delete")}
"""A proposal to change an attribute names the attribute."""
SECOND = {"addTag": "Tag", "removeTag": "Tag", "addOrg": "Organisation", "removeOrg": "Organisation"}
"""What the second number of an action names."""


def kind_of(name: str) -> str:
    """The kind that `org_id`, `Orgc`, `sharing_groups` or `galaxyClusters` stands for, in one form for all."""
    bare = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("_id").removesuffix("id")
    bare = bare.rstrip("s").replace("_", "") or "event"
    return KINDS.get(bare, bare.title())


def named_by(controller: str, action: str = "") -> str:
    """The kind of what the first number in the path of an action names."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", controller).lower()
    if action in ("add", "index") and snake in ADDED_TO:
        return ADDED_TO[snake]
    if (snake, action) in PROPOSED:
        return "Attribute"
    return "Event" if snake == "event_delegations" else kind_of(snake)


@dataclass(slots=True)
class Names:
    """Recorded ids by kind, uuids and keys, with ours."""

    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def learn(self, recorded: Any, own: Any, kind: str) -> None:
        """Note the ids, uuids and keys that stand in the same place in both answers."""
        if isinstance(recorded, dict) and isinstance(own, dict):
            if self._same_thing(recorded, own):
                for member in recorded:
                    if member in own:
                        self._learn_member(member, recorded[member], own[member], kind)
        elif isinstance(recorded, list) and isinstance(own, list):
            for theirs, ours in zip(recorded, own, strict=False):
                self.learn(theirs, ours, kind)

    def _same_thing(self, recorded: dict[str, Any], own: dict[str, Any]) -> bool:
        """Lists need not be in the same order: what has another name or uuid is something else."""
        if not all(recorded.get(name) == own.get(name) for name in ("name", "value", "email", "info")):
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
        kinds = [named_by(controller, action), SECOND.get(action, "Tag")]
        renamed = [self._segment(kinds, segment) for segment in rest]
        return prefix + "/".join(["", controller, *renamed]) + mark + query

    def _segment(self, kinds: list[str], segment: str) -> str:
        match = SEGMENT.fullmatch(segment)
        if not match or not (match[1] is None or match[1].endswith("id")):
            return segment
        kind = kind_of(match[1]) if match[1] else kinds.pop(0) if kinds else ""
        own = self.ids.get((kind, match[2]), match[2])
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
        if member.endswith("id") and "uu" not in member and member != "threat_level_id":
            named = kind if member in ("id", "idList") else kind_of(member)
            renamed = NUMBER.sub(lambda n: self.ids.get((named, n[0]), n[0]), str(recorded))
            return int(renamed) if isinstance(recorded, int) else self.text(renamed)
        return self.text(recorded) if isinstance(recorded, str) else recorded

    def text(self, recorded: str) -> str:
        """A recorded text with our uuids and keys."""
        renamed = UUID.sub(lambda uuid: self.uuids.get(uuid[0], uuid[0]), recorded)
        return KEY.sub(lambda key: self.keys.get(key[0], key[0]), renamed)
