"""Mail to applicants, and its recipients."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext

from vardkase.audit.services import Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Fact
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.applications.access import Acting, link_address, new_link
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.phases.queries import opening_in_words, phase_title
from vardkase.hub.membership.questionnaire.fields import value_at


def notify_applicant(
    actor: Acting, kind: str, application: Application, attachments: Sequence[Attachment] = (), **more: Fact
) -> None:
    """Mail the application's contacts, with `more` facts; each mail contains its own private link."""
    with translation.override(application.language):
        phase = phase_title(application.phase or application.waits_for) or gettext("a future phase")
        opening = opening_in_words(application.waits_for, timezone.now()) or gettext("No day is set yet.")
    facts = {
        "number": application.number,
        "organisation": application.organisation_name,
        "phase": phase,
        "opening": opening,
        # A new link, because only digests of the former ones are stored.
        "link": link_address(new_link(application)),
        **more,
    }
    about = Target.of(application)
    notify(kind, about, recipients_of(application), facts, by=actor.name, attachments=attachments)


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
