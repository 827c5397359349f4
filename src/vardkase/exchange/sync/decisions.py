"""Sync decisions: why an event moves over a connection or not, as a code and a sentence for users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.sync.event_index import KnownEvent, OfferedEvent


class SyncDecision(StrEnum):
    """What happens, or would happen, to an event. The first two move."""

    NEW = "new"
    NEWER = "newer"
    KNOWN = "known"
    MADE_HERE = "made_here"
    BLOCKED = "blocked"
    SET_ASIDE = "set_aside"
    ABSENT = "absent"
    RULES = "rules"
    UNPUBLISHED = "unpublished"
    DISTRIBUTION = "distribution"
    SHARING_GROUP = "sharing_group"
    EARLIER = "earlier"
    NOT_WANTED = "not_wanted"
    MISSING = "missing"

    @property
    def moves(self) -> bool:
        return self in (SyncDecision.NEW, SyncDecision.NEWER)


REASONS: Mapping[SyncDecision, str | Promise] = {
    SyncDecision.NEW: _("The event does not exist there yet."),
    SyncDecision.NEWER: _("The event has changed."),
    SyncDecision.KNOWN: _("The event here is already up to date."),
    SyncDecision.MADE_HERE: _("The event was created here. Changes made by others are not accepted."),
    SyncDecision.BLOCKED: _("The event, or the organisation that created it, is on a blocklist."),
    SyncDecision.SET_ASIDE: _("The event could not be stored before, and has not changed since."),
    SyncDecision.ABSENT: _("The event does not exist here, and only existing events are updated."),
    SyncDecision.RULES: _("The rules of the connection exclude the event."),
    SyncDecision.UNPUBLISHED: _("The event is not published."),
    SyncDecision.DISTRIBUTION: _("The distribution of the event does not reach other hubs."),
    SyncDecision.SHARING_GROUP: _("The sharing group of the event does not reach the other hub."),
    SyncDecision.EARLIER: _("The event has already been sent in an earlier push."),
    SyncDecision.NOT_WANTED: _("The other hub’s copy is already up to date, or it created the event."),
    SyncDecision.MISSING: _("The other hub does not show the event to us."),
}


@dataclass(frozen=True, slots=True)
class EventSelector:
    """Decides which of the events that another instance offers are taken in.

    `aside` are those that failed before, with their version (Unix seconds); `force` also takes these, and
    copies that are not newer.
    """

    known: Mapping[str, KnownEvent]
    blocked: frozenset[str]
    aside: Mapping[str, int] = field(default_factory=dict)
    only_known: bool = False
    internal: bool = False
    force: bool = False

    def fate(self, offered: OfferedEvent) -> SyncDecision:
        known = self.known.get(offered.uuid)
        if offered.uuid in self.blocked or offered.creator in self.blocked:
            return SyncDecision.BLOCKED
        if known is None and self.only_known:
            return SyncDecision.ABSENT
        if known is not None and not self.force:
            if offered.timestamp <= known.timestamp:
                return SyncDecision.KNOWN
            # Not locked: the event was made here, and only an instance of the same organisation may change
            # it.
            if not known.locked and not self.internal:
                return SyncDecision.MADE_HERE
        if not self.force and self.aside.get(offered.uuid, -1) >= offered.timestamp:
            return SyncDecision.SET_ASIDE
        return SyncDecision.NEW if known is None else SyncDecision.NEWER

    def wanted(self, offered: Iterable[OfferedEvent]) -> list[OfferedEvent]:
        return [event for event in offered if self.fate(event).moves]
