"""The five steps in which people give and read an opinion from 0 to 100."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from vardkase.analysis.search.value_opinions import ValueOpinion
from vardkase.web.ui.display import thin

STEPS: dict[int, str | Promise] = {
    0: _("Strongly disagree"),
    25: _("Disagree"),
    50: _("Neutral"),
    75: _("Agree"),
    100: _("Strongly agree"),
}
COLOURS = {0: "bad", 25: "warn", 50: "info", 75: "ok", 100: "ok"}


@dataclass(frozen=True, slots=True)
class OpinionVerdict:
    kind: str
    words: str
    detail: str


def step_of(opinion: int) -> int:
    """The nearest step; of two that are as near, the one closer to neutral."""
    return min(STEPS, key=lambda step: (abs(step - opinion), abs(step - 50)))


def verdict_of(opinions: Iterable[ValueOpinion]) -> OpinionVerdict | None:
    """What the organisations think on average, each counted once."""
    numbers = [each.opinion for each in opinions]
    if not numbers:
        return None
    average = round(sum(numbers) / len(numbers))
    step = step_of(average)
    detail = ngettext(
        "The opinion of %(n)s organisation: %(average)s out of 100.",
        "The average of %(n)s organisations: %(average)s out of 100.",
        len(numbers),
    )
    return OpinionVerdict(
        COLOURS[step], str(STEPS[step]), detail % {"n": thin(len(numbers)), "average": average}
    )
