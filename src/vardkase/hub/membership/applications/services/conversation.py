"""Messages about an application, and their files."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core import files
from vardkase.core.addresses import counted_as
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.file_names import safe_name
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.case_files.models import Direction
from vardkase.hub.membership.applications.access import (
    Acting,
    Applicant,
    locked,
    require_may_act,
)
from vardkase.hub.membership.applications.cases import file_message
from vardkase.hub.membership.applications.files import kind_of
from vardkase.hub.membership.applications.mails import notify_applicant
from vardkase.hub.membership.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Author,
    Message,
)
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.services.drafting import NotOpen, may_change
from vardkase.hub.membership.applications.throttle import spend
from vardkase.hub.membership.applications.uploads import count_uploads
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.fields import FieldKind, FormField
from vardkase.hub.membership.questionnaire.reading import SHAPES
from vardkase.hub.membership.themes import MEASURES
from vardkase.hub.signatures.checking import checked_signatures

LONGEST_MESSAGE = 5000
MOST_FILES = 60
MOST_AT_ONCE = 5
UPLOADS_AN_HOUR = 60
"""From one network address, for all applications together: anybody can begin any number of drafts."""
OPEN_TO_MESSAGES = frozenset(
    {
        ApplicationState.SUBMITTED,
        ApplicationState.UNDER_REVIEW,
        ApplicationState.COMPLETION_REQUESTED,
        ApplicationState.WAITING,
        ApplicationState.APPROVED,
        ApplicationState.REJECTED,
        ApplicationState.DISMISSED,
    }
)
"""States in which messages are accepted: also after a decision, which may be questioned and appealed."""

type File = tuple[str, bytes]


@transaction.atomic
def write_message(
    actor: Acting, application: Application, text: str, sent: Iterable[File] = (), *, note: bool = False
) -> Message:
    """Add a message with the files `sent` (name, content). `note`: between officers, never shown to
    applicants.

    A message from an officer is announced to the applicant by mail, with a link. Raises Invalid under `text`
    and `files`, Conflict before submission and after withdrawal, TooOften, Forbidden.
    """
    application = locked(application)
    require_may_act(actor, application)
    if application.state not in OPEN_TO_MESSAGES:
        raise Conflict(ApplicationProblem.NOT_BEING_HANDLED())
    from_applicant = isinstance(actor, Applicant)
    if from_applicant:
        # By application, whose links may be used from many addresses.
        spend("message", application.number, allowed=30, window=3600)
    kind = Author.APPLICANT if from_applicant else Author.NOTE if note else Author.OFFICER
    message = Message.objects.create(
        application=application, kind=kind, author=actor.name, text=checked_text(text)
    )
    given = list(sent)
    _keep(actor, application, given, message=message)
    if kind is not Author.NOTE:
        direction = Direction.INCOMING if from_applicant else Direction.OUTGOING
        files_sent = [(safe_name(name), content) for name, content in given]
        file_message(actor, application, direction, message.text, files_sent)
    record(actor, MembershipAction.APPLICATION_MESSAGE_WRITTEN, Target.of(application), {"kind": kind.value})
    if kind is Author.OFFICER:
        notify_applicant(actor, "application_message", application)
    return message


@transaction.atomic
def add_evidence(
    actor: Acting, application: Application, measure: str, sent: Iterable[File]
) -> list[Attachment]:
    if measure not in MEASURES:
        raise NotFound(ApplicationProblem.NO_SUCH_MEASURE())
    application = _open_statement(actor, application)
    if isinstance(actor, Applicant):
        spend(
            "evidence", counted_as(actor.address) or application.number, allowed=UPLOADS_AN_HOUR, window=3600
        )
    return _keep(actor, application, list(sent), measure=measure)


@transaction.atomic
def remove_evidence(actor: Acting, application: Application, attachment_id: int) -> None:
    application = _open_statement(actor, application)
    attachments = application.attachments.filter(pk=attachment_id, message=None)
    if not attachments.delete()[0]:
        raise NotFound(MembershipProblem.NO_SUCH_FILE())


def checked_text(text: str) -> str:
    try:
        message = str(
            SHAPES[FieldKind.LONG](FormField("text", "", FieldKind.LONG, longest=LONGEST_MESSAGE), text)
        )
    except Invalid as error:
        raise Invalid({"text": [error.problem]}) from None
    if not message:
        raise Invalid({"text": [ApplicationProblem.NO_MESSAGE()]})
    return message


def _open_statement(actor: Acting, application: Application) -> Application:
    application = locked(application)
    require_may_act(actor, application)
    if not may_change(application, "security"):
        raise NotOpen(ApplicationProblem.CLOSED_FOR_CHANGES())
    return application


def _keep(
    actor: Acting,
    application: Application,
    sent: list[File],
    *,
    message: Message | None = None,
    measure: str = "",
) -> list[Attachment]:
    if len(sent) > MOST_AT_ONCE or application.attachments.count() + len(sent) > MOST_FILES:
        raise Invalid({"files": [ApplicationProblem.TOO_MANY_FILES(once=MOST_AT_ONCE, all=MOST_FILES)]})
    kinds = [_kind(name, content) for name, content in sent]
    size = sum(len(content) for _, content in sent)
    if sent and isinstance(actor, Applicant):
        count_uploads(f"address {counted_as(actor.address)}", size, "files")
    if sent:
        count_uploads(f"application {application.number}", size, "files")
    return [
        Attachment.objects.create(
            application=application,
            message=message,
            measure=measure,
            name=safe_name(name),
            kind=kind,
            digest=files.store(content),
            size=len(content),
            signatures=checked_signatures(content),
        )
        for (name, content), kind in zip(sent, kinds, strict=True)
    ]


def _kind(name: str, content: bytes) -> str:
    try:
        return kind_of(name, content)
    except Invalid as error:
        refused = ApplicationProblem.FILE_REFUSED(name=safe_name(name), problem=error.problem)
        raise Invalid({"files": [refused]}) from None
