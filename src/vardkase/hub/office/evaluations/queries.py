"""Queries for evaluations."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationNote
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.quarterly.document import as_json
from vardkase.hub.office.quarterly.figures import figures
from vardkase.hub.office.quarterly.periods import Period, compared_days
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import OVERSEE


def evaluations(actor: Actor, text: str = "", state: str = "") -> QuerySet[Evaluation]:
    actor.require_staff(*OVERSEE)
    rows = Evaluation.objects.defer("figures")
    if text:
        rows = rows.filter(title__icontains=text)
    return rows.filter(state=state) if state else rows


def find_evaluation(actor: Actor, pk: int) -> Evaluation:
    actor.require_staff(*OVERSEE)
    return first_or_not_found(Evaluation.objects.filter(pk=pk), OfficeProblem.NO_SUCH_EVALUATION())


def notes_of(evaluation: Evaluation) -> list[EvaluationNote]:
    return list(evaluation.notes.order_by("pk"))


def figures_of(evaluation: Evaluation) -> dict[str, Any]:
    """The figures of its period: those of the day when it was closed, or those of now."""
    if evaluation.figures is not None:
        return dict(evaluation.figures)
    periods = compared_days(Period(evaluation.first, evaluation.last))
    return as_json(evaluation.title, periods, figures(periods), timezone.localtime())
