"""Letters on membership decisions: limits and termination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target
from vardkase.core.clock import today
from vardkase.core.mail.facts import moment
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.settings import sender
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.settings import SERVICE_NAME
from vardkase.hub.membership.members.adverse_decisions import (
    LIFT_PROVISIONS,
    AdverseDecision,
    LiftGround,
    cited,
    dissent_in_words,
)
from vardkase.hub.membership.members.cases import case_for
from vardkase.hub.membership.members.models import Membership, Restriction, RestrictionKind
from vardkase.hub.membership.members.queries import is_reserved_in_decision, last_statement_day
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.accounts.four_eyes.registry import Approval
from vardkase.identity.accounts.models import User

LANGUAGES = ("sv", "en")


@dataclass(frozen=True, slots=True)
class Presenter:
    """Who presented the case to the one who decided (föredragande, 31 § förvaltningslagen)."""

    user_id: int | None
    name: str

    @classmethod
    def of(cls, approval: Approval | None) -> Self:
        return (
            cls(approval.request.proposed_by, approval.request.proposed_by_name)
            if approval
            else cls(None, "–")
        )

    def in_words(self, language: str) -> str:
        user = User.objects.filter(pk=self.user_id).first() if self.user_id else None
        return signature_of(user, language) if user else self.name


def limit(
    actor: AuditActor,
    membership: Membership,
    kind: RestrictionKind,
    reason: str,
    until: datetime | None,
    review_by: date | None,
    decision: AdverseDecision | None,
    heard: Hearing | None,
    presenter: Presenter,
) -> tuple[Letter, Attachment]:
    whole = kind == RestrictionKind.SUSPENDED
    facts = {}
    for language in LANGUAGES:
        with override(language):
            if until:
                ends = gettext("The decision applies until %(moment)s.") % {"moment": moment(until)}
            elif review_by:
                ends = gettext(
                    "The decision applies until further notice. We will review by %(day)s whether it is to stand."
                ) % {"day": formatted(review_by, "j F Y")}
            else:
                ends = gettext("The decision applies until further notice.")
            facts[language] = {
                **_common(actor, membership, language, reason, decision, heard, presenter),
                "until": ends,
                "limit": str(LIMITS[kind]),
            }
    return write_letter(actor, membership, "letter_suspension" if whole else "letter_restriction", facts)


def termination(
    actor: AuditActor,
    membership: Membership,
    reason: str,
    contributions: str,
    decision: AdverseDecision | None,
    heard: Hearing | None,
    presenter: Presenter,
) -> Attachment:
    facts = {
        language: {
            **_common(actor, membership, language, reason, decision, heard, presenter),
            "contributions": contributions,
        }
        for language in LANGUAGES
    }
    return _written(actor, membership, "letter_termination", facts)


def decision_in_words(
    approval: Approval, membership: Membership, decision: AdverseDecision | None, heard: Hearing | None
) -> dict[str, dict[str, str]]:
    """By language, what every letter of a decision by two officers states; no `decision`: in the member's favour."""
    presenter = Presenter.of(approval)
    return {
        language: _common(approval.actor, membership, language, approval.reason, decision, heard, presenter)
        for language in LANGUAGES
    }


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
    actor: AuditActor,
    membership: Membership,
    language: str,
    reason: str,
    decision: AdverseDecision | None,
    heard: Hearing | None,
    presenter: Presenter,
) -> dict[str, str]:
    with override(language):
        return {
            **sender_facts(actor, membership, language),
            "presenter": presenter.in_words(language),
            "day": formatted(timezone.localtime(), "j F Y"),
            "reason": reason,
            **decision_facts(membership.sector),
            **(
                decision.facts(heard, reserved_in_decision=is_reserved_in_decision(membership))
                if decision
                else dict.fromkeys(("hearing", "ground", "milder", "immediate", "dissent"), "")
                | {"act_provisions": cited(("fl_5", "fl_37"))}
            ),
        }


def sender_facts(actor: AuditActor, membership: Membership, language: str) -> dict[str, str]:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    return {
        "organisation": membership.organisation.name,
        "organisation_number": hyphenated(membership.organisation_number) or "–",
        "decider": signature_of(user, language) if user else sender(),
        "sender": sender(),
        "sender_address": sender_and_address(),
        "service": SERVICE_NAME.value,
        "number": case_for(actor, membership).number,
    }


def lifting(
    actor: AuditActor,
    membership: Membership,
    reason: str,
    lifted: Sequence[Restriction],
    presenter: Presenter,
    ground: LiftGround,
    dissent: str,
) -> Attachment:
    """The decision that changes earlier ones to the member's advantage, and names them."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **sender_facts(actor, membership, language),
                "day": formatted(timezone.localtime(), "j F Y"),
                "earlier": "\n".join(_decided(each) for each in lifted),
                **_in_favour(membership, language, reason, presenter, ground, dissent),
            }
    return _written(actor, membership, "letter_lifting", facts)


def _in_favour(
    membership: Membership,
    language: str,
    reason: str,
    presenter: Presenter,
    ground: LiftGround,
    dissent: str,
) -> dict[str, str]:
    """What a decision states that changes another to the member's advantage."""
    return {
        "reason": reason,
        "presenter": presenter.in_words(language),
        "provisions": decision_facts(membership.sector)["provisions"],
        "act_provisions": cited((LIFT_PROVISIONS[ground],)),
        "dissent": dissent_in_words(dissent),
    }


