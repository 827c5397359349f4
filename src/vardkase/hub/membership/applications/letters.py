"""Mail to applicants: kinds and recipients."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub import correspondence
from vardkase.hub.correspondence import Attachment, MailKind, Recipient
from vardkase.hub.correspondence.appeals import FACTS as APPEAL_FACTS
from vardkase.hub.membership.applications.access import Acting, link_address, new_link, target_of
from vardkase.hub.membership.applications.form.fields import value_at
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.phases.queries import opening_in_words, phase_title

TEXTS = Path(__file__).with_name("letters.toml")
DESCRIBES = {
    "application_begun": _("To those who start an application: the private link."),
    "application_received": _("When an application is received that a phase admits: the receipt."),
    "application_waiting": _(
        "When an application is received that no open phase admits: which one it is waiting for."
    ),
    "application_queued": _("When the phase that an application was waiting for opens."),
    "application_completed": _("When the applicant has sent a completion."),
    "application_resumed": _("When an officer continues the assessment without a completion."),
    "application_terms_changed": _(
        "To each applicant whose application has not been decided, when a new version of the "
        "terms is published."
    ),
    "application_withdrawn": _("When the applicant has withdrawn the application."),
    "application_message": _(
        "When an officer has written to the applicant; the message is read through the link."
    ),
    "letter_waiting": _("Letter: which phase an application on the waiting list waits for."),
    "application_link": _("When an officer creates a new private link for an applicant."),
}
SAMPLE = {
    "number": "2026-00017",
    "organisation": "Skogsby kommun",
    "phase": "Fas 3, Privat sektor",
    "opening": "Fasen öppnar den 1 mars 2027.",
    "link": "https://hub.example/apply/link/#…",
}
ON_PAPER = {
    "letter_waiting": {
        **{name: text for name, text in SAMPLE.items() if name != "link"},
        "organisation_number": "212000-0142",
        "received": "9 november 2026",
        **APPEAL_FACTS,
    }
}
NO_PHASE = {"sv": "en kommande fas", "en": "a phase to come"}


def tell(actor: Acting, kind: str, application: Application, attachments: Sequence[Attachment] = ()) -> None:
    """Mail the application's contacts; each mail contains its own private link."""
    with translation.override(application.language):
        phase = phase_title(application.phase or application.waits_for)
        opening = opening_in_words(application.waits_for, timezone.now()) or gettext("No day is set yet.")
    facts = {
        "number": application.number,
        "organisation": application.organisation_name,
        "phase": phase or NO_PHASE[application.language],
        "opening": opening,
    }
    correspondence.send(
        actor,
        kind,
        recipients_of(application),
        facts,
        private={"link": link_address(new_link(application))},
        about=target_of(application),
        attachments=attachments,
    )


def recipients_of(application: Application) -> list[Recipient]:
    """The main contact, and the person who began the application; each address once, encrypted if a key is
    known."""
    contact = value_at(application.answers, "contacts.main") or {}
    found = {}
    if contact.get("email"):
        key = contact.get("key") or ""
        found[contact["email"].casefold()] = Recipient(contact["email"], application.language, key)
    if application.email:
        found.setdefault(application.email.casefold(), Recipient(application.email, application.language))
    return list(found.values())


def recipients_by_id(application_id: int) -> list[Recipient]:
    application = Application.objects.filter(pk=application_id).first()
    return recipients_of(application) if application else []


def register() -> None:
    for name, words in tomllib.loads(TEXTS.read_text()).items():
        texts = {key: text.strip() for key, text in words.items()}
        correspondence.register(
            MailKind(
                name,
                describes=DESCRIBES[name],
                facts=ON_PAPER.get(name, SAMPLE),
                subject={"sv": texts["subject_sv"], "en": texts["subject_en"]},
                body={"sv": texts["body_sv"], "en": texts["body_en"]},
                is_letter=name in ON_PAPER,
            )
        )
