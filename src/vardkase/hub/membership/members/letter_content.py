"""Letters on membership decisions: suspension and termination."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.compose import Attachment
from vardkase.hub.correspondence import MailKind, register
from vardkase.hub.correspondence.appeals import APPEAL
from vardkase.hub.correspondence.appeals import FACTS as APPEAL_FACTS
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import appeal_facts, moment, sender, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.accounts.models import User

TEXTS = Path(__file__).with_name("letters.toml")
LANGUAGES = ("sv", "en")
DESCRIBES = {
    "letter_suspension": _("Letter: the decision that suspends a membership."),
    "letter_termination": _("Letter: the decision that terminates a membership."),
}
COMMON = {
    "organisation": "Skogsby kommun",
    "organisation_number": "212000-0142",
    "day": "26 november 2026",
    "reason": "Medlemmen har låtit andra använda sina konton.",
    "decider": "Johanna Bergdahl, jurist",
    **APPEAL_FACTS,
    "number": "M-00012",
}
FACTS = {
    "letter_suspension": {**COMMON, "until": "Avstängningen gäller tills vidare."},
    "letter_termination": {**COMMON, "contributions": "Händelserna ligger kvar i ert namn."},
}


def register_letters() -> None:
    for name, words in tomllib.loads(TEXTS.read_text(encoding="utf-8")).items():
        texts = {key: text.strip() for key, text in words.items()}
        register(
            MailKind(
                name,
                describes=DESCRIBES[name],
                facts=FACTS[name],
                subject={language: texts[f"subject_{language}"] for language in LANGUAGES},
                body={language: texts[f"body_{language}"] for language in LANGUAGES},
                is_letter=True,
                sections=(APPEAL,),
            )
        )


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
    with override(language):
        return {
            "organisation": membership.organisation.name,
            "organisation_number": hyphenated(membership.organisation_number) or "–",
            "day": formatted(timezone.localtime(), "j F Y"),
            "reason": reason,
            "decider": _decider(actor, language),
            "sender": sender(),
            "sender_address": sender_and_address(),
            "number": case_of(membership),
            **appeal_facts(membership.sector),
        }


def case_of(membership: Membership) -> str:
    return f"M-{membership.pk:05d}"


def _decider(actor: AuditActor, language: str) -> str:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    return signature_of(user, language) if user else sender()


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
