"""Common frame of the event pages: header, tabs, side column, and the reader's permissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from vardkase.analysis.correlation.queries import RelatedEvent, related_events
from vardkase.hub.guard.preview import ShownFinding, by_severity
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import hides_unpublished
from vardkase.intel import rules
from vardkase.intel.analyst_data.threads import ThreadFilter, count_threads
from vardkase.intel.columns import EventRow
from vardkase.intel.proposals.queries import counts_of_event
from vardkase.intel.queries import event_parts
from vardkase.intel.queries.attribute_lines import changed_since
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.object_lines import count_references
from vardkase.web.intel.events.rows import ListedEvent, moment
from vardkase.web.ui.chips import is_tlp
from vardkase.web.ui.exports import BY_SLUG, JSON_WITH_ATTACHMENTS, ExportFormat

RELATED_SHOWN = 5
"""Events named in the side column; the tab has them all."""
COMMON_FORMATS = ("json", JSON_WITH_ATTACHMENTS, "csv", "stix2", "suricata")
"""In the menu of an event; the others are on a page of their own."""
AT_ONCE = 1000
"""The related events of a larger event are looked up after its page is there, by a request of their own."""


@dataclass(frozen=True, slots=True)
class EventLayout:
    """The event as the reader sees it, with what surrounds its parts. `related` is None when not looked up."""

    actor: Actor
    event: EventRow
    listed: ListedEvent
    tags: list[event_parts.AttachedTag]
    related: list[RelatedEvent] | None

    @property
    def tlp(self) -> event_parts.AttachedTag | None:
        return next((tag for tag in self.tags if is_tlp(tag)), None)

    @property
    def plain_tags(self) -> list[event_parts.AttachedTag]:
        return [tag for tag in self.tags if not is_tlp(tag)]

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
        return by_severity(event.id, event.distribution, event.sharing_group_id).stops

    @property
    def may_modify(self) -> bool:
        return self.actor.may_write and rules.may_modify_event(self.actor, self.event)

    @property
    def may_propose(self) -> bool:
        return self.actor.may_write and self.actor.may(Permission.ADD) and not self.may_modify

    @property
    def may_sight(self) -> bool:
        return self.actor.may_write and self.actor.may(Permission.SIGHTING)

    @property
    def may_publish(self) -> bool:
        return self.actor.may_write and rules.may_publish_event(self.actor, self.event)

    @property
    def may_tag(self) -> bool:
        return self.actor.may_write and any(
            rules.may_tag(self.actor, self.event, local=local) for local in (True, False)
        )


def shell_of(actor: Actor, reference: str) -> EventLayout:
    event = find_event(actor, reference)
    (row,) = index_rows(actor, [event.id])
    related = related_events(actor, event.id) if row.attribute_count <= AT_ONCE else None
    return EventLayout(actor, event, ListedEvent(row), event_parts.event_tags(event.id), related)


def shell_context(shell: EventLayout, part: str) -> dict[str, Any]:
    extends, extended_by = event_parts.extended_events(shell.actor, shell.event)
    first = (shell.related or [])[:RELATED_SHOWN]
    members = (
        event_parts.group_members(shell.actor, shell.event.sharing_group_id)
        if shell.event.sharing_group_id
        else []
    )
    return {
        "shell": shell,
        "event": shell.event,
        "tabs": _tabs(shell, part),
        "related": with_rows(shell.actor, first),
        "extends": extends,
        "extended_by": extended_by,
        "members": members,
        "creator": Organisation.objects.get(pk=shell.event.orgc_id),
    }


def with_rows(actor: Actor, related: list[RelatedEvent]) -> list[dict[str, Any]]:
    rows = {row.id: row for row in index_rows(actor, [event.event_id for event in related])}
    return [
        {"event": ListedEvent(rows[event.event_id]), "shared": event.shared}
        for event in related
        if event.event_id in rows
    ]


def _tabs(shell: EventLayout, part: str) -> list[dict[str, Any]]:
    event_id = shell.event.id
    reports = event_parts.count_reports(shell.actor, event_id)
    references = count_references(shell.actor, event_id)
    proposed, decided = counts_of_event(shell.actor, event_id)
    notes = count_threads(shell.actor, ThreadFilter(event_id=event_id))
    tabs = [
        ("event", gettext("Attributes"), shell.listed.row.attribute_count, True),
        (
            "event_correlations",
            gettext("Correlations"),
            ("" if shell.related is None else len(shell.related)),
            True,
        ),
        ("event_reports", gettext("Reports"), reports, bool(reports)),
        ("event_references", gettext("References"), references, bool(references)),
        ("event_proposals", pgettext("event", "Proposals"), proposed, bool(proposed or decided)),
        ("event_notes", pgettext("analyst data", "Notes"), notes, True),
        ("event_history", gettext("History"), "", event_parts.may_read_history(shell.actor, shell.event)),
    ]
    return [
        {"label": label, "url": reverse(name, args=[event_id]), "count": count, "current": name == part}
        for name, label, count, is_shown in tabs
        if is_shown or name == part
    ]
