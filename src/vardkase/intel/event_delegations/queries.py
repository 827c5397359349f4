"""Queries for an organisation's open delegation requests, incoming and outgoing."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.paging import Page, PagePosition, page_of, sound
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


def delegation_page(
    actor: Actor, context: str, place: PagePosition | None, size: int
) -> Page[EventDelegation]:
    """A page of requests, newest first."""
    place = sound(place, "bigint")
    found = delegations(actor, context).select_related("sharing_group").order_by("-pk")
    if place is not None and place.back:
        found = found.filter(pk__gt=place.id).order_by("pk")
    elif place is not None:
        found = found.filter(pk__lt=place.id)
    return page_of(list(found[: size + 1]), place, size, lambda request: (request.pk, request.pk))


def delegation_of_event(actor: Actor, event_id: int) -> EventDelegation | None:
    """The open request about an event, for the two organisations that it concerns."""
    own = delegations(actor, PENDING) | delegations(actor, ISSUED)
    return own.select_related("sharing_group").filter(event_id=event_id).first()


def find_delegation(actor: Actor, reference: Reference) -> EventDelegation:
    number = as_int(reference)
    delegation = delegations(actor).filter(pk=number).first() if number is not None and number > 0 else None
    if delegation is None:
        raise NotFound(DelegationProblem.NOT_FOUND())
    return delegation
