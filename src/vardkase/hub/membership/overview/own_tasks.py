"""Open tasks of a member's administrators."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.hub.membership.agreements.queries import acceptance_of
from vardkase.hub.membership.conditions.queries import to_answer
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.hub.membership.overview.members import SOON
from vardkase.hub.membership.statements.models import StatementState
from vardkase.hub.membership.statements.queries import current, open_statement
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.open_tasks.registry import OpenTask
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access_reviews.queries import open_review_of, unanswered


def own_tasks(actor: Actor) -> list[OpenTask]:
    if not actor.may(Permission.ADMIN):
        return []
    memberships = Membership.objects.select_related("organisation", "application")
    membership = memberships.filter(organisation=actor.organisation_id).first()
    if membership is None or membership.state == MembershipState.TERMINATED:
        return []
    return [task for task in _tasks(membership) if task.count]


def _tasks(membership: Membership) -> Iterator[OpenTask]:
    yield OpenTask(_("Conditions to answer"), to_answer(membership), "membership")
    if membership.state == MembershipState.ONBOARDING:
        remaining = sum(not line.is_settled for line in checklist(membership))
        yield OpenTask(_("Items that remain before the membership is active"), remaining, "membership")
        return
    yield OpenTask(_("Security statement to renew"), int(_is_due(membership)), "membership_statement")
    accepted = acceptance_of(membership, current_terms().version)
    yield OpenTask(_("Terms to accept"), int(accepted is None), "terms")
    review = open_review_of(membership.organisation_id)
    yield OpenTask(_("Accounts to confirm"), unanswered(review).count() if review else 0, "own_security")


def _is_due(membership: Membership) -> bool:
    statement, draft = current(membership), open_statement(membership)
    if draft is not None and draft.state == StatementState.SUBMITTED:
        return False  # It is the hub owner's turn.
    return statement is None or statement.valid_until is None or statement.valid_until <= today() + SOON
