"""Decay formulas: how a base score falls over time (MISP's formulas). Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

DAY = 24 * 3600
RETENTION = "retention"


class ScoringTag(NamedTuple):
    """A tag with a numerical value: on the attribute itself, or inherited from its event."""

    name: str
    value: float
    inherited: bool


@dataclass(frozen=True, slots=True)
class SightingStatus:
    """The facts about an attribute that a score depends on.

    `elapsed`: seconds since it was last sighted, or else last seen or changed. `seen` counts its confirming
    sightings, `sightings` all of them.
    """

    elapsed: float
    tags: Sequence[ScoringTag] = ()
    seen: int = 0
    sightings: int = 0


type Formula = Callable[[float, Mapping[str, Any], SightingStatus], float]


def base_score(parameters: Mapping[str, Any], tags: Sequence[ScoringTag]) -> float:
    """The weighted mean of the tags' values by the model's weights; the model's default if no tag has a
    weight."""
    weights: Mapping[str, float] = parameters.get("base_score_config") or {}
    weighed = [(weights[key], tag.value) for key, tag in _prevailing(weights, tags)]
    total = sum(weight for weight, _ in weighed)
    if not total:
        return float(parameters["default_base_score"])
    return sum(weight * value for weight, value in weighed) / total


def polynomial(base: float, parameters: Mapping[str, Any], standing: SightingStatus) -> float:
    """``base · (1 − (t / lifetime)^(1 / decay_speed))``, and 0 after the lifetime."""
    share = standing.elapsed / (parameters["lifetime"] * DAY)
    return base * (1 - share ** (1 / parameters["decay_speed"])) if share < 1 else 0.0


def polynomial_extended(base: float, parameters: Mapping[str, Any], standing: SightingStatus) -> float:
    retentions = [tag for _, tag in _prevailing({RETENTION: 1.0}, standing.tags)]
    if retentions and standing.elapsed > min(tag.value for tag in retentions) * DAY:
        return 0.0
    return polynomial(base, parameters, standing)


def sightings(base: float, _parameters: Mapping[str, Any], standing: SightingStatus) -> float:
    return base * standing.seen / standing.sightings if standing.sightings else base


FORMULAS: dict[str, Formula] = {
    "Polynomial": polynomial,
    "PolynomialExtended": polynomial_extended,
    "Sightings": sightings,
}


def _prevailing(weights: Mapping[str, float], tags: Iterable[ScoringTag]) -> Iterable[tuple[str, ScoringTag]]:
    """The tags that have a weight, with its key; the attribute's own tags override its event's."""
    matching = [(key, tag) for tag in tags if (key := _key(weights, tag.name)) is not None]
    own = {_predicate(tag.name) for _, tag in matching if not tag.inherited}
    return [(key, tag) for key, tag in matching if not (tag.inherited and _predicate(tag.name) in own)]


def _key(weights: Mapping[str, float], name: str) -> str | None:
    # A model may weigh a predicate (`a:b`) or a whole namespace (`a`): the nearer weight counts.
    for key in (name.partition("=")[0], name.partition(":")[0]):
        if key in weights:
            return key
    return None


def _predicate(name: str) -> str:
    """The part by which an attribute's tag overrides its event's: ``a:b="c"`` → ``a:b``, and ``a:b`` → ``a``."""
    before, equals, _ = name.partition("=")
    return before if equals else name.partition(":")[0]
