"""A conflict of interest in a membership, answered on record as in an application."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.assessments.access import is_partial_in
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.assessments.services.reviewing import checked
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.rules import TECHNICAL, conflict_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference

ANSWER = tuple(sorted({*OFFICERS, *TECHNICAL}))
"""Whose duties have to do with memberships: they answer for themselves."""


@transaction.atomic
def declare_partial(actor: Actor, reference: Reference, reason: str, *, partial: bool = True) -> Membership:
    """Answer on record whether one is partial in a membership, and why.

    Whoever is takes no further part in it, its statements and requests; that is not taken back. Whoever the member
    names as a contact answers before they do anything else with it. Raises Forbidden, NotFound, Invalid under `reason`.
    """
    actor.require_writing()
    actor.require_staff(*ANSWER)
    membership = find_membership(actor, reference)
    if actor.user_id is None:
        raise Forbidden
    if actor.organisation_id == membership.organisation_id or is_partial_in(actor, membership):
        raise NotImpartial(conflict_of(actor, membership))
    Partiality.objects.update_or_create(
        {"reason": checked(reason, "reason"), "is_partial": partial},
        organisation_id=membership.organisation_id,
        user_id=actor.user_id,
    )
    action = "membership.partiality_declared" if partial else "membership.impartiality_declared"
    organisation = membership.organisation
    record(actor, action, Target("membership", organisation.pk, organisation.uuid, organisation.name))
    return membership
