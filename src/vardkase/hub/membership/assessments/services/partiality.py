"""Conflicts of interest (jäv) in an application or membership, declared on record by each handling officer."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.applications.access import locked
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.access import interest_of, is_partial_in
from vardkase.hub.membership.assessments.models import Handling, Partiality
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services.reviews import checked
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.rules import TECHNICAL, conflict_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.services import drop_conflicting, own_conflicts
from vardkase.identity.organisations.queries import Reference

HANDLERS = tuple(sorted({*OFFICERS, *TECHNICAL}))
"""The duties whose holders handle memberships, and declare whether they are partial."""


@transaction.atomic
def declare_in_application(
    actor: Actor, application: Application, reason: str, *, partial: bool = True
) -> list[ApprovalRequest]:
    """Declare on record whether the actor is partial in a case, and why; returns the actor's proposals that end.

    A partial officer takes no further part in the case, which cannot be undone. An officer named in the application
    declares this before doing anything else with it. Raises Forbidden, Invalid under `reason`.
    """
    # 18 § förvaltningslagen: who knows of a circumstance that may make them partial reports it at once.
    application = locked(application)
    user_id = _oneself(actor)
    actor.require_staff(*OFFICERS)
    if refusal := interest_of(actor, application):
        raise NotImpartial(refusal)
    before = own_conflicts(actor)
    Partiality.objects.update_or_create(
        {"reason": checked(reason, "reason"), "is_partial": partial},
        application=application,
        user_id=user_id,
    )
    if not partial:
        record(actor, MembershipAction.APPLICATION_IMPARTIALITY_DECLARED, Target.of(application))
        return []
    # 17 § förvaltningslagen: who is partial takes no further part in the case.
    Handling.objects.filter(application=application, officer=user_id).update(officer=None)
    record(actor, MembershipAction.APPLICATION_PARTIALITY_DECLARED, Target.of(application))
    return drop_conflicting(actor, before)


@transaction.atomic
def declare_in_membership(
    actor: Actor, reference: Reference, reason: str, *, partial: bool = True
) -> tuple[Membership, list[ApprovalRequest]]:
    """The same for a membership, its statements and its requests for help. Raises NotFound as well."""
    user_id = _oneself(actor)
    actor.require_staff(*HANDLERS)
    membership = find_membership(actor, reference)
    if actor.organisation_id == membership.organisation_id or is_partial_in(actor, membership):
        raise NotImpartial(conflict_of(actor, membership))
    before = own_conflicts(actor)
    Partiality.objects.update_or_create(
        {"reason": checked(reason, "reason"), "is_partial": partial},
        organisation_id=membership.organisation_id,
        user_id=user_id,
    )
    action = (
        MembershipAction.MEMBERSHIP_PARTIALITY_DECLARED
        if partial
        else MembershipAction.MEMBERSHIP_IMPARTIALITY_DECLARED
    )
    organisation = membership.organisation
    record(actor, action, Target("membership", organisation.pk, organisation.uuid, organisation.name))
    return membership, drop_conflicting(actor, before) if partial else []


def _oneself(actor: Actor) -> int:
    """The actor's account. Raises Forbidden unless the actor may write, and at the console."""
    actor.require_writing()
    # At the console, anybody can act under any name.
    if actor.user_id is None or actor.credential is Credential.CONSOLE:
        raise Forbidden(AssessmentProblem.ANSWERED_BY_ONESELF())
    return actor.user_id
