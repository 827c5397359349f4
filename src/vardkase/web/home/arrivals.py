"""Events on the home page, as they are or, while their owners change them, as their last versions were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.event_index import IndexRow
from vardkase.intel.queries.home_page import REASONS, ArrivalReason, reason_for
from vardkase.web.intel.events.last_version import ChangingRow
from vardkase.web.intel.events.rows import ListedEvent

WHY = {
    ArrivalReason.OWN: _("Your event"),
    ArrivalReason.HUB: _("Shared with everyone on the hub"),
    ArrivalReason.COMMUNITIES: _("Shared with connected hubs"),
    ArrivalReason.ALL: _("Shared with everyone"),
    ArrivalReason.ADMINISTRATOR: _("You administer the hub"),
    ArrivalReason.DELEGATED: _("You have been asked to take it over"),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    event_id: int
    title: str
    creator: str
    tlp: Any
    threat_level_id: int | None
    why: str
    arrived: datetime
    published: bool
    changing: bool = False

    @classmethod
    def of_event(cls, actor: Actor, row: IndexRow) -> Arrival:
        reason = reason_for(actor, row)
        group = row.sharing_group.name if reason is ArrivalReason.GROUP and row.sharing_group else ""
        listed = ListedEvent(row)
        return cls(
            int(row.id),
            row.info,
            row.orgc.name,
            listed.tlp,
            row.threat_level_id,
            _shared_with(group) if group else str(WHY.get(reason, "")),
            listed.arrived,
            row.published,
        )

    @classmethod
    def of_version(cls, row: ChangingRow) -> Arrival:
        listed = row.listed
        reason = REASONS.get(listed.distribution)
        return cls(
            listed.event_id,
            row.title,
            listed.creator,
            row.tlp,
            row.threat_level_id,
            str(WHY[reason]) if reason else _shared_with(listed.group_name),
            row.published,
            published=False,
            changing=True,
        )


def _shared_with(group: str) -> str:
    return gettext("Shared with %(group)s") % {"group": group}
