"""Letters and mail to applicants about the assessment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.hub import correspondence
from vardkase.hub.correspondence import MailKind
from vardkase.hub.correspondence.appeals import APPEAL
from vardkase.hub.correspondence.appeals import FACTS as APPEAL_FACTS
from vardkase.hub.correspondence.letters.writing import Contents, preview, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.accepted_terms import accepted_version
from vardkase.hub.membership.applications.access import link_address, new_link, target_of
from vardkase.hub.membership.applications.form.steps import BY_NAME
from vardkase.hub.membership.applications.letter_content import LANGUAGES, common, contents, kept, signature
from vardkase.hub.membership.applications.letters import recipients_of
from vardkase.hub.membership.applications.models import Application, DocumentKind
from vardkase.hub.membership.assessments.access import require_impartial
from vardkase.hub.membership.assessments.models import Outcome, Proposal
from vardkase.hub.membership.assessments.queries import assessments_of, criteria_of
from vardkase.hub.membership.assessments.rules import not_met
from vardkase.identity.access.actor import Actor

TEXTS = Path(__file__).with_name("letters.toml")
DESCRIBES = {
    "letter_completion": _("Letter: request to complete an application."),
    "letter_approval": _("Letter: the decision that approves an application."),
    "letter_rejection": _("Letter: the decision that rejects an application."),
    "application_completion_requested": _("When an officer requests a completion; the letter is attached."),
    "application_approved": _("When two officers have approved an application; the decision is attached."),
    "application_rejected": _("When two officers have rejected an application; the decision is attached."),
}
SAMPLE = {
    "organisation": "Ekelunds vatten och avfall",
    "organisation_number": "556012-5790",
    "received": "9 november 2026",
    **APPEAL_FACTS,
}
ON_PAPER = {
    "letter_completion": {
        "request": "En plan för reservdriften.",
        "steps": "Säkerhetsförklaring",
        "complete_by": "31 mars 2027",
    },
    "letter_approval": {"terms_version": "1"},
    "letter_rejection": {"unmet": "Inte uppfyllt: Säkerhetsarbete."},
}
DECIDED = {
    "reasons": "Organisationen uppfyller villkoren.",
    "decider": "Johanna Bergdahl, jurist",
    "proposer": "Per Nyström, handläggare",
}
APPEALED = {"letter_rejection"}
"""Letters that say how to appeal against the decision."""
OUTCOMES = {
    Outcome.APPROVE: ("letter_approval", "application_approved"),
    Outcome.REJECT: ("letter_rejection", "application_rejected"),
}


def register() -> None:
    for name, words in tomllib.loads(TEXTS.read_text(encoding="utf-8")).items():
        texts = {key: text.strip() for key, text in words.items()}
        correspondence.register(
            MailKind(
                name,
                describes=DESCRIBES[name],
                facts=_facts_of(name),
                subject={language: texts[f"subject_{language}"] for language in LANGUAGES},
                body={language: texts[f"body_{language}"] for language in LANGUAGES},
                is_letter=name in ON_PAPER,
                sections=(APPEAL,) if name in APPEALED else (),
            )
        )


def _facts_of(name: str) -> dict[str, str]:
    if name not in ON_PAPER:
        return {
            "number": SAMPLE["number"],
            "organisation": SAMPLE["organisation"],
            "link": "https://hub.example/…",
        }
    return SAMPLE | ON_PAPER[name] | ({} if name == "letter_completion" else DECIDED)


def send_completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> None:
    letter = write(actor, completion_request(actor, application, request, steps), target_of(application))
    _send(actor, application, letter, "application_completion_requested", DocumentKind.COMPLETION_REQUEST)


def preview_completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> bytes:
    return preview(completion_request(actor, application, request, steps))


def send_decision(actor: Actor, application: Application, proposal: Proposal) -> None:
    letter = write(actor, decision(actor, application, proposal), target_of(application))
    _send(actor, application, letter, OUTCOMES[Outcome(proposal.outcome)][1], DocumentKind.DECISION)


def preview_decision(actor: Actor, application: Application, proposal: Proposal) -> bytes:
    require_impartial(actor, application)
    return preview(decision(actor, application, proposal))


def completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> Contents:
    chosen = list(steps)
    facts, signed = {}, {}
    for language in LANGUAGES:
        with override(language):
            parts = "\n".join(str(BY_NAME[name].title) for name in chosen)
            last = formatted(application.complete_by, "j F Y") if application.complete_by else ""
            facts[language] = {
                **common(application),
                "request": request,
                "steps": parts,
                "complete_by": last,
            }
            signed[language] = [signature(actor.user_id, actor.name, language)]
    return contents("letter_completion", application, facts, signed)


def decision(actor: Actor, application: Application, proposal: Proposal) -> Contents:
    facts, signed = {}, {}
    for language in LANGUAGES:
        with override(language):
            proposer = signature(proposal.proposed_by, proposal.proposed_by_name, language)
            decider = signature(actor.user_id, actor.name, language)
            facts[language] = {
                **common(application),
                "reasons": _reasons(application, proposal),
                "unmet": _unmet(application) if proposal.outcome == Outcome.REJECT else "",
                "terms_version": str(accepted_version(application) or ""),
                "proposer": proposer,
                "decider": decider,
            }
            signed[language] = [decider, proposer]
    return contents(OUTCOMES[Outcome(proposal.outcome)][0], application, facts, signed)


def _send(actor: Actor, application: Application, letter: Letter, kind: str, document: DocumentKind) -> None:
    correspondence.send(
        actor,
        kind,
        recipients_of(application),
        {"number": application.number, "organisation": application.organisation_name},
        private={"link": link_address(new_link(application))},
        about=target_of(application),
        attachments=[kept(application, letter, document)],
    )


def _reasons(application: Application, proposal: Proposal) -> str:
    if not proposal.exception:
        return proposal.reasons
    lines = [
        gettext("The criterion %(title)s is not met: %(reason)s") % {"title": title, "reason": reason}
        for title, reason in _not_met(application)
    ]
    lines.append(gettext("We grant membership nevertheless: %s") % proposal.exception)
    return "\n\n".join([proposal.reasons, *lines])


def _unmet(application: Application) -> str:
    lines = [f"{title}: {reason}" for title, reason in _not_met(application)]
    return gettext("Criteria that are not met:") + "\n\n" + "\n\n".join(lines) if lines else ""


def _not_met(application: Application) -> list[tuple[str, str]]:
    found = assessments_of(application)
    unmet = not_met(criteria_of(application), {key: each.verdict for key, each in found.items()})
    return [(each.title, found[each.key].reason) for each in unmet]
