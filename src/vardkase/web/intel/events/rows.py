"""View data of the event list's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from vardkase.intel.queries.event_index import IndexRow, IndexTag
from vardkase.web.ui.chips import is_tlp, pill

SHOWN_TAGS = 4


@dataclass(frozen=True, slots=True)
class ListedEvent:
    row: IndexRow
    by_arrival: bool = False
    """Whether the list is of what is new, and says when it came."""

    @property
    def changed(self) -> datetime:
        return moment(self.row.timestamp)

    @property
    def sorted_time(self) -> datetime:
        return self.arrived if self.by_arrival else self.changed

    @property
    def arrived(self) -> datetime:
        return moment(self.row.arrived)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.row.date)

    @property
    def tlp(self) -> IndexTag | None:
        return next((tag for tag in self.row.tags if is_tlp(tag)), None)

    @property
    def tags(self) -> list[IndexTag]:
        return self._others[:SHOWN_TAGS]

    @property
    def more_tags(self) -> int:
        return max(0, len(self._others) - SHOWN_TAGS)

    @property
    def _others(self) -> list[IndexTag]:
        return [tag for tag in self.row.tags if not is_tlp(tag)]

    @property
    def state(self) -> SafeString:
        if self.row.published:
            return format_html('<span class="soft small">{}</span>', pgettext("event", "Published"))
        changed = gettext("Unpublished changes") if self.row.publish_timestamp else ""
        return pill("land", changed or pgettext("event", "Unpublished"))

    @property
    def sharing_group_name(self) -> str:
        return self.row.sharing_group.name if self.row.sharing_group else ""


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
