"""Decay scores of attributes, computed per page with one query per kind of fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import time
from typing import Any

from vardkase.analysis.decay.formulas import FORMULAS, ScoringTag, SightingStatus, base_score
from vardkase.analysis.decay.options import DecayOptions
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.user_settings.queries import values_for
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.queries import counts_by_type, last_sighted
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.queries import find_model, types_of, visible_models
from vardkase.knowledge.decaying_models.rules import number, overridden

OVERRIDES = "tag_numerical_value_override"


@dataclass(frozen=True, slots=True)
class AppliedModel:
    """A model as applied by one search.

    `types` is None when the search named the model: it then applies to every type.
    """

    model: DecayingModel
    parameters: Mapping[str, Any]
    types: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Score:
    model: DecayingModel
    score: float
    base_score: float
    decayed: bool


@dataclass(frozen=True, slots=True)
class ScoringFacts:
    """The columns of an attribute that scoring needs; `last_seen` is in microseconds."""

    type: str
    event_id: int
    timestamp: int
    last_seen: int | None


class Scorer:
    """Scores for one reader and one search. Raises Invalid when the search's overrides are inconsistent."""

    def __init__(self, actor: Actor, options: DecayOptions) -> None:
        self._actor = actor
        self.full_model = options.full_model
        self._models = [
            AppliedModel(model, overridden(model.parameters, options.overrides), types)
            for model, types in _selected_models(actor, options)
        ]
        self._own_values = _own_values(actor) if self._models else {}

    def scores(self, attribute_ids: Sequence[int], now: float | None = None) -> dict[int, list[Score]]:
        """Attribute id → its scores, one per applicable model; attributes without scores are omitted."""
        facts = self._facts(attribute_ids)
        if not facts:
            return {}
        standings = self._standings(facts, time() if now is None else now)
        return {
            attribute_id: [
                _score(applied, standings[attribute_id])
                for applied in self._models
                if applied.types is None or fact.type in applied.types
            ]
            for attribute_id, fact in facts.items()
        }

    def kept(self, attribute_ids: Sequence[int]) -> list[bool]:
        """For each attribute, False only if every model that scores it considers it decayed."""
        scores = self.scores(attribute_ids)
        return [
            not scores.get(attribute_id) or not all(score.decayed for score in scores[attribute_id])
            for attribute_id in attribute_ids
        ]

    def event_scores(self, event_ids: Sequence[int]) -> dict[int, list[Score]]:
        tags = self._event_tags(event_ids) if self._models else {}
        scores = {}
        for event_id in event_ids if self._models else ():
            standing = SightingStatus(0, tags.get(event_id, ()))
            scores[event_id] = [_score(applied, standing) for applied in self._models]
        return scores

    def standing(self, attribute_id: int, now: float) -> SightingStatus:
        return self._standings(self._facts([attribute_id]), now)[attribute_id]

    def score_after(self, standing: SightingStatus, elapsed: float) -> Score:
        """The score after `elapsed` seconds, by the only model of the search."""
        return _score(self._models[0], replace(standing, elapsed=elapsed))

    def _facts(self, attribute_ids: Sequence[int]) -> dict[int, ScoringFacts]:
        types = {name for applied in self._models for name in applied.types or ()}
        every = any(applied.types is None for applied in self._models)
        if not types and not every:
            return {}
        parameters = {"ids": list(attribute_ids), "every": every, "types": list(types)}
        return {row[0]: ScoringFacts(*row[1:]) for row in cursor().execute(FACTS, parameters).fetchall()}

    def _standings(self, facts: Mapping[int, ScoringFacts], now: float) -> dict[int, SightingStatus]:
        ids = list(facts)
        event_tags = self._event_tags({fact.event_id for fact in facts.values()})
        own_tags = self._tags(ATTRIBUTE_TAGS, ids, inherited=False)
        sighted = last_sighted(self._actor, ids)
        counted = any(applied.model.formula == "Sightings" for applied in self._models)
        counts = counts_by_type(self._actor, ids) if counted else {}
        return {
            attribute_id: SightingStatus(
                max(0.0, now - _last(fact, sighted.get(attribute_id))),
                [*own_tags.get(attribute_id, ()), *event_tags.get(fact.event_id, ())],
                counts.get(attribute_id, {}).get(SightingType.SEEN, 0),
                sum(counts.get(attribute_id, {}).values()),
            )
            for attribute_id, fact in facts.items()
        }

    def _event_tags(self, event_ids: Sequence[int] | set[int]) -> dict[int, list[ScoringTag]]:
        return self._tags(EVENT_TAGS, list(event_ids), inherited=True)

    def _tags(self, sql: str, ids: Sequence[int], *, inherited: bool) -> dict[int, list[ScoringTag]]:
        parameters = {"ids": ids, "names": list(self._own_values)}
        tags: dict[int, list[ScoringTag]] = defaultdict(list)
        for owner, name, value in cursor().execute(sql, parameters):
            tags[owner].append(ScoringTag(name, self._own_values.get(name.lower(), value), inherited))
        return tags


FACTS = """
SELECT id, type, event_id, timestamp, last_seen FROM attribute
WHERE id = ANY(%(ids)s::bigint[]) AND (%(every)s OR type = ANY(%(types)s::text[]))
"""

EVENT_TAGS = """
SELECT l.event_id, t.name, t.numerical_value FROM event_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = ANY(%(ids)s::bigint[]) AND t.exportable
  AND (t.numerical_value IS NOT NULL OR lower(t.name) = ANY(%(names)s::text[]))
ORDER BY l.id
"""

ATTRIBUTE_TAGS = EVENT_TAGS.replace("event_tag", "attribute_tag").replace("event_id", "attribute_id")


def _selected_models(
    actor: Actor, options: DecayOptions
) -> list[tuple[DecayingModel, frozenset[str] | None]]:
    if not options.models:
        return [(model, frozenset(types_of(model))) for model in visible_models(actor).filter(enabled=True)]
    models: dict[int, DecayingModel] = {}
    for reference in options.models:
        try:
            model = find_model(actor, reference)
        # A model that the reader may not see is left out; the others still score.
        except NotFound:
            continue
        models[model.pk] = model
    return [(model, None) for model in models.values()]


def _own_values(actor: Actor) -> dict[str, float]:
    values = values_for(OVERRIDES, [actor.user_id]) if actor.user_id is not None else {}
    own = next(iter(values.values()), None)
    if not isinstance(own, dict):
        return {}
    return {name.lower(): value for name, text in own.items() if (value := number(text)) is not None}


def _last(fact: ScoringFacts, sighted: int | None) -> float:
    # `last_seen` is in microseconds; a sighting replaces it, and a later change of the attribute wins over
    # both.
    seen = fact.last_seen / 1_000_000 if fact.last_seen is not None else fact.timestamp
    return max(fact.timestamp, seen if sighted is None else sighted)


def _score(applied: AppliedModel, standing: SightingStatus) -> Score:
    base = base_score(applied.parameters, standing.tags)
    score = max(0.0, FORMULAS[applied.model.formula](base, applied.parameters, standing))
    return Score(applied.model, score, base, score < applied.parameters["threshold"])
