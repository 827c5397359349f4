"""Services for import expressions. They apply to incoming values from then on; stored values are unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.fields import Readers, fill
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.import_expressions.models import ImportExpression
from vardkase.knowledge.import_expressions.rules import (
    check_groups,
    read_regexp,
    read_replacement,
    read_type,
)
from vardkase.knowledge.problems import ImportExpressionProblem
from vardkase.misp.flags import as_int

MOST = 1_000


def expressions(actor: Actor) -> QuerySet[ImportExpression]:
    rows = ImportExpression.objects.order_by("pk")
    return rows if actor.may_read else rows.none()


@transaction.atomic
def add_expression(actor: Actor, data: Mapping[str, Any]) -> ImportExpression:
    _require_editor(actor)
    if ImportExpression.objects.count() >= MOST:
        raise Invalid({"regexp": [ImportExpressionProblem.TOO_MANY(most=MOST)]})
    row = ImportExpression()
    _write(row, data)
    record(actor, KnowledgeAction.IMPORT_EXPRESSION_ADDED, Target.of(row), _details(row))
    return row


@transaction.atomic
def edit_expression(actor: Actor, reference: str, data: Mapping[str, Any]) -> ImportExpression:
    _require_editor(actor)
    row = _find(actor, reference)
    _write(row, data)
    record(actor, KnowledgeAction.IMPORT_EXPRESSION_EDITED, Target.of(row), _details(row))
    return row


@transaction.atomic
def delete_expression(actor: Actor, reference: str) -> None:
    _require_editor(actor)
    row = _find(actor, reference)
    target = Target.of(row)
    row.delete()
    record(actor, KnowledgeAction.IMPORT_EXPRESSION_DELETED, target)


def _require_editor(actor: Actor) -> None:
    actor.require_writing(Permission.REGEXP_ACCESS)
    actor.require_content_access()  # An expression changes what members write.


def _find(actor: Actor, reference: str) -> ImportExpression:
    return first_or_not_found(
        expressions(actor).filter(pk=as_int(reference) or 0).select_for_update(),
        ImportExpressionProblem.NOT_FOUND(),
    )


def _write(row: ImportExpression, data: Mapping[str, Any]) -> None:
    fill(row, data, READERS)
    check_groups(row)
    row.save()


def _details(row: ImportExpression) -> dict[str, str]:
    return {"replacement": row.replacement, "type": row.type}


READERS: Readers = {"regexp": read_regexp, "replacement": read_replacement, "type": read_type}
