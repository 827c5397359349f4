"""A member writes and renews its security statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core import files
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.file_names import safe_name
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.version_tokens import RowChanged, version_token
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.membership.applications.files import kind_of
from vardkase.hub.membership.applications.uploads import count_uploads
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_member
from vardkase.hub.membership.members.services.transitions import locked
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.reading import read_step
from vardkase.hub.membership.questionnaire.security import SECURITY
from vardkase.hub.membership.statements.models import Evidence, Statement, StatementState
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.hub.membership.statements.queries import shown_statement
from vardkase.hub.membership.statements.rules import STATEMENT
from vardkase.hub.membership.statements.settings import VALID_DAYS
from vardkase.hub.membership.themes import MEASURES
from vardkase.hub.signatures.checking import checked_signatures
from vardkase.identity.access.actor import Actor

MOST_FILES = 40
COPIED = ("measure", "name", "kind", "digest", "size", "signatures")
"""Fields that a file of an application and a file of evidence have in common."""


@transaction.atomic
def save_statement(
    actor: Actor, given: Mapping[str, Any], mark: str = ""
) -> tuple[Statement, dict[str, list[Problem]]]:
    """Save the statement of the actor's own organisation, complete or not; returns it and its errors by key.

    `given` maps "risk.level", "risk.gap", "risk.plan" and so on. `mark`: the version token of the statement whose
    answers were shown. Raises RowChanged if others are stored by now, Conflict while an officer reviews it,
    NotFound, Forbidden.
    """
    membership = _locked(actor)
    seen = shown_statement(membership)
    read = read_step(SECURITY, given)
    statement = _editable(membership)
    if mark and mark != version_token(seen) and read.values != statement.answers:
        raise RowChanged
    statement.answers = read.values
    statement.save(update_fields=["answers"])
    return statement, read.errors


@transaction.atomic
def submit_statement(actor: Actor, given: Mapping[str, Any], mark: str = "") -> Statement:
    """Save and submit the statement. Raises Invalid by key if incomplete, and what `save_statement` raises."""
    statement, errors = save_statement(actor, given, mark)
    if errors:
        raise Invalid(errors)
    take_step(actor, STATEMENT, statement, "submit")
    statement.submitted, statement.submitted_by = timezone.now(), actor.name
    statement.save(update_fields=["submitted", "submitted_by"])
    note_in_history(
        actor, MEMBERSHIP, statement.membership, MembershipAction.MEMBERSHIP_STATEMENT_SUBMITTED, ""
    )
    return statement


@transaction.atomic
def add_evidence(
    actor: Actor, measure: str, name: str, content: bytes, *, valid_until: date | None = None
) -> Evidence:
    statement = _editable(_locked(actor))
    if measure not in MEASURES:
        raise Invalid({"measure": [StatementProblem.NO_MEASURE()]})
    if statement.evidence.count() >= MOST_FILES:
        raise Invalid({"file": [MembershipProblem.TOO_MANY_VALUES(count=MOST_FILES)]})
    try:
        kind = kind_of(name, content)
    except Invalid as error:
        raise Invalid({"file": [error.problem]}) from None
    count_uploads(f"organisation {actor.organisation_id}", len(content), "file")
    added: Evidence = statement.evidence.create(
        measure=measure, name=safe_name(name), kind=kind, digest=files.store(content), size=len(content),
        valid_until=valid_until, signatures=checked_signatures(content),
    )  # fmt: skip
    record(
        actor, MembershipAction.SECURITY_STATEMENT_EVIDENCE_ADDED, Target.of(statement), {"name": added.name}
    )
    return added


@transaction.atomic
def remove_evidence(actor: Actor, pk: int) -> None:
    statement = _editable(_locked(actor))
    evidence = first_or_not_found(statement.evidence.filter(pk=pk), StatementProblem.NO_SUCH_FILE())
    evidence.delete()  # The content stays: another statement may share it by its digest.
    record(
        actor,
        MembershipAction.SECURITY_STATEMENT_EVIDENCE_REMOVED,
        Target.of(statement),
        {"name": evidence.name},
    )


def begin_from_application(membership: Membership) -> None:
    application = membership.application
    answers = (application.answers.get("security") or {}) if application else {}
    if application is None or not answers:
        return
    about = {"submitted": application.submitted, "submitted_by": application.organisation_name}
    statement = begin_with(membership, answers, **about, note=application.number)
    Evidence.objects.bulk_create(
        Evidence(statement=statement, **{name: getattr(attachment, name) for name in COPIED})
        for attachment in application.attachments.exclude(measure="")
    )


def begin_with(membership: Membership, answers: Mapping[str, Any], **about: Any) -> Statement:
    statement = Statement(
        membership=membership, state=StatementState.ACCEPTED, answers=dict(answers), **about
    )
    hold(membership, statement)
    statement.save()
    return statement


def until_of(statement: Statement) -> date:
    return statement.valid_until or today()


def hold(membership: Membership, statement: Statement) -> None:
    """Let a statement, which the caller saves, be valid from today on."""
    statement.valid_from = today()
    statement.valid_until = today() + timedelta(days=VALID_DAYS.value)
    # Copied to the membership, from which every request's access is computed.
    membership.statement_until = max(until_of(statement), membership.statement_until or until_of(statement))
    membership.save(update_fields=["statement_until"])


def _locked(actor: Actor) -> Membership:
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    return membership


def _editable(membership: Membership) -> Statement:
    """The draft statement of an organisation; started from the last one if there is none."""
    statement = shown_statement(membership)
    if statement.state == StatementState.SUBMITTED:
        raise Conflict(StatementProblem.SUBMITTED())
    if not statement.pk or statement.state == StatementState.ACCEPTED:
        statement = Statement.objects.create(membership=membership, answers=statement.answers)
    return statement
