"""Simulation of a decaying model on an attribute: its score per day and what makes up the base score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from vardkase.analysis.decay.formulas import DAY, FORMULAS, SightingStatus
from vardkase.analysis.decay.options import DecayOptions
from vardkase.analysis.decay.scores import Score, Scorer
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.decaying_models.models import DecayingModel

STEPS = 200


@dataclass(frozen=True, slots=True)
class Point:
    """A score at a point in time (ISO 8601)."""

    date: str
    score: float


@dataclass(frozen=True, slots=True)
class Simulation:
    """`course` runs from `since` (Unix seconds) to the end of the model's lifetime; `tags` are those that
    affect the score."""

    since: int
    now: Score
    tags: dict[str, float]
    course: list[Point]


def simulate(actor: Actor, model: DecayingModel, attribute_id: int) -> Simulation:
    """Simulate a model on an attribute. The caller has checked that the actor may read it."""
    scorer = Scorer(actor, DecayOptions(models=(str(model.pk),)))
    now = time()
    standing = scorer.standing(attribute_id, now)
    since = max(0.0, now - standing.elapsed)
    lifetime = float(model.parameters["lifetime"]) * DAY
    course = [
        Point(
            datetime.fromtimestamp(since + elapsed, UTC).isoformat(timespec="seconds"),
            scorer.score_after(standing, elapsed).score,
        )
        for elapsed in (lifetime * step / STEPS for step in range(STEPS + 1))
    ]
    tags = {tag.name: tag.value for tag in standing.tags}
    return Simulation(int(since), scorer.score_after(standing, standing.elapsed), tags, course)


def course_of_model(model: DecayingModel) -> list[tuple[float, float]]:
    """The score of an attribute without tags and sightings by its age in days, to the end of the lifetime."""
    lifetime = float(model.parameters["lifetime"])
    base = float(model.parameters["default_base_score"])
    formula = FORMULAS[model.formula]
    ages = (lifetime * step / STEPS for step in range(STEPS + 1))
    return [(age, formula(base, model.parameters, SightingStatus(age * DAY))) for age in ages]


def days_until(course: Sequence[tuple[float, float]], threshold: float) -> float | None:
    """The first age at which the score is below the threshold; None if it stays above."""
    return next((age for age, score in course if score < threshold), None)


def strongest(actor: Actor, attribute_ids: Sequence[int]) -> tuple[DecayingModel, Simulation] | None:
    """The highest score that a model gives to any of these attributes, and how it develops; None if no enabled model
    applies to them. The caller has checked that the actor may read them."""
    scored = Scorer(actor, DecayOptions(include_score=True)).scores(attribute_ids)
    every = [(score.score, pk, score.model) for pk, scores in scored.items() for score in scores]
    if not every:
        return None
    _score, attribute_id, model = max(every, key=lambda each: (each[0], each[1]))
    return model, simulate(actor, model, attribute_id)


def valued_taxonomies() -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, float]] = {}
    for key, tag, value in cursor().execute(VALUED).fetchall():
        values.setdefault(key, {})[tag] = value
    return values


VALUED = """
SELECT concat(x.namespace, ':', p.value), concat(x.namespace, ':', p.value, '="', e.value, '"'), e.numerical_value
FROM taxonomy_entry e JOIN taxonomy_predicate p ON p.id = e.predicate_id JOIN taxonomy x ON x.id = p.taxonomy_id
WHERE x.enabled AND e.numerical_value IS NOT NULL
UNION ALL
SELECT x.namespace, concat(x.namespace, ':', p.value), p.numerical_value
FROM taxonomy_predicate p JOIN taxonomy x ON x.id = p.taxonomy_id
WHERE x.enabled AND p.numerical_value IS NOT NULL
ORDER BY 1, 2
"""
