"""Layers of MITRE's ATT&CK Navigator (format 4.5): techniques with scores and comments, as JSON.

Format: https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.knowledge.galaxies.matrix_domains import Domain
from vardkase.knowledge.galaxies.problems import LayerProblem

LAYER_VERSION, NAVIGATOR_VERSION = "4.5", "5.1.0"
GRADIENT = ("#e3eff2", "#07414f")
MOST_TECHNIQUES = 10_000
LONGEST_TEXT = 2_000
LARGEST_SCORE = 1_000_000


@dataclass(frozen=True, slots=True)
class LayerTechnique:
    """What a layer says of a technique: `score` is None if it gives none."""

    code: str
    score: float | None
    comment: str
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    domain: str
    techniques: Mapping[str, LayerTechnique]
    """By code. A technique that the layer names once for each tactic has the highest of the scores."""


def write_layer(name: str, description: str, domain: Domain, scores: Mapping[str, int]) -> bytes:
    """The techniques of `domain` that have a score, by tag name, in each of their tactics."""
    columns = domain.columns_by_technique()
    scored = [one for one in domain.techniques if one.code and scores.get(one.tag_name)]
    parents = {one.code.rpartition(".")[0] for one in scored}
    document = {
        "name": name,
        "versions": {"navigator": NAVIGATOR_VERSION, "layer": LAYER_VERSION},
        "domain": domain.key,
        "description": description,
        "sorting": 3,  # By descending score.
        "hideDisabled": False,
        "techniques": [
            {
                "techniqueID": one.code,
                "tactic": column.key,
                "score": scores[one.tag_name],
                "enabled": True,
                "comment": "",
                "showSubtechniques": one.code in parents,
            }
            for one in scored
            for column in columns[one.id]
        ],
        "gradient": {
            "colors": list(GRADIENT),
            "minValue": 0,
            "maxValue": max((scores[one.tag_name] for one in scored), default=1),
        },
    }
    return msgspec.json.encode(document)


def read_layer(content: bytes) -> Layer:
    """Raises Invalid for what is not a layer. Colours, links and the like are left out."""
    try:
        document = json_limits.decoded(content.decode())
    except ValueError:
        raise Invalid({"layer": [LayerProblem.NOT_JSON()]}) from None
    listed = document.get("techniques") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise Invalid({"layer": [LayerProblem.NOT_A_LAYER()]})
    if len(listed) > MOST_TECHNIQUES:
        raise Invalid({"layer": [LayerProblem.TOO_MANY_TECHNIQUES(most=MOST_TECHNIQUES)]})
    techniques: dict[str, LayerTechnique] = {}
    for entry in listed:
        if isinstance(entry, dict) and (code := _text(entry.get("techniqueID"))):
            read = _technique(code, entry)
            known = techniques.get(code)
            techniques[code] = read if known is None else _together(known, read)
    return Layer(_text(document.get("name")), _text(document.get("domain")), techniques)


def _technique(code: str, entry: Mapping[str, Any]) -> LayerTechnique:
    score = entry.get("score")
    # Clamped, because JSON has numbers that no sum or share of them can be made of.
    clamped = None
    if isinstance(score, int | float) and not isinstance(score, bool):
        clamped = max(-LARGEST_SCORE, min(score, LARGEST_SCORE))
    return LayerTechnique(code, clamped, _text(entry.get("comment")), entry.get("enabled") is not False)


def _together(one: LayerTechnique, other: LayerTechnique) -> LayerTechnique:
    scores = [each.score for each in (one, other) if each.score is not None]
    return LayerTechnique(
        one.code,
        max(scores, default=None),
        one.comment or other.comment,
        one.is_enabled or other.is_enabled,
    )


def _text(value: Any) -> str:
    return value.replace("\0", "").strip()[:LONGEST_TEXT] if isinstance(value, str) else ""