def lifting_by_court(
    actor: AuditActor,
    membership: Membership,
    restriction: Restriction,
    court: str,
    on: date | None,
    outcome: str,
    until: date | None = None,
) -> Attachment:
    """That a restriction has ended with the court's decision; `outcome` is what that says, in an officer's words.

    `until`: how long the security statement counts as valid because of it.
    """
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **_judgment(actor, membership, language, court, on, outcome),
                "earlier": _decided(restriction),
                "statement": gettext(
                    "Your security statement counts as valid until %(day)s. Renew it before then."
                )
                % {"day": formatted(until, "j F Y")}
                if until
                else "",
            }
    return _written(actor, membership, "letter_court_lifting", facts)


def reinstatement(
    actor: AuditActor,
    membership: Membership,
    termination: Letter | None,
    remaining: Sequence[Restriction],
    reason: str,
    presenter: Presenter,
    ground: LiftGround,
    dissent: str,
) -> Attachment:
    """The decision that changes a `termination` to the member's advantage, with what limits the membership."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **_reinstated(actor, membership, language, termination, remaining),
                **_in_favour(membership, language, reason, presenter, ground, dissent),
            }
    return _written(actor, membership, "letter_reinstatement", facts)


def reinstatement_by_court(
    actor: AuditActor,
    membership: Membership,
    termination: Letter,
    remaining: Sequence[Restriction],
    court: str,
    on: date | None,
    outcome: str,
) -> Attachment:
    """That the membership applies again, since the court has quashed its `termination`, with what limits it."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **_reinstated(actor, membership, language, termination, remaining),
                **_judgment(actor, membership, language, court, on, outcome),
            }
    return _written(actor, membership, "letter_court_reinstatement", facts)


def _reinstated(
    actor: AuditActor,
    membership: Membership,
    language: str,
    termination: Letter | None,
    remaining: Sequence[Restriction],
) -> dict[str, str]:
    number = {
        "number": termination.number if termination else "–",
        "day": formatted(timezone.localtime(termination.at), "j F Y") if termination else "–",
    }
    words = gettext("These restrictions still stand, and apply again: %(restrictions)s.")
    expired = last_statement_day(membership)
    statement = gettext(
        "Your security statement expired on %(day)s. Until we have accepted a new one, the limits that follow from "
        "that apply."
    ) % {"day": formatted(expired, "j F Y")}
    return {
        **sender_facts(actor, membership, language),
        "day": formatted(timezone.localtime(), "j F Y"),
        "earlier": gettext("Decision that the membership ends, %(number)s, of %(day)s") % number,
        "remaining": words % {"restrictions": "; ".join(_decided(each) for each in remaining)}
        if remaining
        else "",
        "statement": statement if expired < today() else "",
    }


def _judgment(
    actor: AuditActor, membership: Membership, language: str, court: str, on: date | None, outcome: str
) -> dict[str, str]:
    return {
        **sender_facts(actor, membership, language),
        "day": formatted(timezone.localtime(), "j F Y"),
        "court": court or gettext("The court"),
        "outcome_day": formatted(on, "j F Y") if on else "–",
        "outcome": outcome,
    }


def _decided(restriction: Restriction) -> str:
    return gettext("%(kind)s: decision %(number)s of %(day)s") % {
        "kind": restriction.get_kind_display(),
        "number": restriction.letter.number if restriction.letter else "–",
        "day": formatted(timezone.localtime(restriction.since), "j F Y"),
    }


def hearing(
    actor: AuditActor,
    membership: Membership,
    intended: str,
    reason: str,
    answer_by: date,
    documents: Sequence[str],
) -> tuple[Letter, Attachment]:
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **sender_facts(actor, membership, language),
                "intended": str(INTENDED_IN_LETTERS[intended]),
                "reason": reason,
                "documents": "\n".join(documents) or gettext("No documents besides this letter."),
                "provisions": decision_facts(membership.sector)["provisions"],
                "answer_by": formatted(answer_by, "j F Y"),
            }
    return write_letter(actor, membership, "letter_hearing", facts)


INTENDED_IN_LETTERS = {
    RestrictionKind.SUSPENDED.value: _("suspend your membership"),
    RestrictionKind.NO_SYNC.value: _("disable your API connection and your synchronisation"),
    RestrictionKind.READ_ONLY.value: _(
        "restrict your membership so that you can read information but not share any"
    ),
    "conditions": _("set conditions for your membership"),
    "terminated": _("terminate your membership"),
}
"""After "We are considering whether to"."""


def address_of(membership: Membership) -> list[str]:
    lines = [membership.organisation.name, *str(membership.details.get("address") or "").splitlines()]
    return [line.strip() for line in lines if line.strip()]


def _written(
    actor: AuditActor, membership: Membership, kind: str, facts: dict[str, dict[str, str]]
) -> Attachment:
    return write_letter(actor, membership, kind, facts)[1]


def write_letter(
    actor: AuditActor,
    membership: Membership,
    kind: str,
    facts: dict[str, dict[str, str]],
    without: Sequence[str] = (),
) -> tuple[Letter, Attachment]:
    case_file = case_for(actor, membership)
    contents = Contents(
        kind,
        case_file.number,
        sender(),
        address_of(membership),
        facts,
        {language: [each["decider"]] for language, each in facts.items()},
        translated=membership.language != "sv",
        registry_number=case_file.registry_number,
        without=without,
    )
    letter = write(actor, contents, Target("membership", membership.pk, title=str(membership)))
    name = f"{letter.number.replace(':', '-')}.pdf"
    return letter, Attachment(name, "application/pdf", bytes(letter.content))
