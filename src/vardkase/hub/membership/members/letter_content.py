"""Letters on membership decisions: suspension and termination."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.facts import moment
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.settings import sender
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.accounts.models import User

LANGUAGES = ("sv", "en")


def suspension(actor: AuditActor, membership: Membership, reason: str, until: datetime | None) -> Attachment:
    facts = {}
    for language in LANGUAGES:
        with override(language):
            ends = (
                gettext("The suspension lasts until %(moment)s.") % {"moment": moment(until)}
                if until
                else gettext("The suspension lasts until further notice.")
            )
            facts[language] = {**_common(actor, membership, language, reason), "until": ends}
    return _written(actor, membership, "letter_suspension", facts)


def termination(actor: AuditActor, membership: Membership, reason: str, contributions: str) -> Attachment:
    facts = {
        language: {**_common(actor, membership, language, reason), "contributions": contributions}
        for language in LANGUAGES
    }
    return _written(actor, membership, "letter_termination", facts)


def _common(actor: AuditActor, membership: Membership, language: str, reason: str) -> dict[str, str]:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    with override(language):
        return {
            "organisation": membership.organisation.name,
            "organisation_number": hyphenated(membership.organisation_number) or "–",
            "day": formatted(timezone.localtime(), "j F Y"),
            "reason": reason,
            "decider": signature_of(user, language) if user else sender(),
            "sender": sender(),
            "sender_address": sender_and_address(),
            "number": case_of(membership),
            **decision_facts(membership.sector),
        }


def case_of(membership: Membership) -> str:
    return f"M-{membership.pk:05d}"


def _written(
    actor: AuditActor, membership: Membership, kind: str, facts: dict[str, dict[str, str]]
) -> Attachment:
    address = [membership.organisation.name, *str(membership.details.get("address") or "").splitlines()]
    contents = Contents(
        kind,
        case_of(membership),
        sender(),
        [line.strip() for line in address if line.strip()],
        facts,
        {language: [each["decider"]] for language, each in facts.items()},
        translated=membership.language != "sv",
    )
    letter = write(actor, contents, Target("membership", membership.pk, title=str(membership)))
    return Attachment(f"{letter.number.replace(':', '-')}.pdf", "application/pdf", bytes(letter.content))
