"""Queries for pending account requests."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.registrations.models import Inbox
from vardkase.identity.registrations.problems import RegistrationProblem


def waiting(actor: Actor, search: str = "") -> QuerySet[Inbox]:
    actor.require(Permission.SITE_ADMIN)
    return Inbox.objects.filter(title__icontains=search).order_by("pk")


def find_requests(actor: Actor, references: Sequence[Reference]) -> list[Inbox]:
    condition = Q(pk=None)
    for reference in references:
        condition |= by_reference(reference) or Q(pk=None)
    requests = list(waiting(actor).filter(condition))
    if not requests or len(requests) < len(set(map(str, references))):
        raise NotFound(RegistrationProblem.NOT_FOUND())
    return requests
