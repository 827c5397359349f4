"""Job that notifies the followers of a published event, on the hub."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.exchange.notifications.models import NotificationKind
from vardkase.exchange.subscriptions.matching import NotifiedBy, followed_in
from vardkase.exchange.subscriptions.models import Subscription
from vardkase.identity.accounts.models import User
from vardkase.intel.hooks import EventPublished


def order_notifications(published: EventPublished) -> None:
    """Order the job, in the transaction that publishes."""
    if Subscription.objects.filter(in_app=True).exists():
        publisher = User.objects.filter(email=published.published_by).values_list("pk", flat=True).first()
        notify_followers.defer(
            event_id=published.event_id, version=published.published_at, publisher_id=publisher or 0
        )


# Jobs that an earlier version ordered have its name.
@app.task(name="subscriptions.notify_followers", aliases=["subscriptions.tell_followers"])
def notify_followers(event_id: int, version: int, publisher_id: int) -> None:
    found = followed_in([event_id], NotifiedBy.IN_APP, exactly=version)
    matches = [match for match in found if match.user_id != publisher_id]
    parameters = {
        "users": [match.user_id for match in matches],
        "orgs": [match.organisation_id for match in matches],
        "subscriptions": [match.subscription_id for match in matches],
        "attributes": [match.attribute_id for match in matches],
        "kind": NotificationKind.PUBLISHED.value,
        "key": f"event {event_id}",
        "event": event_id,
        "version": version,
        "at": now_seconds(),
    }
    with transaction.atomic():
        cursor().execute(NOTIFY, parameters)


NOTIFY = """
INSERT INTO notification AS known (
    user_id, organisation_id, kind, key, event_id, attribute_id, subscription_id, version, count, at
)
SELECT given.user_id, given.org_id, %(kind)s, %(key)s, %(event)s, given.attribute_id, given.subscription_id,
    %(version)s, 1, %(at)s
FROM unnest(%(users)s::bigint[], %(orgs)s::bigint[], %(subscriptions)s::bigint[], %(attributes)s::bigint[])
    AS given (user_id, org_id, subscription_id, attribute_id)
ORDER BY given.user_id
ON CONFLICT (user_id, kind, key) WHERE read_at IS NULL DO UPDATE
SET at = excluded.at, version = excluded.version, attribute_id = excluded.attribute_id,
    subscription_id = excluded.subscription_id
"""
