"""Services for evaluations: an officer opens one, writes in it with colleagues, and closes it with its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.membership.phases.queries import phase_titles
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationNote, EvaluationState, NoteKind
from vardkase.hub.office.evaluations.queries import figures_of, find_evaluation
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.quarterly.periods import FIRST_YEAR
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE

LONGEST_TITLE = 200
LONGEST = 10_000
LONGEST_QUESTION = 500
MOST_QUESTIONS = 30
MOST_NOTES = 500
MOST_YEARS = 5
HIGHEST = Decimal(10) ** 13


@transaction.atomic
def open_evaluation(actor: Actor, data: Mapping[str, Any]) -> Evaluation:
    """`data`: title, phase (a number or None), first, last, goals, and questions (texts).

    Raises Forbidden, Invalid by field.
    """
    _require(actor)
    made = Evaluation(created_by=actor.name, **_read(data, []))
    made.save()
    record(actor, OfficeAction.EVALUATION_OPENED, _target(made))
    return made


@transaction.atomic
def change_evaluation(actor: Actor, pk: int, data: Mapping[str, Any]) -> Evaluation:
    """As `open_evaluation`; the answers of questions that remain stay. Raises NotFound, Conflict once closed."""
    evaluation = _open(actor, pk)
    for name, value in _read(data, evaluation.questions).items():
        setattr(evaluation, name, value)
    evaluation.save()
    record(actor, OfficeAction.EVALUATION_CHANGED, _target(evaluation))
    return evaluation


@transaction.atomic
def write_evaluation(actor: Actor, pk: int, tried: str, learnt: str, answers: Sequence[str]) -> Evaluation:
    """Write what was tried and learnt, and the answers in the order of the questions. Each may still be empty.

    Raises Forbidden, NotFound, Conflict once closed, Invalid under `tried`, `learnt` and ``answer_0`` ….
    """
    evaluation = _open(actor, pk)
    texts = {
        "tried": tried,
        "learnt": learnt,
        **{f"answer_{place}": text for place, text in enumerate(answers)},
    }
    if len(answers) != len(evaluation.questions):
        raise Conflict(CommonProblem.CHANGED_MEANWHILE())
    if errors := {
        name: faults for name, text in texts.items() if (faults := _faults(text, LONGEST, needed=False))
    }:
        raise Invalid(errors)
    evaluation.tried, evaluation.learnt = _clean(tried), _clean(learnt)
    evaluation.questions = [
        {"text": question["text"], "answer": _clean(answer)}
        for question, answer in zip(evaluation.questions, answers, strict=True)
    ]
    evaluation.save()
    record(actor, OfficeAction.EVALUATION_CHANGED, _target(evaluation))
    return evaluation


@transaction.atomic
def add_note(actor: Actor, pk: int, text: str, value: Decimal | None = None) -> EvaluationNote:
    """A note, or a number if there is a `value`. Raises Forbidden, NotFound, Conflict, Invalid by field."""
    evaluation = _open(actor, pk)
    errors: dict[str, list[Problem]] = {}
    if faults := _faults(text, LONGEST):
        errors["text"] = faults
    if value is not None and not (value.is_finite() and abs(value) < HIGHEST and value == round(value, 2)):
        errors["value"] = [OfficeProblem.VALUE_NEEDED()]
    if errors:
        raise Invalid(errors)
    if evaluation.notes.count() >= MOST_NOTES:
        raise Conflict(OfficeProblem.TOO_MANY_NOTES(most=MOST_NOTES))
    kind = NoteKind.NOTE if value is None else NoteKind.NUMBER
    made = evaluation.notes.create(kind=kind, text=_clean(text), value=value, by=actor.name)
    record(actor, OfficeAction.EVALUATION_NOTE_ADDED, _target(evaluation), {"kind": kind.value})
    return made


@transaction.atomic
def remove_note(actor: Actor, pk: int, note_id: int) -> None:
    evaluation = _open(actor, pk)
    note = evaluation.notes.filter(pk=note_id).first()
    if note is None:
        raise NotFound(OfficeProblem.NO_SUCH_NOTE())
    note.delete()
    # What it said stays in the log: nothing else would.
    removed = {"text": note.text, "value": None if note.value is None else str(note.value)}
    record(actor, OfficeAction.EVALUATION_NOTE_REMOVED, _target(evaluation), removed)


@transaction.atomic
def close_evaluation(actor: Actor, pk: int) -> Evaluation:
    """Keep the figures of its period with it. Raises Forbidden, NotFound, Conflict while something is missing."""
    evaluation = _open(actor, pk)
    if evaluation.last >= today():
        raise Conflict(OfficeProblem.PERIOD_NOT_OVER())
    answers = [question["answer"] for question in evaluation.questions]
    if not all((evaluation.tried, evaluation.learnt, *answers)):
        raise Conflict(OfficeProblem.STILL_TO_WRITE())
    evaluation.figures = figures_of(evaluation)
    evaluation.state, evaluation.closed_by = EvaluationState.CLOSED, actor.name
    evaluation.closed_at = timezone.now()
    evaluation.save()
    record(actor, OfficeAction.EVALUATION_CLOSED, _target(evaluation))
    return evaluation


@transaction.atomic
def reopen_evaluation(actor: Actor, pk: int) -> Evaluation:
    """Its figures are calculated anew when it is closed again. Raises Forbidden, NotFound, Conflict if it is open."""
    evaluation = _locked(actor, pk)
    if evaluation.is_open:
        raise Conflict(OfficeProblem.EVALUATION_OPEN())
    evaluation.state, evaluation.closed_by = EvaluationState.OPEN, ""
    evaluation.closed_at = evaluation.figures = None
    evaluation.save()
    record(actor, OfficeAction.EVALUATION_REOPENED, _target(evaluation))
    return evaluation


def _read(data: Mapping[str, Any], answered: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    errors: dict[str, list[Problem]] = {}
    title = " ".join(str(data.get("title", "")).split())
    if faults := _faults(title, LONGEST_TITLE):
        errors["title"] = faults
    if faults := _faults(data.get("goals", ""), LONGEST):
        errors["goals"] = faults
    phase, first, last = data.get("phase"), data.get("first"), data.get("last")
    if phase is not None and phase not in (known := phase_titles()):
        errors["phase"] = [CommonProblem.NO_SUCH_CHOICE(choices=[str(number) for number in known if number])]
    errors |= _period_faults(first, last)
    questions = [_clean(text) for text in data.get("questions", ()) if text.strip()]
    if len(questions) > MOST_QUESTIONS or any(_faults(text, LONGEST_QUESTION) for text in questions):
        errors["questions"] = [OfficeProblem.AT_MOST_QUESTIONS(most=MOST_QUESTIONS, count=LONGEST_QUESTION)]
    if errors:
        raise Invalid(errors)
    answers = {question["text"]: question["answer"] for question in answered}
    return {
        "title": title,
        "phase": phase,
        "first": first,
        "last": last,
        "goals": _clean(data["goals"]),
        "questions": [{"text": text, "answer": answers.get(text, "")} for text in dict.fromkeys(questions)],
    }


def _period_faults(first: date | None, last: date | None) -> dict[str, list[Problem]]:
    if first is None or last is None:
        return {
            name: [CommonProblem.REQUIRED()]
            for name, day in (("first", first), ("last", last))
            if day is None
        }
    if last < first:
        return {"last": [OfficeProblem.DAYS_IN_ORDER()]}
    if first.year < FIRST_YEAR or last.year - first.year > MOST_YEARS:
        return {"first": [OfficeProblem.AT_MOST_YEARS(years=MOST_YEARS)]}
    return {}


def _faults(text: str, longest: int, *, needed: bool = True) -> list[Problem]:
    if (needed and not text.strip()) or len(text) > longest or "\0" in text:
        return [HubProblem.TEXT_LENGTH(count=longest)]
    return []


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _require(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DECIDE)


def _locked(actor: Actor, pk: int) -> Evaluation:
    _require(actor)
    find_evaluation(actor, pk)
    return Evaluation.objects.select_for_update().get(pk=pk)


def _open(actor: Actor, pk: int) -> Evaluation:
    evaluation = _locked(actor, pk)
    if not evaluation.is_open:
        raise Conflict(OfficeProblem.EVALUATION_CLOSED())
    return evaluation


def _target(evaluation: Evaluation) -> Target:
    return Target("evaluation", evaluation.pk, title=evaluation.title)
