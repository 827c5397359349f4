"""Daily, weekly and monthly summary mail to users who chose it, by their own filters.

People of one organisation with the same filters get the same summary, which is made once for all of them. Accounts
bound to a connection, which read by its rules, get none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.analysis.statistics.periodic import Summary, summary
from vardkase.core.clock import now_seconds
from vardkase.core.jobs.progress import report
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify_each
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.exchange.notification_mails.mail_facts import CHOICES, headers
from vardkase.exchange.notification_mails.sent_summaries import claim
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import reading_users
from vardkase.identity.user_settings.queries import values_for

AT_A_TIME = 200
MOST_EVENTS = 50
"""Events in one mail; the rest is on the hub."""

FILTERS = "periodic_notification_filters"
# ISO weeks, so that the week around New Year has one name.
NAMED = {"daily": "%Y-%m-%d", "weekly": "%G-W%V", "monthly": "%Y-%m"}
"""How the day, week or month of a summary is called."""


def send_summaries(period: str) -> int:
    """Queue the summaries of a period (of `periodic.PERIODS`); returns how many.

    Safe to repeat: nobody gets a second summary of the same day, week or month.
    """
    return _Summaries(period).send() if can_send() else 0


class _Summaries:
    def __init__(self, period: str) -> None:
        self.period, self.until = period, now_seconds()
        self.of = timezone.localtime().strftime(NAMED[period])
        self.found: dict[tuple[int, bool, str], Summary] = {}

    def send(self) -> int:
        wanting = reading_users().filter(server_id=0, **{f"notification_{self.period}": True})
        after, sent = 0, 0
        while people := list(wanting.select_related("role").filter(pk__gt=after).order_by("pk")[:AT_A_TIME]):
            sent += self._send(people)
            report(sent)
            after = people[-1].pk  # By key, not by offset: accounts may come and go meanwhile.
        report(sent, sent)
        return sent

    @transaction.atomic
    def _send(self, people: Sequence[User]) -> int:
        claimed = claim([person.pk for person in people], self.period, self.of)
        wishes = values_for(FILTERS, claimed)
        groups = self._mails([person for person in people if person.pk in claimed], wishes)
        return notify_each("summary", None, groups, headers=headers(f"summary-{self.period}")).count

    def _mails(
        self, people: Sequence[User], wishes: dict[int, Any]
    ) -> Iterator[tuple[list[Recipient], Facts]]:
        for person in people:
            filters = wishes.get(person.pk) or {}
            key = (person.org_id, person.role.perm_site_admin, json.dumps(filters, sort_keys=True))
            # Within one run only: what people may read can change until the next.
            if key not in self.found:
                self.found[key] = summary(job_actor(person.pk), self.period, self.until, filters)
            found = self.found[key]
            if found.event_count:
                yield [Recipient.of(person)], summary_facts(self.period, found)


def summary_facts(period: str, found: Summary) -> Facts:
    return {
        "period": period,
        "count": found.event_count,
        "events": [(str(event.id), event.info, event.orgc) for event in found.events[:MOST_EVENTS]],
        "limit": MOST_EVENTS if found.event_count > MOST_EVENTS else "",
        "attributes": found.attribute_count,
        "organisations": _with_counts(found.organisations),
        "tags": _with_counts(found.tags) or ["–"],
        "trends": [(name, str(counts[0]), str(counts[1])) for name, counts in found.trending.items()],
        "link": page_address("/events/"),
        "choices_link": page_address(CHOICES),
    }


def _with_counts(pairs: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{name} ({count})" for name, count in pairs]
