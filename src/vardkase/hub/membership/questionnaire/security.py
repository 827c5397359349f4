"""Step 4: the security statement, by theme and measure; evidence is attached to each measure."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import Problem
from vardkase.hub.membership.questionnaire import checks
from vardkase.hub.membership.questionnaire.fields import (
    Answers,
    Choices,
    FieldGroup,
    FieldKind,
    FormField,
    FormStep,
)
from vardkase.hub.membership.questionnaire.problems import AnswerProblem, UnansweredProblem
from vardkase.hub.membership.themes import THEMES

LEVELS: Choices = (
    ("0", _("0: Not started")),
    ("1", _("1: Started")),
    ("2", _("2: Partly done")),
    ("3", _("3: Done and documented")),
    ("4", _("4: Done, monitored and improved")),
)

NEEDS_PLAN = frozenset({"0", "1", "2"})
"""Levels at which the gap and the plan of a measure are required."""
NEEDS_DATE = frozenset({"0", "1"})
"""Levels at which the plan needs a date as well."""


def unplanned(answers: Answers) -> dict[str, list[Problem]]:
    """Missing gap, plan or date of measures that are not implemented, by key ("risk.plan")."""
    missing: dict[str, list[Problem]] = {}
    for name, answer in answers.items():
        level = answer.get("level") if isinstance(answer, Mapping) else None
        if level in NEEDS_PLAN and not (answer.get("gap") and answer.get("plan")):
            missing[f"{name}.plan"] = [AnswerProblem.LACKS_PLAN()]
        if level in NEEDS_DATE and not answer.get("by"):
            missing[f"{name}.by"] = [AnswerProblem.LACKS_PLANNED_DATE()]
    return missing


SECURITY = FormStep(
    "security",
    _("Security"),
    _("Security statement"),
    _(
        "Your progress with each measure. The level must be substantially equivalent to the Cybersecurity "
        "Act (2025:1506) or ISO 27001. Allow half an hour."
    ),
    tuple(
        FieldGroup(
            (
                FormField(
                    "level",
                    _("Level"),
                    FieldKind.CHOICE,
                    choices=LEVELS,
                    missing=UnansweredProblem.LEVEL,
                ),
                FormField("gap", _("What is missing"), FieldKind.LONG, required=False, longest=1000),
                FormField(
                    "plan", _("What you will do, and when"), FieldKind.LONG, required=False, longest=1000
                ),
                FormField(
                    "by",
                    _("Completion date"),
                    required=False,
                    longest=10,
                    hint=_("Required at levels 0 and 1. Use the format 2027-03-31."),
                    check=checks.day,
                ),
            ),
            measure.name,
            measure.title,
            measure.help,
        )
        for theme in THEMES
        for measure in theme.measures
    ),
    unplanned,
)
