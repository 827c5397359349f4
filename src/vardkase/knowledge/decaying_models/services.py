"""Services for decaying models: create, edit, enable, and update the built-in ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.decaying_models import loader
from vardkase.knowledge.decaying_models.models import DecayingModel, DecayingModelMapping
from vardkase.knowledge.decaying_models.problems import DecayingModelProblem
from vardkase.knowledge.decaying_models.queries import may_edit
from vardkase.knowledge.decaying_models.rules import attribute_types, model_fields

MEMBERS = (
    "name", "description", "parameters", "attribute_types", "ref", "formula", "version", "all_orgs", "enabled",
)  # fmt: skip


@transaction.atomic
def update_models(actor: Actor, *, force: bool = False) -> int:
    """Store packaged models that are new or newer (all with `force`); returns how many."""
    actor.require_writing(Permission.SITE_ADMIN)
    updated = loader.store_packaged(actor.organisation_id, force=force)
    record(actor, KnowledgeAction.DECAYING_MODEL_UPDATED, Target("decaying_model"), {"updated": updated})
    return updated


@transaction.atomic
def add_model(
    actor: Actor, data: Mapping[str, Any], *, action: AuditAction = KnowledgeAction.DECAYING_MODEL_ADDED
) -> DecayingModel:
    require_editor(actor)
    fields = model_fields(data)
    values = asdict(fields)
    if fields.uuid is None:
        del values["uuid"]
    # Also one that the actor may not see: uuids are unique.
    elif DecayingModel.objects.filter(uuid=fields.uuid).exists():
        raise Invalid({"uuid": [DecayingModelProblem.UUID_TAKEN()]})
    model = DecayingModel.objects.create(org_id=actor.organisation_id, **values)
    record(actor, action, Target.of(model))
    return model


@transaction.atomic
def edit_model(actor: Actor, model_id: int, data: Mapping[str, Any]) -> DecayingModel:
    model = _editable(actor, model_id)
    before = {name: getattr(model, name) for name in MEMBERS}
    values = asdict(model_fields({**before, **{name: data[name] for name in MEMBERS if name in data}}))
    for name in MEMBERS:
        setattr(model, name, values[name])
    model.save()
    record(actor, KnowledgeAction.DECAYING_MODEL_EDITED, Target.of(model))
    return model


@transaction.atomic
def delete_model(actor: Actor, model_id: int) -> None:
    model = _editable(actor, model_id)
    target = Target.of(model)
    model.delete()
    record(actor, KnowledgeAction.DECAYING_MODEL_DELETED, target)


@transaction.atomic
def set_enabled(actor: Actor, model_id: int, *, enabled: bool) -> DecayingModel:
    """Use the model whenever a search asks for scores, or only when it names the model."""
    model = _editable(actor, model_id)
    model.enabled = enabled
    model.save(update_fields=["enabled"])
    record(
        actor,
        KnowledgeAction.DECAYING_MODEL_ENABLED if enabled else KnowledgeAction.DECAYING_MODEL_DISABLED,
        Target.of(model),
    )
    return model


@transaction.atomic
def map_types(actor: Actor, model_id: int, types: Sequence[str]) -> DecayingModel:
    model = _editable(actor, model_id)
    errors: dict[str, list[Problem]] = {}
    wanted = attribute_types(types, errors)
    if errors:
        raise Invalid(errors)
    model.mappings.all().delete()
    DecayingModelMapping.objects.bulk_create(
        DecayingModelMapping(model=model, attribute_type=name) for name in wanted
    )
    record(actor, KnowledgeAction.DECAYING_MODEL_TYPES_MAPPED, Target.of(model), {"types": wanted})
    return model


def require_editor(actor: Actor) -> None:
    actor.require_writing()
    if not (actor.may(Permission.DECAYING) or actor.may(Permission.ADMIN)):
        raise Forbidden


def _editable(actor: Actor, model_id: int) -> DecayingModel:
    require_editor(actor)
    model = DecayingModel.objects.select_for_update().filter(pk=model_id).first()
    if model is None:
        raise NotFound
    if not may_edit(actor, model):
        raise Forbidden(DecayingModelProblem.NOT_OWNER())
    return model
