"""Decaying models and scores in MISP's format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw

from vardkase.analysis.decay.scores import Score, Scorer
from vardkase.formats.misp_json.structs import Attribute, EventHeader, ListedAttribute, encoder
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.queries import types_of


def add_scores(scorer: Scorer, page: Sequence[Attribute | ListedAttribute]) -> None:
    """Set `decay_score` on each attribute to which a model applies."""
    scores = scorer.scores([int(attribute.id) for attribute in page])
    for attribute in page:
        if found := scores.get(int(attribute.id)):
            attribute.decay_score = Raw(encoder.encode([_score(scorer, each) for each in found]))


def add_event_scores(scorer: Scorer, headers: Sequence[EventHeader]) -> None:
    scores = scorer.event_scores([int(header.id) for header in headers])
    for header in headers:
        if found := scores.get(int(header.id)):
            blocks = [
                {"base_score": plain(each.base_score), "DecayingModel": _model(scorer, each)}
                for each in found
            ]
            header.event_scores = Raw(encoder.encode(blocks))


def model_document(model: DecayingModel) -> dict[str, Any]:
    return {
        "id": str(model.pk),
        "uuid": str(model.uuid),
        "name": model.name,
        "parameters": model.parameters,
        "attribute_types": types_of(model),
        "description": model.description,
        "org_id": str(model.org_id),
        "enabled": model.enabled,
        "all_orgs": model.all_orgs,
        "ref": model.ref,
        "formula": model.formula,
        "version": str(model.version),
        "default": model.default,
    }


def plain(score: float) -> int | float:
    """A whole number without a decimal point, as PHP writes it."""
    return int(score) if score.is_integer() else score


def _score(scorer: Scorer, score: Score) -> dict[str, Any]:
    return {
        "score": plain(score.score),
        "base_score": plain(score.base_score),
        "decayed": score.decayed,
        "DecayingModel": _model(scorer, score),
    }


def _model(scorer: Scorer, score: Score) -> dict[str, Any]:
    if scorer.full_model:
        return model_document(score.model)
    return {"id": str(score.model.pk), "name": score.model.name}
