"""The curve of a decaying model: as a chart, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from vardkase.analysis.decay.simulation import course_of_model, days_until
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.web.ui.charts import LineChart, line_chart

LABELS = 6
"""Places named on the axis of time."""
ROWS = 11
"""Rows of the table that has a curve in numbers."""


@dataclass(frozen=True, slots=True)
class Curve:
    """`rows`: ages in days, each with its score."""

    gist: str
    chart: LineChart
    rows: list[tuple[float, float]]


def curve_of(model: DecayingModel) -> Curve:
    course = course_of_model(model)
    threshold = float(model.parameters["threshold"])
    chart = line_chart(
        [score for _age, score in course],
        spread([gettext("%(n)s d") % {"n": f"{age:.3g}"} for age, _score in course], LABELS),
        level=threshold,
    )
    return Curve(_gist(days_until(course, threshold)), chart, spread(course, ROWS))


def spread[Item](items: Sequence[Item], count: int) -> list[Item]:
    """`count` of the items, evenly spread from the first to the last."""
    return [items[round(place * (len(items) - 1) / (count - 1))] for place in range(count)]


def _gist(age: float | None) -> str:
    if age is None:
        return gettext("Without tags and sightings, a value never decays.")
    days = round(age)
    return ngettext(
        "Without tags and sightings, a value has decayed after about %(n)s day.",
        "Without tags and sightings, a value has decayed after about %(n)s days.",
        days,
    ) % {"n": days}
