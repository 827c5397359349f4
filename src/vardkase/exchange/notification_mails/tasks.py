"""Mail about published events, as a channel: one job for each publication."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from vardkase.core.mail.hooks import MailSettled
from vardkase.core.mail.services import can_send
from vardkase.core.problems import problems_in
from vardkase.core.sql import cursor
from vardkase.exchange.notification_mails.alerts import send_alerts
from vardkase.exchange.outbox.channels import TO_RECEIVER, Channel
from vardkase.exchange.outbox.deliveries import Outcome, PublishedVersion, Receiver, settle
from vardkase.exchange.outbox.models import DeliveryState, EntryKind
from vardkase.intel.hooks import EventPublished, EventQuarantined


@app.task(name="notification_mails.alert", aliases=["notices.alert"], retry=TO_RECEIVER)
def alert(event_id: int, version: int) -> None:
    send_alerts(event_id, version)


def mail_audience(published: EventPublished) -> list[Receiver]:
    """All who want mail about the event, as one receiver; none where nobody is to be notified."""
    wanted = published.notify and can_send()
    return [Receiver(EntryKind.MAIL, published.event_id, "")] if wanted else []


# The job claims: people are thousands, and what each may read would hold up the publication.
MAILS = Channel(
    EntryKind.MAIL,
    mail_audience,
    alert,
    lambda event_id, version: {"event_id": event_id, "version": version},
    claims=False,
)


def order_alerts(announced: EventPublished) -> None:
    MAILS.promise(announced)


def settle_delivery(settled: MailSettled) -> None:
    if known := settled.about.get("delivery"):
        user_id, email, event_id, uuid, published = known
        version = PublishedVersion(event_id, UUID(uuid), published)
        state = DeliveryState.FAILED if settled.fault else DeliveryState.SENT
        reason = next(iter(problems_in(settled.fault)), None)
        settle(Receiver(EntryKind.MAIL, user_id, email), [Outcome(version, state, reason)])


def stop_of_quarantined(quarantined: EventQuarantined) -> None:
    """Remove what is queued about an event that nobody may read any more, in the transaction that says so."""
    parameters = {"uuid": str(quarantined.event_uuid), "event": quarantined.event_id, "least": TITLE_TO_FIND}
    for statement in (STOP_MAILS, STOP_DELIVERIES):
        cursor().execute(statement, parameters)


TITLE_TO_FIND = 8
"""Characters: shorter titles occur in other mails by chance."""
STOP_MAILS = """
DELETE FROM outgoing_mail m USING event e WHERE e.id = %(event)s AND (
    m.about->'delivery'->>3 = %(uuid)s
    OR length(e.info) >= %(least)s AND strpos(concat_ws(' ', m.subject, m.text, m.html), e.info) > 0)
"""
STOP_DELIVERIES = """
UPDATE delivery SET state = 'withheld' WHERE event_uuid = %(uuid)s::uuid AND kind = 'mail' AND state = 'waiting'
"""
