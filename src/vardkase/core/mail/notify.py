"""`notify`, through which every mail goes: composed once for each language, encrypted, logged and queued.

A mail says who it is for and which facts it states; its words are in the file of its kind (`kinds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from django.conf import settings
from django.db import transaction

from vardkase.core.jobs.problems import problem_of
from vardkase.core.mail.composing import ComposedMail, composed
from vardkase.core.mail.encryption import CannotBeSent, MailPolicy, Recipient, addressed, has_key
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.hooks import MailLogged, MailSettled, mail_logged
from vardkase.core.mail.kinds import LANGUAGES, MailKind, kind_named
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.models import SentMail, SentState
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.services import Mail, can_send, queue_mail
from vardkase.core.mail.settings import sender
from vardkase.core.problems import Problem, stored


class Subject(Protocol):
    """What a mail is about: a `Target` of the audit trail."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> int | None: ...
    @property
    def title(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Notified:
    """How many mails were queued; why the others were not, by address."""

    count: int
    faults: Mapping[str, Problem]


@dataclass(slots=True)
class _Notification:
    kind: MailKind
    about: Subject | None
    facts: Facts
    by: str
    attachments: Sequence[Attachment]
    reply_to: str
    headers: Mapping[str, str]
    policy: MailPolicy
    sent_by: str
    has_server: bool
    mails: dict[str, ComposedMail] = field(default_factory=dict)
    logged: dict[str, list[int]] = field(default_factory=dict)

    def mail_to(self, person: Recipient) -> Mail:
        """Raises CannotBeSent, which the log then says too."""
        language = _language(person)
        if language not in self.mails:
            self.mails[language] = composed(self.kind, language, self.facts, self.sent_by)
        mail = self.mails[language]
        entry = self._log(person, language, mail) if self.kind.is_correspondence else None
        content = replace(
            mail.content,
            attachments=self.attachments,
            reply_to=self.reply_to,
            headers=self.headers,
            about={"correspondence": entry.pk} if entry else person.reference,
        )
        try:
            if not self.has_server:
                raise CannotBeSent(OutgoingMailProblem.NO_MAIL_SERVER())
            return addressed(content, person, self.policy)
        except CannotBeSent as fault:
            if entry:
                entry.state, entry.fault = SentState.FAILED, stored(problem_of(fault))
                entry.save(update_fields=["state", "fault"])
            raise

    def announce(self, people: Iterable[Recipient]) -> None:
        """Tell what keeps the texts of correspondence of the mails to these people, by language."""
        about = self.about
        if about is None or not self.kind.is_correspondence:
            return
        for language, mail in self.mails.items():
            readers = [person.email for person in people if _language(person) == language]
            subject, text = mail.content.subject, mail.kept_text
            entries = self.logged[language]
            mail_logged.emit(MailLogged(about.kind, about.id, readers, subject, text, self.by, entries))

    def _log(self, person: Recipient, language: str, mail: ComposedMail) -> SentMail:
        about = self.about
        entry = SentMail.objects.create(
            kind=self.kind.name,
            language=language,
            version=mail.version,
            recipient=person.email,
            subject=mail.content.subject[:255],
            text=mail.kept_text,
            is_encrypted=has_key(person),
            thing_kind=about.kind if about else "",
            thing_id=about.id if about else None,
            thing_title=about.title[:255] if about else "",
            attachments=[each.name for each in self.attachments],
            written_by=self.by,
        )
        self.logged.setdefault(language, []).append(entry.pk)
        return entry


def notify(
    kind: str,
    about: Subject | None,
    recipients: Iterable[Recipient],
    facts: Facts,
    *,
    by: str = "",
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> Notified:
    """Queue a mail of `kind` for each recipient, once, in their language, in the caller's transaction.

    Correspondence is logged as about `about` and written by `by`, also when it cannot be sent (an invalid key, no
    mail server). Raises ValueError for an unknown kind, or if one of its facts is missing.
    """
    groups = [(recipients, facts)]
    return notify_each(
        kind, about, groups, by=by, attachments=attachments, reply_to=reply_to, headers=headers
    )


@transaction.atomic
def notify_each(
    kind: str,
    about: Subject | None,
    groups: Iterable[tuple[Iterable[Recipient], Facts]],
    *,
    by: str = "",
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> Notified:
    """As `notify`, to groups of recipients with facts of their own, in a few statements for all of them."""
    # Read once for all: each setting is a query.
    known, policy, sent_by, has_server = kind_named(kind), MailPolicy.now(), sender(), can_send()
    mails: list[Mail] = []
    faults: dict[str, Problem] = {}
    for recipients, facts in groups:
        mail = _Notification(
            known, about, facts, by, attachments, reply_to, headers or {}, policy, sent_by, has_server
        )
        # One mail for each address, even if somebody is there in two roles.
        people = {person.email.lower(): person for person in recipients}
        for person in people.values():
            try:
                mails.append(mail.mail_to(person))
            except CannotBeSent as fault:
                faults[person.email] = problem_of(fault)
        mail.announce(people.values())
    return Notified(queue_mail(mails), faults)


def _language(person: Recipient) -> str:
    return person.language if person.language in LANGUAGES else settings.LANGUAGE_CODE


@transaction.atomic
def settle(settled: MailSettled) -> None:
    """Say in the log that a mail was sent, or why not."""
    if number := settled.about.get("correspondence"):
        state = SentState.FAILED if settled.fault else SentState.SENT
        SentMail.objects.filter(pk=number).update(state=state, fault=settled.fault)
