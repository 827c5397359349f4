"""Queries for decaying models: those of the actor's organisation and those for everyone."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.own_or_everyones import own_or_everyones_predicate
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import reader_parameters
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.problems import DecayingModelProblem


def visible_models(actor: Actor) -> QuerySet[DecayingModel]:
    sql = f"SELECT m.id FROM decaying_model m WHERE {own_or_everyones_predicate(actor, 'm')}"
    ids = [row[0] for row in cursor().execute(sql, reader_parameters(actor)).fetchall()]
    return DecayingModel.objects.filter(pk__in=ids).order_by("pk").prefetch_related("mappings")


def find_model(actor: Actor, reference: Reference) -> DecayingModel:
    condition = by_reference(reference)
    model = visible_models(actor).filter(condition).first() if condition is not None else None
    if model is None:
        raise NotFound(DecayingModelProblem.NOT_FOUND())
    return model


def may_edit(actor: Actor, model: DecayingModel) -> bool:
    if actor.is_site_admin:
        return True
    allowed = actor.may(Permission.DECAYING) or actor.may(Permission.ADMIN)
    return allowed and not model.default and model.org_id == actor.organisation_id


def types_of(model: DecayingModel) -> list[str]:
    mapped = [mapping.attribute_type for mapping in model.mappings.all()]
    return list(dict.fromkeys([*model.attribute_types, *mapped]))
