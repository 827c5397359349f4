"""Facts of the mail about a published event, as its reader may know them, and how to unsubscribe from mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.mail.facts import Facts
from vardkase.core.private_links import page_address
from vardkase.exchange.notification_mails.recipients import MOST_LINES, EventLine
from vardkase.exchange.notification_mails.settings import Subject
from vardkase.intel.models import Event
from vardkase.misp.values.defang import defang

CHOICES = "/account/notifications/"
"""The page where people choose their notifications."""

LONGEST_VALUE = 300
LONGEST_TITLE = 120
NO_THREAT_LEVEL = 4


@dataclass(frozen=True, slots=True)
class ReadableEvent:
    tags: Sequence[str]
    lines: Sequence[EventLine]


def headers(kind: str) -> Mapping[str, str]:
    """Headers for mail programs to filter by (RFC 2919) and to unsubscribe (RFC 2369); `kind` is an ASCII
    word."""
    host = urlsplit(settings.BASE_URL).hostname or settings.VARDKASE_MAIL_FROM.rpartition("@")[2]
    found = {"List-Id": f"<{kind}.{host}>"}
    if settings.BASE_URL:
        found["List-Unsubscribe"] = f"<{page_address(CHOICES)}>"
    return found


def published_facts(event: Event, readable: ReadableEvent, subject: Subject) -> Facts:
    title = event.info[:LONGEST_TITLE]
    level = event.threat_level_id
    return {
        "number": event.pk,
        "uuid": str(event.uuid),
        "marking": marking_of(readable.tags, subject),
        "title": event.info,
        "short_title": title,
        "title_part": f": {title}" if subject.extended else "",
        "creator": event.orgc.name,
        "date": event.date.isoformat(),
        "threat_level": level if 0 < level < NO_THREAT_LEVEL else NO_THREAT_LEVEL,
        "tags": readable.tags,
        "attributes": [_cells(line) for line in readable.lines[:MOST_LINES]],
        "limit": MOST_LINES if len(readable.lines) > MOST_LINES else "",
        "link": page_address(f"/event/{event.pk}/"),
        "choices_link": page_address(CHOICES),
    }


def marking_of(tags: Sequence[str], subject: Subject) -> str:
    start = subject.tag.lower()
    found = next((name for name in tags if start and name.lower().startswith(start)), None)
    if found is None:
        return subject.without_tag
    if subject.whole_tag:
        return found
    # Of a tag namespace:predicate="value" the value, otherwise the predicate.
    return found.rpartition(":")[2].rpartition("=")[2].strip('"')


def _cells(line: EventLine) -> tuple[str, str, str | Promise]:
    kind = f"{line.object}/{line.relation} ({line.type})" if line.object else line.type
    # Defanged, as mail programs turn addresses into links; on one line, as it is a cell of a table.
    value = " ".join(defang(line.value, line.type).split())
    return kind, value[:LONGEST_VALUE], _("Yes") if line.to_ids else ""
