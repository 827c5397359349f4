"""Mail about a published event: to all subscribers who may read it, once per version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from vardkase.core.jobs.progress import report, say
from vardkase.core.mail import encryption as core
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify_each
from vardkase.core.mail.services import can_send
from vardkase.core.problems import Problem
from vardkase.exchange.notification_mails import filters, recipients, settings
from vardkase.exchange.notification_mails.mail_facts import ReadableEvent, headers, published_facts
from vardkase.exchange.notification_mails.problems import NoticeProblem
from vardkase.exchange.notification_mails.recipients import MailReader, Recipient
from vardkase.exchange.notification_mails.suppression import kept_back
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.deliveries import PublishedVersion, Receiver
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.subscriptions.matching import NotifiedBy, followed_in
from vardkase.identity.user_settings.queries import values_for
from vardkase.intel.models import Event


def send_alerts(event_id: int, version: int) -> int:
    """Queue mails to all who are to be notified of this version; returns how many.

    Does nothing if the event has been published again or unpublished meanwhile.
    """
    event = Event.objects.select_related("orgc").filter(pk=event_id, published=True).first()
    # Members of a group may know of a later publication than everybody else: both are current versions.
    if event is None or version not in (event.publish_timestamp, event.private_publish_timestamp):
        return 0
    if not can_send():
        return 0
    if reason := kept_back(event, version):
        say(reason)
        return 0
    return _Alert(event, version).send()


@dataclass(frozen=True, slots=True)
class _Rules:
    """The settings that apply to each person, read once."""

    subject: settings.Subject
    metadata_only: bool
    summary_only: bool
    minutes: int
    most: int

    @classmethod
    def now(cls) -> _Rules:
        ban = settings.USER_BAN.value
        return cls(
            settings.Subject.now(),
            settings.METADATA_ONLY.value,
            settings.SUMMARY_ONLY.value,
            settings.USER_BAN_MINUTES.value if ban else 0,
            settings.USER_BAN_AMOUNT.value if ban else 0,
        )


class _Alert:
    def __init__(self, event: Event, version: int) -> None:
        self.event = event
        self.version = PublishedVersion(event.pk, event.uuid, version)
        self.rules = _Rules.now()
        self.following: frozenset[int] = frozenset()

    def send(self) -> int:
        """Send in batches, each in its own transaction; an interrupted job resumes with those not yet
        notified."""
        after: int | None = 0
        sent = 0
        found = followed_in([self.event.pk], NotifiedBy.MAIL_NOW, exactly=self.version.published)
        self.following = frozenset(match.user_id for match in found)
        while after is not None:
            batch = recipients.recipients(self.version, after, self.rules.minutes, self.following)
            if batch.people:
                sent += self._send(batch.people)
                report(sent)
            after = batch.after
        report(sent, sent)
        return sent

    def _send(self, people: Sequence[Recipient]) -> int:
        people = list(people)
        facts = self._facts_by_reader(people)
        wishes = values_for("publish_alert_filter", [person.id for person in people])
        of_all = [person for person in people if person.wants_all]
        passing = filters.passing(self.event.pk, of_all, wishes) | self.following
        with transaction.atomic():
            receivers = [Receiver(EntryKind.MAIL, person.id, person.email) for person in people]
            # In the transaction that queues the mail: a job that runs again mails only the rest.
            claimed = deliveries.claim(receivers, self.version)
            reasons = {person.id: self._reason_against(person, passing) for person in people}
            readers: dict[MailReader, list[core.Recipient]] = {}
            for person in people:
                if person.id in claimed and not reasons[person.id]:
                    readers.setdefault(person.reader, []).append(self._recipient_of(person))
            groups = [(readers[reader], facts[reader]) for reader in readers]
            sent = notify_each("event_published", None, groups, headers=headers("events"))
            reasons |= {
                person.id: sent.faults[person.email] for person in people if person.email in sent.faults
            }
            self._withhold({pk: reason for pk, reason in reasons.items() if reason and pk in claimed})
            return sent.count

    def _withhold(self, reasons: Mapping[int, Problem]) -> None:
        for reason in set(reasons.values()):
            ids = [pk for pk, other in reasons.items() if other == reason]
            deliveries.withhold(EntryKind.MAIL, ids, self.version, reason)

    def _reason_against(self, person: Recipient, passing: set[int]) -> Problem | None:
        if self.rules.summary_only and person.has_summaries:
            return NoticeProblem.SUMMARISED()
        if self.rules.most and person.recent >= self.rules.most:
            return NoticeProblem.TOO_MANY()
        return None if person.id in passing else NoticeProblem.FILTERED()

    def _recipient_of(self, person: Recipient) -> core.Recipient:
        delivery = [person.id, person.email, self.event.pk, str(self.event.uuid), self.version.published]
        key = person.gpgkey or person.certif_public or ""
        return core.Recipient(person.email, person.language, key, {"delivery": delivery})

    def _facts_by_reader(self, people: Sequence[Recipient]) -> dict[MailReader, Facts]:
        kinds = {person.reader for person in people}
        lines = {} if self.rules.metadata_only else recipients.lines(self.event.pk, kinds)
        tags = recipients.tags(self.event.pk, kinds)
        return {
            reader: published_facts(
                self.event, ReadableEvent(tags.get(reader, []), lines.get(reader, [])), self.rules.subject
            )
            for reader in kinds
        }
