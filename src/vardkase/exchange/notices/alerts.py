"""Mail about a published event: to all subscribers who may read it, once per version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from vardkase.core.jobs.problems import problem_of
from vardkase.core.jobs.progress import report, say
from vardkase.core.mail.services import Mail, can_send, queue_mail
from vardkase.core.problems import Problem
from vardkase.exchange.notices import filters, recipients, settings
from vardkase.exchange.notices.letters import ReadableEvent, letter
from vardkase.exchange.notices.problems import NoticeProblem
from vardkase.exchange.notices.recipients import MailReader, Recipient
from vardkase.exchange.notices.suppression import kept_back
from vardkase.exchange.notices.wording import language_of
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.deliveries import PublishedVersion, Receiver
from vardkase.exchange.outbox.models import EntryKind
from vardkase.identity.accounts.encryption import AddressedMail, CannotBeSent, MailPolicy, addressed
from vardkase.identity.user_settings.queries import values_for
from vardkase.intel.models import Event


def send_alerts(event_id: int, version: int) -> int:
    """Queue mails to all who are to be notified of this version; returns how many.

    Does nothing if the event has been published again or unpublished meanwhile.
    """
    event = Event.objects.select_related("orgc").filter(pk=event_id, published=True).first()
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

    policy: MailPolicy
    subject: settings.Subject
    metadata_only: bool
    summary_only: bool
    minutes: int
    most: int

    @classmethod
    def now(cls) -> _Rules:
        ban = settings.USER_BAN.value
        return cls(
            MailPolicy.now(),
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
        self.letters: dict[tuple[MailReader, str], AddressedMail] = {}

    def send(self) -> int:
        """Send in batches, each in its own transaction; an interrupted job resumes with those not yet
        notified."""
        after: int | None = 0
        sent = 0
        while after is not None:
            batch = recipients.recipients(self.version, after, self.rules.minutes)
            if batch.people:
                sent += self._send(batch.people)
                report(sent)
            after = batch.after
        report(sent, sent)
        return sent

    def _send(self, people: Sequence[Recipient]) -> int:
        people = list(people)
        self._write_letters(people)
        wishes = values_for("publish_alert_filter", [person.id for person in people])
        passing = filters.passing(self.event.pk, people, wishes)
        with transaction.atomic():
            receivers = [Receiver(EntryKind.MAIL, person.id, person.email) for person in people]
            claimed = deliveries.claim(receivers, self.version)
            mails = list(self._mails([person for person in people if person.id in claimed], passing))
            return queue_mail(mails)

    def _mails(self, people: Sequence[Recipient], passing: set[int]) -> Iterator[Mail]:
        kept: dict[Problem, list[int]] = {}
        for person in people:
            reason = self._kept_back(person, passing)
            try:
                if not reason:
                    yield self._addressed(person)
            except CannotBeSent as fault:
                reason = problem_of(fault)
            if reason:
                kept.setdefault(reason, []).append(person.id)
        for reason, ids in kept.items():
            deliveries.withhold(EntryKind.MAIL, ids, self.version, reason)

    def _kept_back(self, person: Recipient, passing: set[int]) -> Problem | None:
        if self.rules.summary_only and person.has_summaries:
            return NoticeProblem.SUMMARISED()
        if self.rules.most and person.recent >= self.rules.most:
            return NoticeProblem.TOO_MANY()
        return None if person.id in passing else NoticeProblem.FILTERED()

    def _addressed(self, person: Recipient) -> Mail:
        about = {
            "delivery": [person.id, person.email, self.event.pk, str(self.event.uuid), self.version.published]
        }
        written = self.letters[person.reader, language_of(person.language)]
        return addressed(replace(written, about=about), person, self.rules.policy)

    def _write_letters(self, people: Sequence[Recipient]) -> None:
        kinds = {person.reader for person in people}
        lines = {} if self.rules.metadata_only else recipients.lines(self.event.pk, kinds)
        tags = recipients.tags(self.event.pk, kinds)
        self.letters = {}
        for key in {(person.reader, language_of(person.language)) for person in people}:
            reader, language = key
            held = None if self.rules.metadata_only else lines.get(reader, [])
            readable = ReadableEvent(tags.get(reader, []), held)
            self.letters[key] = letter(self.event, readable, language, self.rules.subject)
