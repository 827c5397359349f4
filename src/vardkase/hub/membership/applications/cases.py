"""The case of an application, from its submission: what the applicant sends in is filed; letters and mails file
themselves."""

from __future__ import annotations

from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.hub.case_files.models import CaseFile, CaseKind, Direction
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.case_files.services import file_document, open_case_file
from vardkase.hub.membership.applications.models import Application

THING = "application"


def case_for(actor: AuditActor, application: Application) -> CaseFile:
    """The case of the application (row locked by the caller), opened if it has none; it may be closed."""
    if found := case_file_of(THING, application.pk):
        return found
    with override("sv"):
        title = gettext("Application for membership: %(name)s") % {"name": application.organisation_name}
    return open_case_file(
        actor,
        CaseKind.MEMBERSHIP,
        title,
        THING,
        application.pk,
        application.organisation,
        number=application.number,
        registry_number=application.registry_number,
        party=application.organisation_name,
    )


def file_form(actor: AuditActor, application: Application, content: bytes) -> None:
    """File the form as it was sent in."""
    with override("sv"):
        title = gettext("Application form")
    _file(
        actor, application, Direction.INCOMING, title, content=content, file_name=f"{application.number}.pdf"
    )


def file_message(
    actor: AuditActor,
    application: Application,
    direction: Direction,
    text: str,
    files: list[tuple[str, bytes]],
) -> None:
    with override("sv"):
        title = gettext("Message about the application")
    _file(actor, application, direction, title, text=text)
    for name, content in files:
        _file(
            actor,
            application,
            direction,
            name,
            content=content,
            file_name=name,
            media_type="application/octet-stream",
        )


def _file(
    actor: AuditActor,
    application: Application,
    direction: Direction,
    title: str,
    *,
    text: str = "",
    content: bytes = b"",
    file_name: str = "",
    media_type: str = "application/pdf",
) -> None:
    case_file = case_for(actor, application)
    if case_file.is_open:
        file_document(
            actor,
            case_file,
            direction,
            title,
            text,
            content,
            media_type if content else "text/plain",
            counterpart=application.organisation_name,
            file_name=file_name,
        )
