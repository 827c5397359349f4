"""Background jobs for mail about published events: one per publication, queued in its transaction."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from vardkase.core.jobs.retrying import JobRetry
from vardkase.core.mail.hooks import MailSettled
from vardkase.core.mail.services import can_send
from vardkase.core.problems import problems_in
from vardkase.core.retries import JOB
from vardkase.exchange.notices.alerts import send_alerts
from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.deliveries import PublishedVersion, Receiver
from vardkase.exchange.outbox.models import DeliveryState, EntryKind
from vardkase.intel.hooks import EventPublished


def order_alerts(published: EventPublished) -> None:
    """Order notifications of a published event, if any are due and the hub sends mail."""
    if published.told and can_send():
        alert.configure(lock=f"alert {published.event_id}").defer(
            event_id=published.event_id, version=published.published_at
        )


@app.task(name="notices.alert", retry=JobRetry(JOB, after=(Exception,)))
def alert(event_id: int, version: int) -> None:
    send_alerts(event_id, version)


def settle_delivery(settled: MailSettled) -> None:
    if known := settled.about.get("delivery"):
        user_id, email, event_id, uuid, version = known
        state = DeliveryState.FAILED if settled.fault else DeliveryState.SENT
        receiver = Receiver(EntryKind.MAIL, user_id, email)
        deliveries.settle(
            receiver,
            PublishedVersion(event_id, UUID(uuid), version),
            state,
            next(iter(problems_in(settled.fault)), None),
        )
