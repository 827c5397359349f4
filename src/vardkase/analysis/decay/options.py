"""Decay options of a search (restsearch.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vardkase.analysis.problems import DecayOptionProblem
from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.knowledge.decaying_models.rules import RANGES, overridden
from vardkase.misp.flags import as_bool

PARAMETERS = frozenset((
    "modelOverrides", "score", "includeDecayScore", "excludeDecayed", "includeFullModel", "includeScoresOnEvent",
    "decayingModel",
))  # fmt: skip
OVERRIDABLE = frozenset((*RANGES, "base_score_config", "settings"))
ANY_MODEL = {"lifetime": 1, "decay_speed": 1, "threshold": 0, "default_base_score": 0}
"""Overrides that make sense on this do so on every model."""


@dataclass(frozen=True, slots=True)
class DecayOptions:
    """`models` are ids or uuids; empty means every enabled model that applies to an attribute's type."""

    include_score: bool = False
    exclude_decayed: bool = False
    full_model: bool = False
    on_event: bool = False
    models: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)


def decay_options(search: Mapping[str, Any]) -> DecayOptions | None:
    """The decay options of a search; None if it asks for no scores. Raises Invalid for options that mean nothing."""
    if PARAMETERS.isdisjoint(search):
        return None
    overrides = search.get("modelOverrides") or {}
    if isinstance(overrides, str):
        try:
            overrides = json_limits.decoded(overrides)
        except ValueError:
            overrides = None
    if not isinstance(overrides, dict):
        raise Invalid({"modelOverrides": [DecayOptionProblem.BAD_OVERRIDES()]})
    parameters = {name: value for name, value in overrides.items() if name in OVERRIDABLE}
    if (score := search.get("score")) is not None:
        parameters["threshold"] = score
    # Raises Invalid: refused here, before the first byte of the answer, and not at the first model.
    overridden(ANY_MODEL, parameters)
    options = DecayOptions(
        include_score=as_bool(search.get("includeDecayScore")),
        exclude_decayed=as_bool(search.get("excludeDecayed")),
        full_model=as_bool(search.get("includeFullModel")),
        on_event=as_bool(search.get("includeScoresOnEvent")),
        models=_models(search.get("decayingModel")),
        overrides=parameters,
    )
    asks = options.include_score or options.exclude_decayed or options.on_event
    return options if asks else None


def _models(value: object) -> tuple[str, ...]:
    references = value if isinstance(value, list) else [value]
    if not all(isinstance(reference, str | int | None) for reference in references):
        raise Invalid({"decayingModel": [DecayOptionProblem.BAD_MODELS()]})
    return tuple(str(reference) for reference in references if reference not in (None, "", False))
