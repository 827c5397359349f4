"""Common parts of letters about an application: sender, recipient, subject, signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.settings import sender
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.documents import keep
from vardkase.hub.membership.applications.mails import recipients_of
from vardkase.hub.membership.applications.models import Application, DocumentKind
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.hub.membership.phases.queries import opening_in_words, phase_title
from vardkase.identity.accounts.models import User

LANGUAGES = ("sv", "en")


def contents(
    kind: str,
    application: Application,
    facts: Mapping[str, Mapping[str, str]],
    signatures: Mapping[str, Sequence[str]],
) -> Contents:
    """A letter of `kind` to the applicant, `facts` and `signatures` by language.

    A translation is added for those who did not apply in Swedish.
    """
    return Contents(
        kind,
        application.number,
        sender(),
        address_of(application),
        facts,
        signatures,
        translated=application.language != "sv",
        registry_number=application.registry_number,
    )


def address_of(application: Application) -> list[str]:
    given = application.answers.get("organisation") or {}
    town = " ".join(str(given.get(name) or "") for name in ("postcode", "city")).strip()
    address = [application.organisation_name, str(given.get("street") or ""), town]
    return [line for line in address if line]


def party_by_id(application_id: int) -> Party | None:
    application = Application.objects.filter(pk=application_id).first()
    if application is None:
        return None
    return Party(
        name=application.organisation_name,
        address=address_of(application),
        sector=application.sector,
        recipients=recipients_of(application),
        organisation_number=hyphenated(application.organisation_number),
        language=application.language,
    )


def common(application: Application) -> dict[str, str]:
    return {
        "number": application.number,
        "organisation": application.organisation_name,
        "organisation_number": hyphenated(application.organisation_number) or "–",
        "received": formatted(timezone.localtime(application.submitted or timezone.now()), "j F Y"),
        "sender": sender(),
        "sender_address": sender_and_address(),
        **decision_facts(application.sector),
    }


def signature(user_id: int | None, name: str, language: str) -> str:
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return signature_of(user, language) if user else name


def waiting_list(application: Application) -> Contents:
    facts = {}
    for language in LANGUAGES:
        with override(language):
            phase = phase_title(application.waits_for) or gettext("a future phase")
            facts[language] = {
                **common(application),
                "phase": phase,
                "opening": opening_in_words(application.waits_for, timezone.now())
                or gettext("No day is set yet."),
            }
    return contents("letter_waiting", application, facts, {language: [sender()] for language in LANGUAGES})


def write_waiting_list(actor: AuditActor, application: Application) -> Attachment:
    return kept(
        application, write(actor, waiting_list(application), Target.of(application)), DocumentKind.WAITING
    )


def kept(application: Application, letter: Letter, kind: DocumentKind) -> Attachment:
    content = bytes(letter.content)
    keep(application, kind, content)
    return Attachment(f"{letter.number.replace(':', '-')}.pdf", "application/pdf", content)
