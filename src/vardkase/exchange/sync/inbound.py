"""Inbound filter: what happens to an incoming document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.rules import listed
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool, as_int

type Document = dict[str, Any]

CLOSER = {Distribution.COMMUNITY: Distribution.ORGANISATION, Distribution.CONNECTED: Distribution.COMMUNITY}
"""The distribution drops by one step at each hop; others stay as they are."""

SAID = ("Note", "Opinion", "Relationship")
"""Analyst data is nested in the part it is about, has its own distribution, and may carry analyst data itself."""


@dataclass(frozen=True, slots=True)
class InboundFilter:
    """The inbound filter: how documents enter over a connection.

    `trusted` ones keep their distribution and local tags. Rules can exclude attribute types and object
    templates (by uuid).
    """

    trusted: bool
    without_types: frozenset[str] = frozenset()
    without_templates: frozenset[str] = frozenset()
    unpublished: bool = False

    @classmethod
    def of(cls, server: Server, host_organisation: int, *, on_types: bool) -> InboundFilter:
        rules = server.pull_rules if on_types else {}
        return cls(
            trusted=server.internal and server.org_id == host_organisation,
            without_types=frozenset(listed(rules, "type_attributes", "NOT")),
            without_templates=frozenset(listed(rules, "type_objects", "NOT")),
            unpublished=server.unpublish_event,
        )

    def event(self, event: Mapping[str, Any]) -> Document:
        """The event as it will be stored: locked, distribution reduced by one step, without what the rules
        exclude."""
        kept = {name: value for name, value in event.items() if name not in ("id", "user_id", "org_id")}
        # Without a distribution an event counts as for the community, and so stays with the own
        # organisation.
        arrived = self.part(kept | {"distribution": event.get("distribution", Distribution.COMMUNITY)})
        arrived["locked"] = True
        if self.unpublished:
            arrived["published"] = False
        if attributes := self._attributes(event):
            arrived["Attribute"] = attributes
        if "Object" in event:
            arrived["Object"] = list(filter(None, map(self._object, parts(event, "Object"))))
        if "EventReport" in event:
            arrived["EventReport"] = [self.part(report) for report in parts(event, "EventReport")]
        return arrived

    def part(self, part: Mapping[str, Any]) -> Document:
        """A part with its own distribution, reduced by one step, without local tags."""
        if self.trusted:
            return dict(part)
        arrived = dict(part)
        reach = as_int(part.get("distribution"))
        if reach in CLOSER:
            arrived["distribution"] = int(CLOSER[Distribution(reach)])
        if isinstance(part.get("Tag"), list):
            arrived["Tag"] = [tag for tag in parts(part, "Tag") if not as_bool(tag.get("local"))]
        statements = {
            kind: [self.part(statement) for statement in parts(part, kind)] for kind in SAID if kind in part
        }
        return arrived | statements

    def _attributes(self, holder: Mapping[str, Any]) -> list[Document]:
        found = parts(holder, "Attribute")
        return [
            self.part(attribute) for attribute in found if attribute.get("type") not in self.without_types
        ]

    def _object(self, found: Mapping[str, Any]) -> Document | None:
        if str(found.get("template_uuid")) in self.without_templates:
            return None
        attributes = self._attributes(found)
        if self.without_types and not attributes:
            return None  # Nothing is left of it but its name.
        return {**self.part(found), "Attribute": attributes}


def parts(holder: Mapping[str, Any], member: str) -> list[Document]:
    found = holder.get(member)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def is_empty(event: Mapping[str, Any]) -> bool:
    """True if an event has neither attributes nor reports, apart from deleted ones."""
    inside = [
        attribute
        for holder in parts(event, "Object")
        if _lives(holder)
        for attribute in parts(holder, "Attribute")
    ]
    return not any(map(_lives, (*parts(event, "Attribute"), *inside, *parts(event, "EventReport"))))


def _lives(part: Mapping[str, Any]) -> bool:
    return not as_bool(part.get("deleted"))
