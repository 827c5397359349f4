"""Who has received an event from the hub, and is told of what is corrected, erased or restricted (article 19)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from vardkase.core.sql import cursor

MOST = 500


class RecipientKind(TextChoices):
    CONNECTION = "connection", _("Connected hub")
    FEED = "feed", _("Feed of the hub")
    STREAM = "stream", _("Streams of organisations")
    MAIL = "mail", _("E-mail to users")


@dataclass(frozen=True, slots=True)
class EventRecipient:
    """`name` is empty, and `count` more than one, where recipients are not named to others: streams and people."""

    kind: RecipientKind
    name: str
    count: int
    last: datetime

    def as_row(self) -> list[str]:
        return [str(self.kind), self.name, str(self.count), self.last.isoformat()]

    @property
    def words(self) -> str:
        what = f"{self.kind.label}: {self.name}" if self.name else f"{self.kind.label}: {self.count}"
        return f"{what}, {date_format(timezone.localtime(self.last), 'j F Y H:i')}"


def recipients_of(events: AbstractSet[int]) -> list[EventRecipient]:
    rows = cursor().execute(RECIPIENTS, {"events": list(events), "most": MOST}).fetchall() if events else []
    return [EventRecipient(RecipientKind(kind), name, count, last) for kind, name, count, last in rows]


RECIPIENTS = """
SELECT d.kind, CASE WHEN d.kind IN ('connection', 'feed') THEN d.receiver_name ELSE '' END AS name,
    count(DISTINCT d.receiver_id), max(d.at)
FROM delivery d JOIN event e ON e.uuid = d.event_uuid
WHERE e.id = ANY(%(events)s::bigint[]) AND d.state IN ('sent', 'known')
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %(most)s
"""
