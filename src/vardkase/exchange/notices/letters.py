"""Text of the mail about a published event: the full content, and the part that may be sent unencrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext, pgettext

from vardkase.core.mail.body import Body
from vardkase.exchange.notices import wording
from vardkase.exchange.notices.recipients import MOST_LINES, EventLine
from vardkase.exchange.notices.settings import Subject
from vardkase.identity.accounts.encryption import AddressedMail
from vardkase.intel.models import Event
from vardkase.misp.values.defang import defang

LONGEST_VALUE = 300
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class ReadableEvent:
    tags: Sequence[str]
    lines: Sequence[EventLine] | None


def letter(event: Event, readable: ReadableEvent, language: str, subject: Subject) -> AddressedMail:
    with translation.override(language):
        marking = marking_of(readable.tags, subject)
        facts = {"number": event.pk, "marking": marking}
        plain = gettext("Event %(number)s is published – %(marking)s") % facts
        titled = f"{plain}: {event.info[:LONGEST_TITLE]}"
        body = _whole(event, readable, language)
        return AddressedMail(
            plain,
            body.text,
            body.html,
            secret_subject=titled,
            open_subject=titled if subject.extended else "",
            open_text=_open(event, language),
            headers=wording.headers("events"),
        )


def marking_of(tags: Sequence[str], subject: Subject) -> str:
    start = subject.tag.lower()
    found = next((name for name in tags if start and name.lower().startswith(start)), None)
    if found is None:
        return subject.without_tag
    if subject.whole_tag:
        return found
    return found.rpartition(":")[2].rpartition("=")[2].strip('"')


def _whole(event: Event, readable: ReadableEvent, language: str) -> Body:
    body = Body(language)
    body.heading(event.info)
    body.facts(_facts(event, readable.tags))
    if readable.lines:
        body.table(
            [gettext("Type"), gettext("Value"), gettext("For detection")],
            [_cells(line) for line in readable.lines[:MOST_LINES]],
        )
        if len(readable.lines) > MOST_LINES:
            body.paragraph(gettext("There are more attributes; they are on the hub."))
    _end(body, event)
    return body


def _open(event: Event, language: str) -> str:
    body = Body(language)
    body.paragraph(
        gettext("Event %(number)s (%(uuid)s) is published. Sign in to the hub to read it.")
        % {"number": event.pk, "uuid": event.uuid}
    )
    body.paragraph(
        gettext(
            "With an OpenPGP key or a certificate on your account, mail like this tells you what is in the event."
        )
    )
    _end(body, event)
    return body.text


def _facts(event: Event, tags: Sequence[str]) -> list[tuple[str, str]]:
    levels = {
        1: pgettext("threat level", "High"),
        2: pgettext("threat level", "Medium"),
        3: pgettext("threat level", "Low"),
    }
    facts = [
        (gettext("Event"), f"{event.pk} ({event.uuid})"),
        (gettext("Created by"), event.orgc.name),
        (gettext("Date"), event.date.isoformat()),
        (gettext("Threat level"), levels.get(event.threat_level_id, pgettext("threat level", "Not set"))),
    ]
    return [*facts, (gettext("Tags"), ", ".join(tags))] if tags else facts


def _cells(line: EventLine) -> tuple[str, str, str]:
    kind = f"{line.object}/{line.relation} ({line.type})" if line.object else line.type
    value = " ".join(defang(line.value, line.type).split())
    return kind, value[:LONGEST_VALUE], gettext("Yes") if line.to_ids else ""


def _end(body: Body, event: Event) -> None:
    wording.see_on_the_hub(body, gettext("Read the event on the hub"), f"/events/{event.pk}")
    body.small_print(
        gettext(
            "You receive this e-mail because you asked for mail when events are published. "
            "Change this on the page E-mail to you."
        ),
        wording.place(wording.CHOICES),
    )
