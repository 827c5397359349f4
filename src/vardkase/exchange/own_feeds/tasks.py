"""Background jobs that update own feeds after publication: one job writes everything pending."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from procrastinate.contrib.django import app

from vardkase.audit.services import Target, record
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.outbox.channels import TO_RECEIVER, Channel, order_jobs
from vardkase.exchange.outbox.deliveries import Outcome, PublishedVersion, Receiver, settle
from vardkase.exchange.outbox.models import Delivery, DeliveryState, EntryKind
from vardkase.exchange.own_feeds.content import outsider
from vardkase.exchange.own_feeds.folders import remove_event
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.own_feeds.services import find_own_feed, reader_of, refresh
from vardkase.exchange.own_feeds.writing import Exported
from vardkase.formats.feed import FeedReach
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.hooks import EventPublished, EventQuarantined, EventReleased, EventWithdrawn


def take_out(_: EventWithdrawn) -> None:
    _order_all()


def take_out_quarantined(quarantined: EventQuarantined) -> None:
    """Remove its documents at once; the job that `take_out` has ordered writes the lists without it."""
    transaction.on_commit(lambda: remove_event(quarantined.event_uuid))


def take_in(_: EventReleased) -> None:
    _order_all()


def _order_all() -> None:
    for feed_id in OwnFeed.objects.filter(enabled=True).values_list("pk", flat=True):
        order(feed_id, whole=True)


def order(feed_id: int, *, whole: bool = False) -> bool:
    """Order a refresh of a feed, complete or incremental; False if one is already waiting."""
    return order_jobs(write, {FEEDS.lock(feed_id): {"feed_id": feed_id, "whole": whole}}) == 1


@transaction.atomic
def order_by(actor: Actor, name: str) -> None:
    """Order a complete refresh in somebody's name. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    feed = find_own_feed(actor, name)
    record(actor, ExchangeAction.OWN_FEED_REFRESHED, Target.of(feed))
    order(feed.pk, whole=True)


@app.task(name="own_feeds.write", retry=TO_RECEIVER)
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
    settle(
        Receiver(EntryKind.FEED, feed.pk, feed.name), [_outcome(delivery, done.uuids) for delivery in waiting]
    )
    return done


def _outcome(delivery: Delivery, held: Collection[str]) -> Outcome:
    version = PublishedVersion(delivery.event_id, delivery.event_uuid, delivery.version)
    if str(delivery.event_uuid) in held:
        return Outcome(version, DeliveryState.SENT)
    return Outcome(version, DeliveryState.WITHHELD, OwnFeedProblem.EVENT_NOT_IN_IT())


def feed_audience(published: EventPublished) -> list[Receiver]:
    return [
        Receiver(EntryKind.FEED, feed.pk, feed.name)
        for feed in OwnFeed.objects.filter(enabled=True)
        if _concerns(published, feed)
    ]


def _concerns(published: EventPublished, feed: OwnFeed) -> bool:
    """True if the feed's readers may know of the version."""
    if not published.groups:
        return True
    let_out = FeedReach(sharing_groups=frozenset(map(str, feed.sharing_groups.values_list("pk", flat=True))))
    return published.concerns(outsider(reader_of(feed), let_out))


FEEDS = Channel(
    EntryKind.FEED,
    feed_audience,
    write,
    lambda feed_id, _: {"feed_id": feed_id, "whole": False},
)
