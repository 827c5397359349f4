"""Cross-step validation of the form: the terms must be accepted by the signatory, or the form explains why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.problems import Problem
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.problems import AnswerProblem


def between_steps(answers: Mapping[str, Any]) -> dict[str, list[Problem]]:
    """Problems across steps, by path: the person accepting the terms must be the signatory, or the form must
    say why not."""
    if not accepted_by_another(answers) or value_at(answers, "terms.why_not_signatory"):
        return {}
    named = value_at(answers, "contacts.signatory.name")
    return {"terms.why_not_signatory": [AnswerProblem.ACCEPTED_BY_ANOTHER(name=named)]}


def accepted_by_another(answers: Mapping[str, Any]) -> bool:
    named, accepting = (
        " ".join(str(value_at(answers, path) or "").casefold().split())
        for path in ("contacts.signatory.name", "terms.name")
    )
    return bool(named and accepting) and named != accepting
