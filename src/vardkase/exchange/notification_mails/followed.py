"""Mail once a day about what people follow, to those who chose that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import batched

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vardkase.core.clock import now_seconds
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify_each
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.exchange.notification_mails.mail_facts import headers
from vardkase.exchange.notification_mails.sent_summaries import claim
from vardkase.exchange.subscriptions.matching import NotifiedBy, followed_in
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event

PERIOD = "followed"
DAY = 86_400
EVENTS_AT_A_TIME = 500
PEOPLE_AT_A_TIME = 200
MOST_EVENTS = 50
"""Events in one mail; the rest is on the hub."""


def send_followed() -> int:
    """Queue the mails about the last day; returns how many.

    Safe to repeat: nobody gets a second one of the same day.
    """
    if not can_send():
        return 0
    found = _found_by_person(now_seconds() - DAY)
    of = timezone.localtime().strftime("%Y-%m-%d")
    return sum(
        _send({person: found[person] for person in people}, of)
        for people in batched(sorted(found), PEOPLE_AT_A_TIME)
    )


def _found_by_person(since: int) -> dict[int, list[int]]:
    """The events of the last day that concern what each person follows, newest first."""
    published = Event.objects.filter(Q(publish_timestamp__gt=since) | Q(has_group_times=True))
    found: dict[int, list[int]] = {}
    for events in batched(published.order_by("-pk").values_list("pk", flat=True), EVENTS_AT_A_TIME):
        for match in followed_in(events, NotifiedBy.MAIL_DAILY, since=since):
            found.setdefault(match.user_id, []).append(match.event_id)
    return {person: sorted(events, reverse=True) for person, events in found.items()}


@transaction.atomic
def _send(found: dict[int, list[int]], of: str) -> int:
    claimed = claim(found, PERIOD, of)
    people = User.objects.filter(pk__in=claimed)
    shown = {event for events in found.values() for event in events[:MOST_EVENTS]}
    titles = {
        pk: (str(pk), info, maker)
        for pk, info, maker in Event.objects.filter(pk__in=shown).values_list("pk", "info", "orgc__name")
    }
    groups = [
        (
            [Recipient.of(person)],
            _facts([titles[pk] for pk in found[person.pk][:MOST_EVENTS]], len(found[person.pk])),
        )
        for person in people
    ]
    return notify_each("followed", None, groups, headers=headers("followed")).count


def _facts(events: Sequence[tuple[str, str, str]], count: int) -> Facts:
    return {
        "count": count,
        "events": list(events),
        "limit": MOST_EVENTS if count > MOST_EVENTS else "",
        "link": page_address("/notifications/"),
        "choices_link": page_address("/subscriptions/"),
    }
