"""Cases as their pages show them: steps, states, history."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.public_records.cases.models import Assessed, CaseState, RecordsCase
from vardkase.hub.public_records.cases.quarantine import is_closed
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER, BY_HAND, CASE, HISTORY_LABELS, is_late

PILLS: dict[str, str] = {
    CaseState.REGISTERED: "info",
    CaseState.MATERIAL: "info",
    CaseState.CONSULTATION: "wait",
    CaseState.ASSESSMENT: "land",
    CaseState.DECIDED: "ok",
    CaseState.APPEALED: "warn",
    CaseState.CLOSED: "out",
}
ASSESSED_PILLS: dict[str, str] = {Assessed.RELEASE: "ok", Assessed.MASK: "warn", Assessed.WITHHOLD: "lock"}
SHOWN_STEPS: list[str] = [state for state in CaseState if state is not CaseState.APPEALED]


def described(case: RecordsCase) -> dict[str, Any]:
    return {
        "case": case,
        "pill": PILLS[case.state],
        "late": is_late(case),
        "age": age(case),
    }


def age(case: RecordsCase) -> str:
    hours = int(((case.answered_at or timezone.now()) - case.asked_at).total_seconds() // 3600)
    if not hours:
        return gettext("less than an hour")
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def steps(case: RecordsCase) -> list[dict[str, Any]]:
    """The stepper; the appeal is in it only where there is one. Nobody has to consult, or even to find material."""
    taken = {CaseState.REGISTERED.value, *history_of(CASE, case.pk).values_list("after", flat=True)}
    shown: list[str] = list(CaseState) if case.state == CaseState.APPEALED else SHOWN_STEPS
    at = shown.index(case.state)
    items: list[dict[str, Any]] = [
        {
            "label": CaseState(state).label,
            "state": _step_state(place, at, is_taken=state in taken),
        }
        for place, state in enumerate(shown)
    ]
    consulted = items[shown.index(CaseState.CONSULTATION)]
    if consulted["state"] == "done" and case.consultations.filter(answered_at=None).exists():
        # The case goes on without the answers; they are still welcome until it is answered.
        waits = case.answered_at is None
        consulted |= {"state": "also" if waits else "done", "detail": gettext("not answered by all")}
    return items


def _step_state(place: int, at: int, *, is_taken: bool) -> str:
    if place < at:
        return "done" if is_taken else "skipped"
    return "now" if place == at else "coming"


def by_hand(case: RecordsCase) -> list[tuple[str, Any]]:
    return [(name, CASE.steps[name].words) for name in CASE.open_steps(case.state) if name in BY_HAND]


def history(case: RecordsCase) -> list[dict[str, Any]]:
    rows = history_of(CASE, case.pk).annotate(is_closed=is_closed("thing_id", "at"))
    return [
        {
            "when": row.at,
            "who": row.actor_name,
            "words": CaseState(row.after).label
            if row.step in CASE.steps
            else HISTORY_LABELS.get(row.step, row.step),
            "note": "" if row.is_closed else row.note,
        }
        for row in rows.order_by("-pk")[:200]
    ]


def is_unanswered(case: RecordsCase) -> bool:
    return case.state in BEFORE_ANSWER
