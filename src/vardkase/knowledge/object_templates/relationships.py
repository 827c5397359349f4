"""Relationship types of references: packaged and custom ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.fields import fill
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.object_templates.models import ObjectRelationship
from vardkase.knowledge.object_templates.problems import RelationshipTypeProblem

LONGEST_NAME = 255
LONGEST_TEXT = 10_000
MOST_FORMATS = 50


def relationships() -> QuerySet[ObjectRelationship]:
    return ObjectRelationship.objects.order_by("name")


@transaction.atomic
def add_relationship(actor: Actor, data: Mapping[str, Any]) -> ObjectRelationship:
    actor.require_writing(Permission.OBJECT_TEMPLATE)
    relationship = ObjectRelationship(org_id=actor.organisation_id, version=1)
    return _saved(actor, relationship, data, KnowledgeAction.OBJECT_RELATIONSHIP_ADDED)


@transaction.atomic
def edit_relationship(actor: Actor, relationship_id: int, data: Mapping[str, Any]) -> ObjectRelationship:
    """Change an own relationship type and increment its version; existing references keep their name.

    Raises Forbidden, NotFound, Invalid.
    """
    actor.require_writing(Permission.OBJECT_TEMPLATE)
    relationship = _lock_own(actor, relationship_id)
    relationship.version += 1
    return _saved(actor, relationship, data, KnowledgeAction.OBJECT_RELATIONSHIP_EDITED)


@transaction.atomic
def delete_relationship(actor: Actor, relationship_id: int) -> None:
    actor.require_writing(Permission.OBJECT_TEMPLATE)
    relationship = _lock_own(actor, relationship_id)
    target = Target.of(relationship)
    relationship.delete()
    record(actor, KnowledgeAction.OBJECT_RELATIONSHIP_DELETED, target)


def _lock_own(actor: Actor, relationship_id: int) -> ObjectRelationship:
    relationship = first_or_not_found(
        ObjectRelationship.objects.select_for_update().filter(pk=relationship_id),
        RelationshipTypeProblem.NOT_FOUND(),
    )
    if not relationship.org_id:
        raise Forbidden(RelationshipTypeProblem.PACKAGED())
    if relationship.org_id != actor.organisation_id and not actor.is_site_admin:
        raise Forbidden(RelationshipTypeProblem.NOT_OWNER())
    return relationship


def _saved(
    actor: Actor, relationship: ObjectRelationship, data: Mapping[str, Any], action: AuditAction
) -> ObjectRelationship:
    fill(
        relationship,
        data,
        {
            "name": relationship_name,
            "description": lambda value: _text(value, LONGEST_TEXT),
            "format": format_names,
        },
    )
    if ObjectRelationship.objects.filter(name=relationship.name).exclude(pk=relationship.pk).exists():
        raise Invalid({"name": [RelationshipTypeProblem.NAME_TAKEN()]})
    relationship.save()
    record(actor, action, Target.of(relationship))
    return relationship


def relationship_name(value: Any) -> str:
    name = _text(value, LONGEST_NAME)
    if not name:
        raise Invalid(CommonProblem.MISSING())
    return name


def format_names(value: Any) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > MOST_FORMATS:
        raise Invalid(RelationshipTypeProblem.BAD_FORMATS(most=MOST_FORMATS))
    return [_text(name, LONGEST_NAME) for name in listed]


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or "\0" in value or len(text := value.strip()) > longest:
        raise Invalid(RelationshipTypeProblem.BAD_TEXT(most=longest))
    return text
