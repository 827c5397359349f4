"""View data of one application: history, criteria, security statement, status of the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from vardkase.hub.correspondence.letters.signatures import names_of, signature
from vardkase.hub.correspondence.queries import sent_about
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.applications.accepted_terms import accepted_version, lacks_current_terms
from vardkase.hub.membership.applications.documents import answer_in_words
from vardkase.hub.membership.applications.models import Application, ApplicationState, Author
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services.conversation import OPEN_TO_MESSAGES
from vardkase.hub.membership.assessments import queries
from vardkase.hub.membership.assessments.access import conflict_of
from vardkase.hub.membership.assessments.conflicting_claims import claims
from vardkase.hub.membership.assessments.decision import refusal_of_dismissal
from vardkase.hub.membership.assessments.letters import letters_of
from vardkase.hub.membership.assessments.models import Proposal, Verdict
from vardkase.hub.membership.assessments.queries import DAYS_TO_DECIDE
from vardkase.hub.membership.assessments.services.reopening import REOPEN
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.hub.membership.phases.queries import opening_in_words, phase_title
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.steps import BY_NAME, STEPS
from vardkase.hub.membership.sectors import Nis2Status
from vardkase.hub.membership.themes import THEMES, Theme
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import RequestState
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.web.ui.display import short_date

ICONS = {Verdict.MET: "check", Verdict.REMARK: "flag", Verdict.NOT_MET: "x", Verdict.NOT_APPLICABLE: "minus"}
HIGHEST_LEVEL = 4
LONGEST_COURSE = 5
"""Steps that have been, on the scale; the timeline has them all."""
VOICES = {"applicant": (Author.APPLICANT, Author.OFFICER), "internal": (Author.NOTE,)}


def _agreed(application: Application, proposals: Sequence[Proposal]) -> dict[str, Any]:
    """The decision in force, and who proposed and made it."""
    approved = [each for each in proposals if each.state == RequestState.APPROVED]
    agreed = approved[-1] if approved and application.decided else None
    if agreed is None:
        return {"agreed": None}
    return {
        "agreed": agreed,
        "proposed_by": _name(agreed.proposed_by, agreed.proposed_by_name),
        "decided_by": _name(agreed.answered_by, agreed.answered_by_name),
    }


def _name(user_id: int | None, address: str) -> str:
    """As in letters; the address of an officer who has not stated a name."""
    return names_of([user_id] if user_id else []).get(user_id or 0, address)


def shown(actor: Actor, application: Application, voices: str = "") -> dict[str, Any]:
    history = list(history_of(APPLICATION, application.pk))
    proposals = queries.proposals_of(application)
    waiting = next((proposal for proposal in proposals if proposal.is_waiting), None)
    if waiting and not APPLICATION.may(application.state, waiting.outcome):
        waiting = None
    rows = criteria(application)
    return {
        "application": application,
        "handling": getattr(application, "handling", None),
        "about": about(application),
        "conflict": conflict_of(actor, application) or "",
        "claims": claims(actor, application),
        "course": course(application, history, waiting),
        "criteria": rows,
        "terms": queries.terms_against(application),
        "terms_accepted": accepted_version(application),
        "lacks_terms": lacks_current_terms(application),
        "assessed": sum(1 for row in rows if row["found"]),
        "unmet": any(row["found"] and row["found"].verdict == Verdict.NOT_MET for row in rows),
        "statement": statement(application),
        "dismissal_refused": refusal_of_dismissal(application) if application.is_ordered else "",
        "proposals": proposals,
        "waiting": waiting,
        "proposer": _name(waiting.proposed_by, waiting.proposed_by_name) if waiting else "",
        **_agreed(application, proposals),
        "is_mine": bool(waiting and waiting.proposed_by == actor.user_id),
        "signs_as": getattr(signature(actor), "name", ""),
        "member": Membership.objects.filter(application=application)
        .values_list("organisation_id", flat=True)
        .first(),
        "waits_for": phase_title(application.waits_for),
        "opening": opening_in_words(application.waits_for, timezone.now()),
        "said": [
            message
            for message in queries.conversation(actor, application)
            if message.kind in VOICES.get(voices, Author.values)
        ],
        "voices": voices,
        "may_write": application.state in OPEN_TO_MESSAGES,
        "history": [
            {"entry": entry, "words": str(APPLICATION.steps[entry.step].act.text)} for entry in history
        ],
        "letters": letters_of(application),
        "sent": list(sent_about("application", application.pk)),
        "steps": APPLICATION.open_steps(application.state),
        "reopening": waiting_request(REOPEN.name, application.number),
    }


def about(application: Application) -> str:
    """ "Municipality, 212000-0142. Essential entity. Connection: Web. Phase 2, Public sector." """
    number = application.organisation_number
    parts = [
        f"{application.get_sector_display()}, {hyphenated(number)}"
        if number
        else application.get_sector_display(),
        application.get_nis2_display() if application.nis2 != Nis2Status.UNKNOWN else "",
        gettext("Connection: %s") % application.get_connection_display(),
        phase_title(application.phase or application.waits_for),
    ]
    return ". ".join(part for part in parts if part) + "."


def course(
    application: Application, history: list[HistoryEntry], waiting: Proposal | None
) -> list[dict[str, str]]:
    steps = [
        {
            "label": str(ApplicationState(entry.after).label),
            "detail": short_date(timezone.localdate(entry.at)),
            "state": "done",
        }
        for entry in history[-LONGEST_COURSE:]
    ]
    if application.decided or application.state == ApplicationState.WITHDRAWN:
        if application.state == ApplicationState.APPROVED:
            return [*steps, {"label": gettext("Connection"), "detail": "", "state": "now"}]
        return steps
    facts = {"day": queries.age_in_days(application), "limit": DAYS_TO_DECIDE.value}
    day = gettext("day %(day)s of %(limit)s") % facts
    decision = {
        "label": pgettext("step", "Decision"),
        "detail": day if waiting else "",
        "state": "now" if waiting else "",
    }
    if steps and not waiting:
        is_counted = application.state != ApplicationState.WAITING
        detail = f"{steps[-1]['detail']}, {day}" if is_counted else steps[-1]["detail"]
        steps[-1] |= {"state": "now", "detail": detail}
    return [*steps, decision, {"label": gettext("Connection"), "detail": "", "state": ""}]


def criteria(application: Application, tried: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    assessments = queries.assessments_of(application)
    rows = []
    for criterion in queries.criteria_of(application):
        draft = tried if tried and tried["key"] == criterion.key else None
        stored = assessments.get(criterion.key)
        rows.append(
            {
                "criterion": criterion,
                "found": stored,
                "verdict": draft["verdict"] if draft else stored.verdict if stored else "",
                "reason": draft["reason"] if draft else stored.reason if stored else "",
                "error": draft["error"] if draft else "",
                "evidence": str(BY_NAME[criterion.step].short) if criterion.step in BY_NAME else "",
                "choices": [(value, label, ICONS[Verdict(value)]) for value, label in Verdict.choices],
            }
        )
    return rows


def statement(application: Application) -> list[dict[str, Any]]:
    answers = application.answers.get("security") or {}
    files: dict[str, list[Any]] = {}
    for attachment in application.attachments.filter(message=None).order_by("pk"):
        files.setdefault(attachment.measure, []).append(attachment)
    return [_theme(theme, answers, files) for theme in THEMES]


def _theme(theme: Theme, answers: Mapping[str, Any], files: Mapping[str, list[Any]]) -> dict[str, Any]:
    answered = [(measure, answers.get(measure.name) or {}) for measure in theme.measures]
    levels = [int(answer["level"]) for _, answer in answered if str(answer.get("level", "")).isdecimal()]
    lowest = min(levels, default=0)
    return {
        "title": theme.title,
        "level": lowest,
        "squares": [(step * 11 + 0.5, "on" if step < lowest else "off") for step in range(HIGHEST_LEVEL)],
        "files": [file for measure, _ in answered for file in files.get(measure.name, [])],
        "gaps": [
            {"measure": measure.title, **{name: answer.get(name) or "" for name in ("gap", "plan", "by")}}
            for measure, answer in answered
            if answer.get("gap") or answer.get("plan")
        ],
    }


def sections(application: Application) -> list[dict[str, Any]]:
    shown_sections = []
    for step in STEPS:
        answers = application.answers.get(step.name) or {}
        groups = [
            {
                "title": group.title,
                "answers": [
                    (field.label, answer_in_words(field, value_at(answers, group.key(field))))
                    for field in group.fields
                ],
            }
            for group in step.groups
            if group.is_asked(answers)
        ]
        shown_sections.append({"name": step.name, "title": step.title, "groups": groups})
    return shown_sections
