"""Template tags of charts that the server draws. `{% load charts %}`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template

from vardkase.web.ui import charts

register = template.Library()


@register.inclusion_tag("components/day_bars.html")
def day_bars(label: str, days: Sequence[tuple[date, int]]) -> dict[str, Any]:
    """Counts per day as bars, the last one (today) in flare. `label` must say the gist in words."""
    ends = {"first": days[0][0], "last": days[-1][0]} if days else {}
    return {"label": label, "bars": charts.day_bars([count for _, count in days]), **ends}


@register.inclusion_tag("components/line_chart.html")
def line_chart(
    label: str, chart: charts.LineChart, level_label: str = "", mark_label: str = ""
) -> dict[str, Any]:
    """A line over time, of `charts.line_chart`. `label` must say the gist in words; the page has the numbers in a
    table beside it."""
    return {"label": label, "chart": chart, "level_label": level_label, "mark_label": mark_label}
