"""Queries for personal data breaches, for those who handle them."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.data_protection.breaches.models import Breach, BreachState
from vardkase.hub.data_protection.problems import BreachProblem
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.identity.access.actor import Actor


def breaches(actor: Actor, *, state: str = "") -> QuerySet[Breach]:
    """Raises Forbidden."""
    actor.require_staff(*HANDLERS)
    rows = Breach.objects.select_related("owner")
    return rows.filter(state=state) if state else rows


def find_breach(actor: Actor, pk: int) -> Breach:
    return first_or_not_found(breaches(actor).filter(pk=pk), BreachProblem.NO_SUCH_BREACH())


def open_breaches(actor: Actor) -> int:
    """The number of open breaches; 0 for who does not handle them."""
    if actor.staff.isdisjoint(HANDLERS):
        return 0
    return Breach.objects.filter(state=BreachState.OPEN).count()
