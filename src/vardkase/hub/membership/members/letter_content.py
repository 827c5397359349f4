"""Letters on membership decisions: limits and termination."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.facts import moment
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.settings import sender
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.membership.members.adverse_decisions import AdverseDecision
from vardkase.hub.membership.members.models import Membership, RestrictionKind
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.accounts.models import User

LANGUAGES = ("sv", "en")


def limit(
    actor: AuditActor,
    membership: Membership,
    kind: RestrictionKind,
    reason: str,
    until: datetime | None,
    decision: AdverseDecision | None,
) -> Attachment:
    whole = kind == RestrictionKind.SUSPENDED
    facts = {}
    for language in LANGUAGES:
        with override(language):
            if until:
                ends = gettext("It applies until %(moment)s.") % {"moment": moment(until)}
            else:
                ends = gettext("It applies until further notice.")
            facts[language] = {
                **_common(actor, membership, language, reason, decision),
                "until": ends,
                "limit": str(LIMITS[kind]),
            }
    return _written(actor, membership, "letter_suspension" if whole else "letter_restriction", facts)


def termination(
    actor: AuditActor,
    membership: Membership,
    reason: str,
    contributions: str,
    decision: AdverseDecision | None,
) -> Attachment:
    facts = {
        language: {**_common(actor, membership, language, reason, decision), "contributions": contributions}
        for language in LANGUAGES
    }
    return _written(actor, membership, "letter_termination", facts)


LIMITS = {
    RestrictionKind.SUSPENDED: _("You can neither receive nor share information."),
    RestrictionKind.NO_SYNC: _(
        "Your API connection and your synchronisation are disabled. You can still use the web pages."
    ),
    RestrictionKind.READ_ONLY: _(
        "You can read but not share information, neither on the pages nor over the API."
    ),
}
"""What each limit means, as a letter says it."""


def _common(
    actor: AuditActor, membership: Membership, language: str, reason: str, decision: AdverseDecision | None
) -> dict[str, str]:
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
            **(decision.facts() if decision else {"hearing": "", "ground": "", "immediate": ""}),
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
