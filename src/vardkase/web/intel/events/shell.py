"""One event as the reader of its pages sees it, with what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vardkase.analysis.correlation.queries import RelatedEvent
from vardkase.core.clock import now_seconds
from vardkase.exchange.modules.server import ModuleKind
from vardkase.exchange.modules.settings import ENABLED
from vardkase.hub.anonymous_publication.authoring import may_publish_anonymously
from vardkase.hub.author_relay.queries import is_anonymous
from vardkase.hub.guard.preview import ShownFinding, by_severity
from vardkase.hub.sealed_links.keys import is_own_officer
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import hides_unpublished
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.event_delegations.settings import DELEGATION
from vardkase.intel.personal_data.queries import count_withheld, has_offences
from vardkase.intel.queries.attribute_lines import changed_since
from vardkase.intel.queries.event_parts import AttachedTag
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.events.rows import ListedEvent, moment
from vardkase.web.ui.chips import is_tlp
from vardkase.web.ui.exports import BY_SLUG, JSON_WITH_ATTACHMENTS, ExportFormat

COMMON_FORMATS = ("json", JSON_WITH_ATTACHMENTS, "csv", "stix2", "suricata")
"""In the menu of an event; the others are on a page of their own."""
GALAXY = "misp-galaxy:"
"""How the tags of clusters begin."""
SETTLED = 5
"""Seconds after a change until there can be no other of the same time: times are in whole seconds."""


def mark_of(event: EventRow) -> str:
    """Names the state of an event as its reader may know it; anew each time while it was changed just now."""
    now = now_seconds()
    settling = f".{now}" if now - event.timestamp < SETTLED else ""
    return f"{event.timestamp}.{event.publish_timestamp}.{int(event.published)}{settling}"


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """The event as the reader sees it, and what the reader may do. `attribute_count` is 0 when not looked up."""

    actor: Actor
    event: EventRow
    attribute_count: int

    @property
    def mark(self) -> str:
        return mark_of(self.event)

    @property
    def asks_for_news(self) -> bool:
        # Each read with content access is recorded, and asking is no read.
        return self.actor.content_access is None

    @property
    def is_ours(self) -> bool:
        return self.event.org_id == self.actor.organisation_id

    @property
    def published_at(self) -> datetime | None:
        return moment(self.event.publish_timestamp) if self.event.publish_timestamp else None

    @property
    def is_changed(self) -> bool:
        # Published before, and unpublished by a later change.
        return not self.event.published and self.event.publish_timestamp > 0

    @property
    def is_open_unpublished(self) -> bool:
        if self.event.published or not rules.is_open_unpublished(self.event.distribution):
            return False
        return not hides_unpublished(self.event.org_id)

    @property
    def common_formats(self) -> list[ExportFormat]:
        return [offered for slug in COMMON_FORMATS if (offered := BY_SLUG[slug]).is_usable]

    @property
    def changes(self) -> int:
        return changed_since(self.actor, self.event.id, self.event.publish_timestamp)

    @property
    def withheld_because(self) -> list[ShownFinding]:
        event = self.event
        if not event.withheld:
            return []
        preview = by_severity(event.id, event.distribution, event.sharing_group_id, only_known_files=True)
        return preview.stops

    @property
    def lacks_ground_to_share(self) -> bool:
        is_stopped = self.event.withheld and self.is_ours and not self.actor.reads_offences
        return is_stopped and has_offences(self.event.id)

    @property
    def withheld_count(self) -> int:
        return 0 if self.is_ours else count_withheld(self.actor, self.event)

    @property
    def may_modify(self) -> bool:
        return self.actor.may_write and rules.may_modify_event(self.actor, self.event)

    @property
    def may_enrich(self) -> bool:
        return self.may_modify and (ENABLED[ModuleKind.EXPANSION].value or ENABLED[ModuleKind.HOVER].value)

    @property
    def may_import_by_module(self) -> bool:
        return self.may_modify and ENABLED[ModuleKind.IMPORT].value

    @property
    def may_propose(self) -> bool:
        return self.actor.may_write and self.actor.may(Permission.ADD) and not self.may_modify

    @property
    def may_delete(self) -> bool:
        return self.actor.may_write and rules.may_delete_event(self.actor, self.event)

    @property
    def may_sight(self) -> bool:
        return self.actor.may_write and self.actor.may(Permission.SIGHTING)

    @property
    def may_note(self) -> bool:
        return self.actor.may_write and self.actor.may(Permission.ADD, Permission.ANALYST_DATA)

    @property
    def may_publish(self) -> bool:
        return self.actor.may_write and rules.may_publish_event(self.actor, self.event)

    @property
    def may_unpublish(self) -> bool:
        # Also while it is being changed: others read its last version until then.
        return self.may_publish and (self.event.published or self.event.being_changed)

    @property
    def may_publish_anonymously(self) -> bool:
        return self.event.orgc_id == self.actor.organisation_id and may_publish_anonymously(self.actor)

    @property
    def has_relay(self) -> bool:
        return is_anonymous(self.event.uuid)

    @property
    def may_propose_opening(self) -> bool:
        return is_own_officer(self.actor)

    @property
    def may_delegate(self) -> bool:
        is_private = self.event.distribution == Distribution.ORGANISATION
        return is_private and self.may_modify and self.actor.may(Permission.DELEGATE) and DELEGATION.value

    @property
    def may_ask_creator(self) -> bool:
        return self.actor.may_write and not self.is_ours

    @property
    def may_request_publication(self) -> bool:
        return self.is_ours and self.may_modify and not self.may_publish and not self.event.published

    @property
    def may_tag(self) -> bool:
        # The rules ask for the permission for global tags alone, the pages for both.
        if not (self.actor.may_write and self.actor.may(Permission.TAGGER)):
            return False
        return any(rules.may_tag(self.actor, self.event, local=local) for local in (True, False))


@dataclass(frozen=True, slots=True)
class EventLayout(OpenEvent):
    """With what surrounds the parts of the event. `related` is None when not looked up."""

    listed: ListedEvent
    tags: list[AttachedTag]
    related: list[RelatedEvent] | None

    @property
    def tlp(self) -> AttachedTag | None:
        return next((tag for tag in self.tags if is_tlp(tag)), None)

    @property
    def plain_tags(self) -> list[AttachedTag]:
        """Those that are neither TLP labels nor clusters."""
        return [tag for tag in self.tags if not is_tlp(tag) and not tag.name.startswith(GALAXY)]
