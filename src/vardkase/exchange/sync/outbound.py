"""Outbound filter: what happens to an outgoing event.

The event was rendered for the organisation at the other end, so it holds nothing that this may not read; the filter
removes what it may read on this hub but not copy to its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.inbound import SAID, Document, parts
from vardkase.identity.access.actor import Actor
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool, as_int

OURS = (
    "id",
    "org_id",
    "orgc_id",
    "Org",
    "proposal_email_lock",
    "org",
    "orgc",
    "RelatedEvent",
    "Galaxy",
    "user_id",
)
"""Members that mean something on this instance only."""
NOT_SENT = ("id", "event_id", "value1", "value2", "Galaxy", "ShadowAttribute", "RelatedAttribute", *SAID)
"""Members that no part is sent with. MISP would store analyst data inside an event unlocked, and refuse later edits."""
NOT_SENT_OF_SAID = ("id", "_canEdit", "related_object")
TRAVELS = frozenset({Distribution.CONNECTED, Distribution.ALL, Distribution.INHERIT})


@dataclass(frozen=True, slots=True)
class OutboundFilter:
    """The outbound filter: how documents leave over a connection.

    `internal` connections keep distribution and local tags. An attribute or report with one of `without_tags`
    (lower case) is not sent; `groups` are the ids of the sharing groups that reach the other instance.
    """

    internal: bool
    unpublished: bool = False
    sightings: bool = False
    without_tags: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    server: Server | None = None

    @classmethod
    def of(cls, server: Server, reader: Actor, without_tags: frozenset[str] = frozenset()) -> OutboundFilter:
        return cls(
            internal=server.internal,
            unpublished=server.unpublish_event,
            sightings=server.push_sightings,
            without_tags=without_tags,
            groups=frozenset(reader.sharing_group_ids),
            server=server,
        )

    def event(self, event: Mapping[str, Any]) -> Document:
        sent = self._part(
            {name: value for name, value in event.items() if name not in (*OURS, "ShadowAttribute")}
        )
        sent["locked"] = True
        if self.unpublished:
            sent["published"] = False
        sent["Attribute"] = self._attributes(event)
        sent["Object"] = [
            {**self._part(holder), "Attribute": self._attributes(holder)}
            for holder in self._travelling(event, "Object")
        ]
        reports = filter(self._passes_tag_rules, self._travelling(event, "EventReport"))
        sent["EventReport"] = [self._part(report) for report in reports]
        if not self.sightings:
            sent.pop("Sighting", None)
        return sent

    def cluster(self, document: Mapping[str, Any]) -> Document:
        relations = self._travelling(document, "GalaxyClusterRelation")
        return {**self._reduced(document), "GalaxyClusterRelation": list(map(self._reduced, relations))}

    def said(self, said: Mapping[str, Any]) -> Document:
        """Analyst data sent separately, without its nested analyst data, which is sent separately too."""
        kept = {name: value for name, value in said.items() if name not in (*NOT_SENT_OF_SAID, *SAID)}
        return {**self._reduced(kept), "locked": True}

    def _attributes(self, holder: Mapping[str, Any]) -> list[Document]:
        return [
            self._part(attribute)
            for attribute in self._travelling(holder, "Attribute")
            if self._passes_tag_rules(attribute)
        ]

    def _passes_tag_rules(self, attribute: Document) -> bool:
        names = {str(tag.get("name")).lower() for tag in parts(attribute, "Tag")}
        return not names & self.without_tags

    def _travelling(self, holder: Mapping[str, Any], member: str) -> list[Document]:
        return [part for part in parts(holder, member) if self._travels(part)]

    def _travels(self, part: Document) -> bool:
        reach = as_int(part.get("distribution"))
        if reach == Distribution.SHARING_GROUP:
            return as_int(part.get("sharing_group_id")) in self.groups
        return self.internal or reach in TRAVELS

    def _part(self, part: Mapping[str, Any]) -> Document:
        """A part with its own distribution, reduced by one step, with exportable tags only."""
        sent = self._reduced({name: value for name, value in part.items() if name not in NOT_SENT})
        if not self.sightings:
            sent.pop("Sighting", None)
        return sent

    def _reduced(self, part: Mapping[str, Any]) -> Document:
        sent = dict(part)
        if not self.internal and as_int(part.get("distribution")) == Distribution.CONNECTED:
            sent["distribution"] = int(Distribution.COMMUNITY)
        if isinstance(part.get("Tag"), list):
            sent["Tag"] = [
                tag
                for tag in parts(part, "Tag")
                if as_bool(tag.get("exportable"), default=True)
                and (self.internal or not as_bool(tag.get("local")))
            ]
        if isinstance(group := part.get("SharingGroup"), dict):
            sent["SharingGroup"] = self._with_server_address(group)
        return sent

    def _with_server_address(self, group: Document) -> Document:
        """A sharing group that contains the other instance by its address; addresses of third instances are
        removed."""
        server = self.server
        if server is None:
            return group
        named = {"Server": {"id": str(server.pk), "url": server.url, "name": server.name}}
        return group | {
            "SharingGroupServer": [
                listed | named if as_int(listed.get("server_id")) == server.pk else listed
                for listed in parts(group, "SharingGroupServer")
            ]
        }
