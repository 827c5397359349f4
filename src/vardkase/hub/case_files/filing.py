"""Files letters and mails by themselves in the open case about the same thing."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.mail.hooks import MailLogged
from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.models import CaseFile, Direction
from vardkase.hub.case_files.services import file_document
from vardkase.hub.correspondence.hooks import LetterWritten
from vardkase.identity.organisations.settings import host_organisation_id


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who wrote a mail: an `audit.AuditActor` of whom only the name is known."""

    name: str
    user_id: int | None = None
    credential_name: str = "job"
    address: str | None = None

    @property
    def organisation_id(self) -> int:
        return host_organisation_id() or 0


def file_letter(written: LetterWritten) -> None:
    letter = written.letter
    if case_file := _open_case(letter.thing_kind, letter.thing_id):
        file_document(
            written.actor,
            case_file,
            Direction.OUTGOING,
            letter.title,
            written.text,
            letter=letter,
            counterpart=written.recipient,
            file_name=f"{letter.number.replace(':', '-')}.pdf",
        )


def file_mail(mail: MailLogged) -> None:
    if case_file := _open_case(mail.thing_kind, mail.thing_id):
        # Its text stands in the case alone: not everyone who reads the log reads every case.
        SentMail.objects.filter(pk__in=mail.entries).update(text="")
        file_document(
            _Sender(mail.by),
            case_file,
            Direction.OUTGOING,
            mail.subject,
            mail.text,
            counterpart=", ".join(mail.recipients),
        )


def _open_case(thing_kind: str, thing_id: int | None) -> CaseFile | None:
    if not thing_kind or thing_id is None:
        return None
    return CaseFile.objects.filter(thing_kind=thing_kind, thing_id=thing_id, closed_at=None).first()
