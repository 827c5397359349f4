"""A security statement as a JSON document: ``{"risk": {"level": "3", "gap": "", "plan": ""}, …}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.security import SECURITY

KEYS = frozenset(key for key, _ in SECURITY.fields())


def answers_of(document: Any) -> dict[str, str]:
    """The answers in a document by key ("risk.level"), as the statement's services take them.

    Raises Invalid by path for unknown keys and values that are not text.
    """
    if not isinstance(document, Mapping):
        raise Invalid({"answers": [MembershipProblem.NOT_AN_OBJECT()]})
    errors: dict[str, list[Problem]] = {}
    answers: dict[str, str] = {}
    for measure, answer in document.items():
        parts = answer if isinstance(answer, Mapping) else {"": answer}
        for part, value in parts.items():
            key = f"{measure}.{part}".rstrip(".")[:100]
            if key not in KEYS:
                errors[key] = [MembershipProblem.UNKNOWN_FIELD()]
            # A bool is an int to Python, and "True" would be stored.
            elif isinstance(value, bool) or not isinstance(value, str | int):
                errors[key] = [MembershipProblem.NOT_TEXT()]
            else:
                answers[key] = str(value)
    if errors:
        raise Invalid(errors)
    return answers
