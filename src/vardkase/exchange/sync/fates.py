"""Sync decisions: why an event moves over a connection or not, as a code and a sentence for users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.sync.index import Known, Offered


class Fate(StrEnum):
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
        return self in (Fate.NEW, Fate.NEWER)


REASONS: Mapping[Fate, str | Promise] = {
    Fate.NEW: _("The event does not exist there yet."),
    Fate.NEWER: _("The event has changed."),
    Fate.KNOWN: _("The event here is as new."),
    Fate.MADE_HERE: _("The event was created here; what others change in it is not taken in."),
    Fate.BLOCKED: _("The event, or the organisation that created it, is on a blocklist."),
    Fate.SET_ASIDE: _("The event could not be stored before, and has not changed since."),
    Fate.ABSENT: _("The event does not exist here, and only existing events are updated."),
    Fate.RULES: _("The rules of the connection exclude the event."),
    Fate.UNPUBLISHED: _("The event is not published."),
    Fate.DISTRIBUTION: _("The distribution of the event does not reach other hubs."),
    Fate.SHARING_GROUP: _("The sharing group of the event does not reach the other hub."),
    Fate.EARLIER: _("An earlier push has already handled the event."),
    Fate.NOT_WANTED: _("The other hub’s copy is as new, or it created the event."),
    Fate.MISSING: _("The other hub does not show the event to us."),
}


@dataclass(frozen=True, slots=True)
class Sieve:
    """Decides which of the events that another instance offers are taken in.

    `aside` are those that failed before, with their version (Unix seconds); `force` also takes these, and
    copies that are not newer.
    """

    known: Mapping[str, Known]
    blocked: frozenset[str]
    aside: Mapping[str, int] = field(default_factory=dict)
    only_known: bool = False
    internal: bool = False
    force: bool = False

    def fate(self, offered: Offered) -> Fate:
        known = self.known.get(offered.uuid)
        if offered.uuid in self.blocked or offered.creator in self.blocked:
            return Fate.BLOCKED
        if known is None and self.only_known:
            return Fate.ABSENT
        if known is not None and not self.force:
            if offered.timestamp <= known.timestamp:
                return Fate.KNOWN
            if not known.locked and not self.internal:
                return Fate.MADE_HERE
        if not self.force and self.aside.get(offered.uuid, -1) >= offered.timestamp:
            return Fate.SET_ASIDE
        return Fate.NEW if known is None else Fate.NEWER

    def wanted(self, offered: Iterable[Offered]) -> list[Offered]:
        return [each for each in offered if self.fate(each).moves]
