"""Relationship types of references: packaged and custom ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.fields import fill
from vardkase.core.problems import CommonProblem
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
    _require(actor)
    word = ObjectRelationship(org_id=actor.organisation_id, version=1)
    return _saved(actor, word, data, KnowledgeAction.OBJECT_RELATIONSHIP_ADDED)


@transaction.atomic
def edit_relationship(actor: Actor, relationship_id: int, data: Mapping[str, Any]) -> ObjectRelationship:
    """Change an own relationship type and increment its version; existing references keep their name.

    Raises Forbidden, NotFound, Invalid.
    """
    _require(actor)
    word = _own(actor, relationship_id)
    word.version += 1
    return _saved(actor, word, data, KnowledgeAction.OBJECT_RELATIONSHIP_EDITED)


@transaction.atomic
def delete_relationship(actor: Actor, relationship_id: int) -> None:
    _require(actor)
    word = _own(actor, relationship_id)
    target = _target(word)
    word.delete()
    record(actor, KnowledgeAction.OBJECT_RELATIONSHIP_DELETED, target)


def _require(actor: Actor) -> None:
    actor.require_writing()
    actor.require(Permission.OBJECT_TEMPLATE)


def _own(actor: Actor, relationship_id: int) -> ObjectRelationship:
    word = ObjectRelationship.objects.select_for_update().filter(pk=relationship_id).first()
    if word is None:
        raise NotFound(RelationshipTypeProblem.NOT_FOUND())
    if not word.org_id:
        raise Forbidden(RelationshipTypeProblem.PACKAGED())
    if word.org_id != actor.organisation_id and not actor.is_site_admin:
        raise Forbidden(RelationshipTypeProblem.NOT_OWNER())
    return word


def _saved(
    actor: Actor, word: ObjectRelationship, data: Mapping[str, Any], act: AuditAction
) -> ObjectRelationship:
    fill(word, data, {"name": _name, "description": _description, "format": _formats})
    if ObjectRelationship.objects.filter(name=word.name).exclude(pk=word.pk).exists():
        raise Invalid({"name": [RelationshipTypeProblem.NAME_TAKEN()]})
    word.save()
    record(actor, act, _target(word))
    return word


def _target(word: ObjectRelationship) -> Target:
    return Target("object_relationship", word.pk, title=word.name)


def _name(value: Any) -> str:
    name = _text(value, LONGEST_NAME)
    if not name:
        raise Invalid(CommonProblem.MISSING())
    return name


def _description(value: Any) -> str:
    return _text(value, LONGEST_TEXT)


def _formats(value: Any) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > MOST_FORMATS:
        raise Invalid(RelationshipTypeProblem.BAD_FORMATS(most=MOST_FORMATS))
    return [_text(each, LONGEST_NAME) for each in listed]


def _text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or "\0" in value or len(text := value.strip()) > longest:
        raise Invalid(RelationshipTypeProblem.BAD_TEXT(most=longest))
    return text
