"""The parts of a value's page that show it over time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vardkase.analysis.decay.formulas import DAY
from vardkase.analysis.decay.simulation import strongest
from vardkase.analysis.search.value_history import (
    SightingHistory,
    occurrences_by_month,
    uses_by_organisation,
)
from vardkase.identity.access.actor import Actor
from vardkase.web.intel.events.rows import moment
from vardkase.web.ui.charts import LineChart, line_chart
from vardkase.web.ui.display import short_date


@dataclass(frozen=True, slots=True)
class DecayPanel:
    """The score of a value now, and when it falls below its model's threshold; None if it has, or never will."""

    model: str
    score: int
    threshold: int
    ends: datetime | None
    chart: LineChart

    @property
    def is_decayed(self) -> bool:
        return self.score < self.threshold


def over_time(
    actor: Actor, value: str, attribute_ids: Sequence[int], sightings: SightingHistory | None
) -> dict[str, Any]:
    return {
        "uses": [
            {"use": use, "first": moment(use.first_seen), "last": moment(use.last_seen)}
            for use in uses_by_organisation(actor, value)
        ],
        "months": occurrences_by_month(actor, value),
        "sightings": sightings,
        "sighting_bars": [(month.month, month.seen) for month in sightings.months] if sightings else [],
        "sighted_last": moment(sightings.last_seen) if sightings and sightings.last_seen else None,
        "decay": _decay(actor, attribute_ids),
    }


def _decay(actor: Actor, attribute_ids: Sequence[int]) -> DecayPanel | None:
    if (found := strongest(actor, attribute_ids)) is None:
        return None
    model, simulation = found
    lifetime = float(model.parameters["lifetime"]) * DAY
    threshold = float(model.parameters["threshold"])
    scores = [point.score for point in simulation.course]
    below = next((place for place, score in enumerate(scores) if score < threshold), None)
    now = time.time()
    ends = None if below is None else simulation.since + lifetime * below / max(len(scores) - 1, 1)
    return DecayPanel(
        model.name,
        round(simulation.now.score),
        round(threshold),
        moment(int(ends)) if ends is not None and ends > now else None,
        line_chart(
            scores,
            [short_date(moment(int(simulation.since + lifetime * share))) for share in (0, 0.5, 1)],
            level=threshold,
            mark=(now - simulation.since) / lifetime if lifetime else None,
        ),
    )
