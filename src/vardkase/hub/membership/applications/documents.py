"""Documents of an application as PDF: immutable once created, stored under their SHA-256."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from vardkase.core import files, typeset
from vardkase.core.errors import NotFound
from vardkase.core.mail.facts import moment
from vardkase.core.mail.settings import sender
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.membership.applications.models import Application, Document, DocumentKind
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.hub.membership.phases.queries import phase_title
from vardkase.hub.membership.questionnaire.checks import organisation_number
from vardkase.hub.membership.questionnaire.fields import (
    FieldGroup,
    FieldKind,
    FormField,
    FormStep,
    value_at,
)
from vardkase.hub.membership.questionnaire.steps import STEPS
from vardkase.hub.signatures.signing import signed_record

FORM = Path(__file__).with_name("form.typ")
RECEIPT = Path(__file__).with_name("receipt.typ")


def keep(application: Application, kind: DocumentKind, content: bytes) -> Document:
    return Document.objects.create(
        application=application, kind=kind, digest=files.store(content), size=len(content)
    )


def keep_form(application: Application) -> bytes:
    content = form_pdf(application)
    keep(application, DocumentKind.FORM, content)
    return content


def keep_receipt(application: Application) -> bytes:
    with translation.override(application.language):
        content = signed_record(_pdf(RECEIPT, application, _receipt(application)))
    keep(application, DocumentKind.RECEIPT, content)
    return content


def read_document(application: Application, document_id: int) -> tuple[Document, bytes]:
    document = first_or_not_found(
        application.documents.filter(pk=document_id), ApplicationProblem.NO_SUCH_DOCUMENT()
    )
    try:
        return document, files.read(document.digest)
    except FileNotFoundError:
        raise NotFound(ApplicationProblem.NO_SUCH_DOCUMENT()) from None


def form_pdf(application: Application) -> bytes:
    with translation.override(application.language):
        return _pdf(FORM, application, _form(application))


def _pdf(template: Path, application: Application, data: dict[str, Any]) -> bytes:
    return typeset.pdf(template, data, language=application.language, pool=typeset.records)


def answer_in_words(field: FormField, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if field.kind is FieldKind.CHOICE:
        return str(dict(field.choices).get(value, value))
    if field.kind is FieldKind.CHOICES:
        return "\n".join(str(dict(field.choices).get(choice, choice)) for choice in value)
    if field.kind is FieldKind.LINES:
        return "\n".join(str(line) for line in value)
    if field.check is organisation_number:
        return hyphenated(str(value))
    if field.kind is FieldKind.FLAG:
        return gettext("Yes") if value else gettext("No")
    return str(value)


def _form(application: Application) -> dict[str, Any]:
    return {
        "title": gettext("Membership application"),
        "sender": sender(),
        "meta": [*_meta(application), [gettext("Printed"), moment(timezone.now())]],
        "organisation": application.organisation_name,
        "sections": [_section(application, step) for step in STEPS],
        "empty": gettext("Not answered"),
    }


def _section(application: Application, step: FormStep) -> dict[str, Any]:
    answers = application.answers.get(step.name) or {}
    groups = [_group(application, group, answers) for group in step.groups if group.is_asked(answers)]
    return {"title": str(step.title), "groups": groups}


def _group(application: Application, group: FieldGroup, answers: dict[str, Any]) -> dict[str, Any]:
    pairs = [
        [str(field.label), answer_in_words(field, value_at(answers, group.key(field)))]
        for field in group.fields
    ]
    attachments = (
        application.attachments.filter(measure=group.name, message=None).order_by("pk") if group.name else ()
    )
    # With the digest: the form says which file was attached, even where names are the same.
    evidence = [f"{attachment.name} (SHA-256 {attachment.digest[:16]}…)" for attachment in attachments]
    if evidence:
        pairs.append([gettext("Evidence"), "\n".join(evidence)])
    return {
        "title": str(group.title),
        "answers": pairs,
        "mono": MONO & {field.name for field in group.fields} != set(),
    }


MONO = frozenset({"key", "certificate"})


def _meta(application: Application) -> list[list[str]]:
    pairs = [[gettext("Application number"), application.number]]
    if application.submitted:
        pairs.append([gettext("Received on"), moment(application.submitted)])
    return pairs


def _receipt(application: Application) -> dict[str, Any]:
    pairs = [
        [gettext("Organisation"), application.organisation_name],
        [gettext("Organisation number"), hyphenated(application.organisation_number)],
        *_meta(application),
    ]
    return {
        "title": gettext("Receipt"),
        "number": application.number,
        "sender": sender(),
        "meta": _meta(application)[:1],
        "facts": pairs,
        "paragraphs": [gettext("We have received your application for membership."), *_next(application)],
    }


def _next(application: Application) -> Iterator[str]:
    if application.waits():
        phase = phase_title(application.waits_for) or gettext("a future phase")
        yield (
            gettext(
                "No phase is open to you at the moment. The application has not been rejected: it is on the"
                " waiting list for %s. On the day the phase opens it is queued for assessment, and you are "
                "notified. You do not need to do anything."
            )
            % phase
        )
    else:
        yield gettext(
            "The application is assessed by the hub’s officers. We will contact you if we need more "
            "information, and when we have decided. One officer presents the case, and another decides."
        )
    yield gettext(
        "You can follow your application using your private link. There you can also write to us or "
        "withdraw it."
    )
