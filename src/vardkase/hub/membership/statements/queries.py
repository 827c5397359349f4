"""Queries for security statements: a member sees its own, officers all, operators and auditors none."""

from __future__ import annotations

from vardkase.core import files
from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import may_read_statements, memberships
from vardkase.hub.membership.statements.models import OPEN, Evidence, Statement, StatementState
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.identity.access.actor import Actor


def require_statements(actor: Actor, membership: Membership) -> None:
    if not may_read_statements(actor, membership):
        raise Forbidden(StatementProblem.NOT_TO_READ())


def current(membership: Membership) -> Statement | None:
    """The accepted statement with the latest end, expired or not."""
    accepted = membership.statements.filter(state=StatementState.ACCEPTED)
    return accepted.order_by("-valid_until", "-pk").first()


def open_statement(membership: Membership) -> Statement | None:
    return membership.statements.filter(state__in=OPEN).first()


def shown_statement(membership: Membership) -> Statement:
    """Whose answers the form begins with: the open one's, else those of the last accepted one, else none."""
    return open_statement(membership) or current(membership) or Statement(membership=membership)


def find_evidence(actor: Actor, pk: int) -> Evidence:
    rows = Evidence.objects.select_related("statement__membership")
    evidence = rows.filter(pk=pk, statement__membership__in=memberships(actor)).first()
    if evidence is None or not may_read_statements(actor, evidence.statement.membership):
        raise NotFound(StatementProblem.NO_SUCH_FILE())
    return evidence


def content_of(evidence: Evidence) -> bytes:
    try:
        return files.read(evidence.digest)
    except FileNotFoundError:
        raise NotFound(StatementProblem.NO_SUCH_FILE()) from None
