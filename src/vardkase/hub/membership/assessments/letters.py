"""Letters and mail to applicants about the assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target
from vardkase.core.errors import Conflict
from vardkase.core.mail.notify import notify
from vardkase.hub.correspondence.letters.service import ServedLetter, with_service
from vardkase.hub.correspondence.letters.writing import Contents, carries, letters_about, preview, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import citation
from vardkase.hub.membership.applications.accepted_terms import accepted_version
from vardkase.hub.membership.applications.access import link_address, new_link
from vardkase.hub.membership.applications.letter_content import LANGUAGES, common, contents, kept, signature
from vardkase.hub.membership.applications.mails import recipients_of
from vardkase.hub.membership.applications.models import (
    Application,
    ApplicationState,
    CompletionKind,
    DocumentKind,
)
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments.access import require_impartial
from vardkase.hub.membership.assessments.models import Outcome, Proposal
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.queries import assessments_of, criteria_of
from vardkase.hub.membership.assessments.rules import not_met
from vardkase.hub.membership.assessments.stated_conditions import SECTION, letter_facts
from vardkase.hub.membership.members.adverse_decisions import (
    LIFT_PROVISIONS,
    LiftGround,
    cited,
    dissent_in_words,
)
from vardkase.hub.membership.members.letter_content import Presenter
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.identity.access.actor import Actor

OUTCOMES = {
    Outcome.APPROVE: ("letter_approval", "application_approved"),
    Outcome.REJECT: ("letter_rejection", "application_rejected"),
    Outcome.DISMISS: ("letter_dismissal", "application_dismissed"),
}
REJECTIONS = tuple(OUTCOMES[outcome][0] for outcome in (Outcome.REJECT, Outcome.DISMISS))
EARLIER = {
    OUTCOMES[Outcome.REJECT][0]: _("Decision to reject the application, %(number)s, of %(day)s"),
    OUTCOMES[Outcome.DISMISS][0]: _("Decision to dismiss the application, %(number)s, of %(day)s"),
    "": _("Decision %(number)s of %(day)s"),
}
"""How a letter names the earlier decision, by the kind of its letter."""
ORDER = "letter_order"
REQUESTS = {CompletionKind.QUESTION: ("letter_completion", "fl_23"), CompletionKind.ORDER: (ORDER, "fl_20")}
"""By kind of request: its letter, and the provision of `hub.law` that it rests on."""


def last_order(application: Application) -> ServedLetter | None:
    """The last order to complete the application, with what is known of its service."""
    orders = [each for each in letters_about(APPLICATION.kind, application.pk) if each.kind == ORDER]
    return next(iter(with_service(orders[-1:], application.sector)), None)


def send_completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> None:
    letter = write(actor, completion_request(actor, application, request, steps), Target.of(application))
    _send(actor, application, letter, "application_completion_requested", DocumentKind.COMPLETION_REQUEST)


def preview_completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> bytes:
    return preview(completion_request(actor, application, request, steps))


def send_decision(actor: Actor, application: Application, proposal: Proposal) -> None:
    letter = write(actor, decision(actor, application, proposal), Target.of(application))
    if proposal.conditions and not carries(letter, SECTION):
        raise Conflict(AssessmentProblem.LETTER_LACKS_CONDITIONS())
    _send(actor, application, letter, OUTCOMES[Outcome(proposal.outcome)][1], DocumentKind.DECISION)


def letters_of(application: Application) -> list[ServedLetter]:
    return with_service(letters_about(APPLICATION.kind, application.pk), application.sector)


def last_rejection(application: Application) -> Letter | None:
    """The decision by which an application was rejected or dismissed, without its bytes; None if it is not."""
    if application.state not in (ApplicationState.REJECTED, ApplicationState.DISMISSED):
        return None
    rows = Letter.objects.filter(thing_kind=APPLICATION.kind, thing_id=application.pk, kind__in=REJECTIONS)
    return rows.filter(corrects=None).defer("content").order_by("-pk").first()


def send_reopening(
    actor: Actor,
    application: Application,
    decided: Letter | None,
    reason: str,
    presenter: Presenter,
    ground: LiftGround,
    dissent: str,
) -> None:
    """The decision that changes the one by which the application was `decided`: it is examined again."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **_reopened(actor, application, decided, language),
                "reasons": reason,
                "presenter": presenter.in_words(language),
                "act_provisions": cited((LIFT_PROVISIONS[ground],)),
                "dissent": dissent_in_words(dissent),
            }
    _send_reopened(actor, application, "letter_reopening", facts)


