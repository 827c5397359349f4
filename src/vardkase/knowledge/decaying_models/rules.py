"""Validation of decaying models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.knowledge.decaying_models.problems import DecayingModelProblem
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.types import TYPES

FORMULAS = ("Polynomial", "PolynomialExtended", "Sightings")
LONGEST_NAME = 255
LONGEST = 65_535

# The formulas divide by the first two.
RANGES: dict[str, tuple[float, float]] = {
    "lifetime": (1e-6, 1e6),
    "decay_speed": (1e-6, 1e6),
    "threshold": (0, 1e6),
    "default_base_score": (0, 1e6),
}
"""What each number of the parameters may be: days, an exponent, and two scores."""


@dataclass(frozen=True, slots=True)
class ModelFields:
    """A checked model. `uuid` is None if none was given."""

    uuid: UUID | None
    name: str
    description: str
    parameters: dict[str, Any]
    attribute_types: list[str]
    ref: list[str]
    formula: str
    version: int
    all_orgs: bool
    enabled: bool


def model_fields(data: Mapping[str, Any]) -> ModelFields:
    """The model in `data`. Raises Invalid by field."""
    errors: dict[str, list[Problem]] = {}
    formula = data.get("formula", FORMULAS[0])
    if formula not in FORMULAS:
        errors["formula"] = [DecayingModelProblem.BAD_FORMULA(choices=FORMULAS)]
    version = as_int(data.get("version", 1))
    if version is None or not 0 <= version < 2**31:
        errors["version"] = [DecayingModelProblem.BAD_VERSION()]
    name = value.strip() if isinstance(value := data.get("name"), str) else ""
    if not 0 < len(name) <= LONGEST_NAME:
        errors["name"] = [DecayingModelProblem.BAD_NAME(most=LONGEST_NAME)]
    fields = ModelFields(
        uuid=_uuid(data.get("uuid"), errors),
        name=name,
        description=str(data.get("description") or "")[:LONGEST],
        parameters=_parameters(data.get("parameters"), errors),
        attribute_types=attribute_types(data.get("attribute_types") or [], errors),
        ref=_references(data.get("ref") or [], errors),
        formula=str(formula),
        version=version or 0,
        all_orgs=as_bool(data.get("all_orgs"), default=True),
        enabled=as_bool(data.get("enabled")),
    )
    if errors:
        raise Invalid(errors)
    return fields


def overridden(parameters: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[Problem]] = {}
    merged = _parameters({**parameters, **overrides}, errors)
    if errors:
        raise Invalid(errors)
    return merged


def attribute_types(value: object, errors: dict[str, list[Problem]]) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(name in TYPES for name in names):
        errors["attribute_types"] = [DecayingModelProblem.UNKNOWN_TYPES()]
        return []
    return list(dict.fromkeys(names))


def _uuid(value: object, errors: dict[str, list[Problem]]) -> UUID | None:
    if value in (None, ""):
        return None
    try:
        return UUID(str(value))
    except ValueError:
        errors["uuid"] = [CommonProblem.NOT_AN_RFC_4122_UUID()]
        return None


def _references(value: object, errors: dict[str, list[Problem]]) -> list[str]:
    refs = [value] if isinstance(value, str) else value
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        errors["ref"] = [DecayingModelProblem.BAD_REFERENCES()]
        return []
    return refs


def _without_exponent(value: float) -> str:
    return f"{value:f}".rstrip("0").rstrip(".")


def _parameters(document: object, errors: dict[str, list[Problem]]) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        errors["parameters"] = [DecayingModelProblem.BAD_PARAMETERS()]
        return {}
    parameters = dict(document)
    for name, (least, most) in RANGES.items():
        if (value := number(parameters.get(name))) is None or not least <= value <= most:
            limits = {"least": _without_exponent(least), "most": _without_exponent(most)}
            errors[name] = [DecayingModelProblem.OUT_OF_RANGE(name=name, **limits)]
        else:
            parameters[name] = value
    config = parameters.setdefault("base_score_config", {}) or {}
    weights = (
        {name: number(weight) for name, weight in config.items()}
        if isinstance(config, Mapping)
        else {"": None}
    )
    if not all(weight is not None and 0 <= weight <= 1e6 for weight in weights.values()):
        errors["base_score_config"] = [DecayingModelProblem.BAD_WEIGHTS()]
    parameters["base_score_config"] = weights
    return parameters


def number(value: object) -> int | float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
        value = int(value) if math.isfinite(value) and value.is_integer() else value
    # True and False are integers to Python.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= 1e9 else None
