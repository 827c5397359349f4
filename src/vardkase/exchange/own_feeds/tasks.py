"""Background jobs that update own feeds after publication: one job writes everything pending."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from vardkase.exchange.outbox import deliveries
from vardkase.exchange.outbox.deliveries import PublishedVersion, Receiver
from vardkase.exchange.outbox.models import Delivery, DeliveryState, EntryKind
from vardkase.exchange.own_feeds.content import outsider
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.own_feeds.services import reader_of, refresh
from vardkase.exchange.own_feeds.writing import Exported
from vardkase.formats.feed import FeedReach
from vardkase.intel.hooks import EventPublished, EventWithdrawn


def promise(published: EventPublished) -> None:
    """Record that an event waits for every own feed, in the transaction that publishes it."""
    feeds = [feed for feed in OwnFeed.objects.filter(enabled=True) if _concerns(published, feed)]
    for feed_id in deliveries.claim(list(map(_receiver, feeds)), deliveries.version_in(published)):
        order(feed_id)


def take_out(_: EventWithdrawn) -> None:
    for feed_id in OwnFeed.objects.filter(enabled=True).values_list("pk", flat=True):
        order(feed_id, whole=True)


def order(feed_id: int, *, whole: bool = False) -> bool:
    """Order a refresh of a feed, complete or incremental; False if one is already waiting."""
    kind = "whole" if whole else "new"
    # One lock, so that writes of a feed do not overlap; one queueing lock per kind, so that orders do not pile up.
    job = write.configure(lock=f"own feed {feed_id}", queueing_lock=f"own feed {feed_id} {kind}")
    # A savepoint: the refused insertion must not end the transaction that publishes.
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(feed_id=feed_id, whole=whole)
        return True
    return False


@app.task(name="own_feeds.write")
def write(feed_id: int, whole: bool) -> None:
    feed = OwnFeed.objects.select_related("organisation").filter(pk=feed_id, enabled=True).first()
    if feed is not None:
        refresh_and_settle(feed, whole=whole)


def refresh_and_settle(feed: OwnFeed, *, whole: bool) -> Exported:
    waiting = list(
        Delivery.objects.filter(
            kind=EntryKind.FEED, receiver_id=feed.pk, state__in=(DeliveryState.WAITING, DeliveryState.FAILED)
        )
    )
    done = refresh(feed, None if whole else {str(delivery.event_uuid) for delivery in waiting})
    for delivery in waiting:
        is_in = str(delivery.event_uuid) in done.uuids
        version = PublishedVersion(delivery.event_id, delivery.event_uuid, delivery.version)
        state = DeliveryState.SENT if is_in else DeliveryState.WITHHELD
        reason = None if is_in else OwnFeedProblem.EVENT_NOT_IN_IT()
        deliveries.settle(_receiver(feed), version, state, reason)
    return done


def _concerns(published: EventPublished, feed: OwnFeed) -> bool:
    """Whether those who fetch the feed may know of the version."""
    if not published.groups:
        return True
    let_out = FeedReach(sharing_groups=frozenset(map(str, feed.sharing_groups.values_list("pk", flat=True))))
    return published.concerns(outsider(reader_of(feed), let_out))


def _receiver(feed: OwnFeed) -> Receiver:
    return Receiver(EntryKind.FEED, feed.pk, feed.name)