def send_reopening_by_court(
    actor: Actor, application: Application, decided: Letter, court: str, on: date | None, outcome: str
) -> None:
    """That the application is examined again, since a court has quashed the decision."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **_reopened(actor, application, decided, language),
                "court": court or gettext("The court"),
                "outcome_day": formatted(on, "j F Y") if on else "–",
                "outcome": outcome,
            }
    _send_reopened(actor, application, "letter_court_reopening", facts)


def _reopened(
    actor: Actor, application: Application, decided: Letter | None, language: str
) -> dict[str, str]:
    words = {
        "number": decided.number if decided else "–",
        "day": formatted(timezone.localdate(decided.at), "j F Y") if decided else "–",
    }
    return {
        **common(application),
        "day": formatted(timezone.localdate(), "j F Y"),
        "earlier": EARLIER[decided.kind if decided else ""] % words,
        "decider": signature(actor.user_id, actor.name, language),
    }


def _send_reopened(
    actor: Actor, application: Application, kind: str, facts: dict[str, dict[str, str]]
) -> None:
    signed = {language: [each["decider"]] for language, each in facts.items()}
    letter = write(actor, contents(kind, application, facts, signed), Target.of(application))
    _send(actor, application, letter, "application_reopened", DocumentKind.DECISION)


def preview_decision(actor: Actor, application: Application, proposal: Proposal) -> bytes:
    require_impartial(actor, application)
    return preview(decision(actor, application, proposal))


def completion_request(
    actor: Actor, application: Application, request: str, steps: Iterable[str]
) -> Contents:
    names = list(steps)  # read once for each language
    letter, provision = REQUESTS[CompletionKind(application.completion_kind or CompletionKind.QUESTION)]
    facts, signed = {}, {}
    for language in LANGUAGES:
        with override(language):
            parts = "\n".join(str(BY_NAME[name].title) for name in names)
            last = formatted(application.complete_by, "j F Y") if application.complete_by else ""
            facts[language] = {
                **common(application),
                "request": request,
                "steps": parts,
                "complete_by": last,
                "act_provision": citation(provision),
                "decider": signature(actor.user_id, actor.name, language),
            }
            signed[language] = [facts[language]["decider"]]
    return contents(letter, application, facts, signed)


def decision(actor: Actor, application: Application, proposal: Proposal) -> Contents:
    facts, signed, stated = {}, {}, proposal.conditions
    for language in LANGUAGES:
        with override(language):
            proposer = signature(proposal.proposed_by, proposal.proposed_by_name, language)
            decider = signature(actor.user_id, actor.name, language)
            facts[language] = {
                **common(application),
                # 32 § förvaltningslagen: the letter states the circumstances that decided the matter.
                "reasons": _reasons(application, proposal),
                "unmet": _unmet_criteria(application) if proposal.outcome == Outcome.REJECT else "",
                "terms_version": str(accepted_version(application) or ""),
                "proposer": proposer,
                "decider": decider,
                **letter_facts(stated),
                **(_order(application) if proposal.outcome == Outcome.DISMISS else {}),
            }
            signed[language] = [decider]
    made = contents(OUTCOMES[Outcome(proposal.outcome)][0], application, facts, signed)
    return made if stated else replace(made, without=(SECTION,))


def _order(application: Application) -> dict[str, str]:
    order = last_order(application)
    served = order.served_on if order else None
    return {
        "order": order.letter.number if order else "–",
        "order_day": formatted(timezone.localdate(order.letter.at), "j F Y") if order else "–",
        "missing": str(order.letter.contents["facts"]["sv"]["request"])
        if order and order.letter.contents
        else "–",
        "served": formatted(served, "j F Y") if served else "–",
        "complete_by": formatted(application.complete_by, "j F Y") if application.complete_by else "–",
        "act_provision": citation(REQUESTS[CompletionKind.ORDER][1]),
    }


def _send(actor: Actor, application: Application, letter: Letter, kind: str, document: DocumentKind) -> None:
    facts = {
        "number": application.number,
        "organisation": application.organisation_name,
        "link": link_address(new_link(application)),
    }
    papers = [kept(application, letter, document)]
    about = Target.of(application)
    notify(kind, about, recipients_of(application), facts, by=actor.name, attachments=papers)


def _reasons(application: Application, proposal: Proposal) -> str:
    if not proposal.exception:
        return proposal.reason
    lines = [
        gettext("The criterion %(title)s is not met: %(reason)s") % {"title": title, "reason": reason}
        for title, reason in _not_met(application)
    ]
    lines.append(gettext("We grant membership nevertheless: %s") % proposal.exception)
    return "\n\n".join([proposal.reason, *lines])


def _unmet_criteria(application: Application) -> str:
    lines = [
        gettext("“%(title)s”. Reason: %(reason)s") % {"title": title, "reason": reason}
        for title, reason in _not_met(application)
    ]
    return gettext("Criteria that are not met:") + "\n\n" + "\n\n".join(lines) if lines else ""


def _not_met(application: Application) -> list[tuple[str, str]]:
    assessments = assessments_of(application)
    verdicts = {key: assessment.verdict for key, assessment in assessments.items()}
    unmet = not_met(criteria_of(application), verdicts)
    return [(criterion.title, assessments[criterion.key].reason) for criterion in unmet]
