"""Queries for an organisation's open delegation requests, incoming and outgoing."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.problems import DelegationProblem
from vardkase.intel.queries.find import Reference
from vardkase.misp.flags import as_int

PENDING, ISSUED = "pending", "issued"


def delegations(actor: Actor, context: str = "") -> QuerySet[EventDelegation]:
    """By id: `context` "pending" are requests to the organisation, "issued" its own, otherwise both.

    Without such a context site administrators see everyone's.
    """
    incoming, outgoing = Q(org_id=actor.organisation_id), Q(requester_org_id=actor.organisation_id)
    requests = EventDelegation.objects.select_related("event", "org", "requester_org").order_by("pk")
    if not actor.may_read:
        return requests.none()
    if context in (PENDING, ISSUED):
        return requests.filter(incoming if context == PENDING else outgoing)
    return requests if actor.is_site_admin else requests.filter(incoming | outgoing)


def find_delegation(actor: Actor, reference: Reference) -> EventDelegation:
    number = as_int(reference)
    delegation = delegations(actor).filter(pk=number).first() if number is not None and number > 0 else None
    if delegation is None:
        raise NotFound(DelegationProblem.NOT_FOUND())
    return delegation
