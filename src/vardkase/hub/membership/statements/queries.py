"""Reading security statements: a member its own, the hub's staff all of them."""

from __future__ import annotations

from vardkase.core import files
from vardkase.core.errors import NotFound
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import memberships
from vardkase.hub.membership.statements.models import OPEN, Evidence, Statement, StatementState
from vardkase.identity.access.actor import Actor


def current(membership: Membership) -> Statement | None:
    """The accepted statement that holds longest, whether or not it has ended."""
    accepted = membership.statements.filter(state=StatementState.ACCEPTED)
    return accepted.order_by("-valid_until", "-pk").first()


def open_statement(membership: Membership) -> Statement | None:
    """The one that is being written, or waits for the officer."""
    return membership.statements.filter(state__in=OPEN).first()


def find_evidence(actor: Actor, pk: int) -> Evidence:
    """A file of evidence that the actor may see. Raises NotFound."""
    found = Evidence.objects.filter(pk=pk, statement__membership__in=memberships(actor)).first()
    if found is None:
        raise NotFound("Invalid file")
    return found


def content_of(evidence: Evidence) -> bytes:
    """The file's bytes. Raises NotFound when it is gone."""
    try:
        return files.read(evidence.digest)
    except FileNotFoundError:
        raise NotFound("Invalid file") from None
