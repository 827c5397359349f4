"""Officers ask a member to renew its security statement, before or after its last day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.mail.models import SentMail, SentState
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.queries import last_statement_day
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services.transitions import locked
from vardkase.hub.membership.statements import mails
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference

BETWEEN = timedelta(hours=20)
"""Between two such mails to one member."""


@transaction.atomic
def ask_for_renewal(actor: Actor, reference: Reference) -> None:
    """Mail the member. Raises NotFound, Forbidden, and Conflict if it was asked within a day."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    asked = SentMail.objects.filter(
        kind=mails.ASKED, thing_kind="membership", thing_id=membership.pk, at__gt=timezone.now() - BETWEEN
    )
    if asked.exclude(state=SentState.FAILED).exists():
        raise Conflict(StatementProblem.ASKED_ALREADY())
    day = last_statement_day(membership)
    mails.ask(actor, membership, day, has_ended=day < today())
    note_in_history(actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_STATEMENT_ASKED)
