"""Fetching feeds: events unchanged, lists as attributes of an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound, VardkaseError
from vardkase.core.jobs.problems import problem_of
from vardkase.core.problems import Problem, stored
from vardkase.core.sql import cursor
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import lists, reading
from vardkase.exchange.feeds.feed_settings import with_feed_settings
from vardkase.exchange.feeds.impersonation import refuse_impostor, without_claims
from vardkase.exchange.feeds.models import Feed, FeedAction, SourceFormat
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.exchange.feeds.rules import AnnouncedEvent
from vardkase.exchange.feeds.run_records import FeedRunRecorder, running
from vardkase.exchange.feeds.sources import taken_in
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.publish import publish_received
from vardkase.intel.services.quarantine import is_quarantined
from vardkase.misp.flags import as_bool
from vardkase.misp.freetext import DetectedValue

AT_ONCE = 5_000
REASONS = 10


@dataclass(slots=True)
class Fetched:
    """The result of a fetch: new, changed and refused events of a MISP feed, or new attributes."""

    added: int = 0
    edited: int = 0
    failed: int = 0
    attributes: int = 0
    reasons: list[Problem] = field(default_factory=list)
    """Why events were refused: the first `REASONS` of them."""

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def refuse(self, uuid: str, error: VardkaseError) -> None:
        self.failed += 1
        if len(self.reasons) < REASONS:
            self.reasons.append(FeedProblem.EVENT_REFUSED(uuid=uuid, reason=problem_of(error)))


def fetch_feed(actor: Actor, feed: Feed) -> Fetched:
    """Import the current contents of a feed.

    Each event of a MISP feed is stored whole or not at all, and a refused one does not stop the others.
    Raises OutgoingFailed, Conflict when the feed is not enabled, Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    if not feed.enabled:
        raise Conflict(FeedProblem.DISABLED())
    with running(actor, feed, FeedAction.FETCH) as log:
        if feed.source_format == SourceFormat.MISP:
            fetched = _store_events(actor, feed, log)
        else:
            values = log.counted(reading.values(feed))
            fetched = Fetched(attributes=lists.take_values(actor, feed, values, whole=True))
            taken_in(feed)
        log.brought(fetched.counts, stored(*fetched.reasons))
    record(actor, ExchangeAction.FEED_FETCHED, Target.of(feed), fetched.counts)
    return fetched


def fetch_event(actor: Actor, feed: Feed, uuid: str) -> Fetched:
    actor.require_writing(Permission.SITE_ADMIN)
    announced = next((entry for entry in reading.manifest(feed) if entry.uuid == uuid.lower()), None)
    if announced is None:
        raise NotFound(FeedProblem.EVENT_NOT_FOUND())
    fetched = Fetched()
    _store_event(actor, feed, announced, fetched)
    record(
        actor,
        ExchangeAction.FEED_FETCHED,
        Target.of(feed),
        {"event": announced.uuid, "failed": fetched.failed},
    )
    return fetched


def take_values(actor: Actor, feed: Feed, found: Iterable[DetectedValue]) -> int:
    """Store selected values of a list feed; returns how many are new."""
    actor.require_writing(Permission.SITE_ADMIN)
    return lists.take_values(actor, feed, found, whole=False)


def _store_events(actor: Actor, feed: Feed, log: FeedRunRecorder) -> Fetched:
    fetched = Fetched()
    announced = reading.manifest(feed)
    known = dict(cursor().execute(KNOWN, ([entry.uuid for entry in announced],)).fetchall())
    new = [entry for entry in announced if known.get(entry.uuid, -1) < entry.timestamp]
    for number, entry in enumerate(new, 1):
        _store_event(actor, feed, entry, fetched)
        log.reached(number, len(new))
    if not fetched.failed:  # With the manifest gone, the refused events could not be tried again.
        taken_in(feed, reading.MANIFEST)
    return fetched


def _store_event(actor: Actor, feed: Feed, announced: AnnouncedEvent, fetched: Fetched) -> None:
    try:
        document = with_feed_settings(
            actor, feed, without_claims(feed, reading.feed_event(feed, announced.uuid))
        )
        refuse_impostor(feed, document)
        known = Event.objects.filter(uuid=announced.uuid).values_list("pk", flat=True).first()
        if known is not None and is_quarantined(known):
            raise Forbidden(EventProblem.QUARANTINED())
        with transaction.atomic():
            if known is None:
                number = add_event(actor, document, from_feed=True).event_id
            else:
                number = edit_event(actor, known, document, from_feed=True).event_id
            # Published in the transaction that stores it: nobody sees it unpublished.
            if feed.publish and not as_bool(document.get("published")):
                publish_received(actor, number, from_feed=True)
        # Not inside the transaction: what is in quarantine is stored.
        if is_quarantined(number):
            raise Forbidden(EventProblem.QUARANTINED())
        if known is None:
            fetched.added += 1
        else:
            fetched.edited += 1
        taken_in(feed, f"{announced.uuid}.json")
    except (Invalid, Conflict, Forbidden, OutgoingFailed) as error:
        fetched.refuse(announced.uuid, error)


KNOWN = "SELECT uuid::text, timestamp FROM event WHERE uuid = ANY(%s::uuid[])"
