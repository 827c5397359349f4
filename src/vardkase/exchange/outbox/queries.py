"""Queries for deliveries by receiver, time and version, for administrators."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from vardkase.exchange.outbox.models import Delivery
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import is_id


def deliveries(
    actor: Actor,
    *,
    event: str = "",
    receiver: str = "",
    kind: str = "",
    state: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Delivery]:
    """Deliveries filtered by event (id or uuid), receiver name and kind, state and days; unordered. Raises
    Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    exact = {"kind": kind, "state": state, "at__date__gte": since, "at__date__lte": until}
    found = Delivery.objects.filter(**{name: value for name, value in exact.items() if value})
    if receiver:
        found = found.filter(receiver_name__icontains=receiver)
    event = event.strip()
    if not event:
        return found
    if is_id(event):
        return found.filter(event_id=int(event))
    try:
        return found.filter(event_uuid=UUID(event))
    except ValueError:
        return found.none()
