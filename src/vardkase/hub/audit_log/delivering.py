"""Delivers checkpoints to the places outside, each at its own pace, at least once and in order."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.audit.chain.checkpoints import document_of
from vardkase.audit.chain.models import AuditCheckpoint, AuditDelivery
from vardkase.core.problems import stored, stored_wire
from vardkase.exchange.errors import OutgoingFailed
from vardkase.hub.audit_log.destinations import Destination, destinations
from vardkase.hub.audit_log.problems import AuditLogProblem

logger = logging.getLogger(__name__)

AT_ONCE = 50
LATE = timedelta(minutes=15)
"""So long a place may fail before anybody is told."""


def deliver_checkpoints() -> int:
    """Deliver what waits for each place; returns how many deliveries. Failures are kept, not raised."""
    return sum(_deliver(destination) for destination in destinations())


@dataclass(frozen=True, slots=True)
class FailingDelivery:
    name: str
    since: datetime
    fault: str


def failing_deliveries() -> list[FailingDelivery]:
    """The places that have got no checkpoint for a while: that fail, or that have not got the newest one."""
    places = destinations()
    newest = AuditCheckpoint.objects.order_by("-pk").values_list("time", flat=True).first()
    rows = AuditDelivery.objects.in_bulk([each.name for each in places])
    found = (_failing(each, rows.get(each.name), newest) for each in places)
    return sorted(filter(None, found), key=lambda each: each.name)


def _failing(
    place: Destination, row: AuditDelivery | None, newest: datetime | None
) -> FailingDelivery | None:
    now = timezone.now()
    if row is not None and row.failing_since and row.failing_since < now - LATE:
        return FailingDelivery(place.name, row.failing_since, stored_wire(row.fault))
    if newest is None or newest > now - LATE - place.every:
        return None
    # Whatever the row says of how far the place was told: the hub's role in the database could write there.
    delivered = row.delivered if row else None
    if delivered is not None and newest <= delivered <= now + LATE:
        return None
    return FailingDelivery(place.name, newest, AuditLogProblem.LATE().wire)


@transaction.atomic
def _deliver(destination: Destination) -> int:
    newest = AuditCheckpoint.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    # What was signed before the place was named is covered by the first that it gets.
    AuditDelivery.objects.bulk_create(
        [AuditDelivery(name=destination.name, done=newest - 1)], ignore_conflicts=True
    )
    # Whatever another process holds it is delivering at this moment.
    row = AuditDelivery.objects.select_for_update(skip_locked=True).filter(pk=destination.name).first()
    if row is None:
        return 0
    if row.done > newest or _is_ahead(row):
        # Not written by the hub: there is no such checkpoint, or no such time yet.
        logger.warning(
            "Audit log: the state of the delivery to %s was altered; it is set back", destination.name
        )
        row.done, row.delivered = newest - 1, None
    if row.done >= newest or _is_too_soon(row, destination):
        return 0
    waiting = AuditCheckpoint.objects.filter(pk__gt=row.done).order_by("pk")
    if destination.every:
        waiting = waiting.filter(pk=newest)
    return _send(row, destination, list(waiting[:AT_ONCE]))


def _is_ahead(row: AuditDelivery) -> bool:
    return row.delivered is not None and row.delivered > timezone.now() + LATE


def _is_too_soon(row: AuditDelivery, destination: Destination) -> bool:
    return row.delivered is not None and timezone.now() - row.delivered < destination.every


def _send(row: AuditDelivery, destination: Destination, checkpoints: list[AuditCheckpoint]) -> int:
    sent = 0
    try:
        for checkpoint in checkpoints:
            destination.send(document_of(checkpoint))
            row.done, sent = checkpoint.pk, sent + 1
    except (OSError, OutgoingFailed) as fault:
        row.failing_since = row.failing_since or timezone.now()
        problem = (
            fault.problem
            if isinstance(fault, OutgoingFailed)
            else AuditLogProblem.NOT_WRITTEN(said=fault.strerror or str(fault))
        )
        row.fault = stored(problem or AuditLogProblem.NOT_WRITTEN(said=str(fault)))
    else:
        row.failing_since, row.fault = None, ""
    if sent:
        row.delivered = timezone.now()
    row.save()
    return sent
