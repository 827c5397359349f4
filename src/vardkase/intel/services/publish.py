"""Services for publishing: makes a version of the event available to its readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.errors import (
    ClassificationFound,
    PublicationRefused,
    PublicationStopped,
    PublisherIsCreator,
    TaxonomiesMissing,
)
from vardkase.intel.hooks import (
    BeforePublication,
    EventPublished,
    EventReceived,
    EventWithdrawn,
    before_publication,
    event_announced,
    event_published,
    event_received,
    event_withdrawn,
)
from vardkase.intel.kernel.audiences import Audience, Audiences, groups_among, is_known_to_readers
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.kernel.private_times import publish_for_everybody, publish_for_groups
from vardkase.intel.models import Event
from vardkase.intel.problems import EventProblem, IntelProblem
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.rules import EventFacts, may_agree_to_publish, may_publish_event, must_leave_publishing
from vardkase.intel.services.quarantine import is_quarantined, quarantine
from vardkase.intel.services.unpublished_changes import unpublished_audiences
from vardkase.intel.settings import DISABLE_REST_ALERT
from vardkase.knowledge.taxonomies.queries import missing_required
from vardkase.misp.flags import as_bool


@transaction.atomic
def publish_event(actor: Actor, event_id: int, *, notify: bool = False, confirmed: bool = False) -> Event:
    """Publish the event; its snapshot is taken in the same transaction. `notify`: with notification mails.

    If nothing has changed since the last publication there is no new version: with `notify`, people not yet
    notified of the present one are. The returned event is still unpublished if somebody else has to approve
    first (`hooks.before_publication`); `confirmed` as there. Raises NotFound, Forbidden, PublicationRefused,
    TaxonomiesMissing.
    """
    return _publish_or_hold(actor, event_id, may_publish_event, notify=notify, confirmed=confirmed)


@transaction.atomic
def publish_agreed(actor: Actor, event_id: int, *, notify: bool = False) -> Event:
    """Publish an event that waited for approval, which the actor gives; raises as `publish_event`.

    Includes events created by other organisations: the requester was allowed to publish. A confirmation given
    with the request stays valid, because a changed event no longer waits.
    """
    return _publish_or_hold(actor, event_id, may_agree_to_publish, notify=notify, confirmed=True)


def _publish_or_hold(
    actor: Actor,
    event_id: int,
    may: Callable[[Actor, EventFacts], bool],
    *,
    notify: bool,
    confirmed: bool,
) -> Event:
    actor.require_writing()
    event = lock_event(actor, event_id)
    if not may(actor, event):
        raise Forbidden(IntelProblem.NOT_ALLOWED())
    audiences = unpublished_audiences(event)
    if not audiences:
        if notify:
            # The version for all readers, and a later one for sharing groups only, if there is one.
            for at in {event.publish_timestamp, event.last_publication}:
                event_announced.emit(
                    EventPublished(event.pk, event.uuid, event.org_id, at, actor.name, notify=True)
                )
        return event
    if missing := missing_taxonomies(event):
        raise TaxonomiesMissing(missing)
    if _must_wait(actor, event, notify=notify, confirmed=confirmed):
        return event
    if must_leave_publishing(actor, event):
        raise PublisherIsCreator(EventProblem.PUBLISHER_IS_CREATOR())
    _publish(actor, event, audiences, notify=notify)
    return event


def missing_taxonomies(event: Event) -> list[str]:
    """The required taxonomies of which the event has no global tag; none if it came from elsewhere."""
    if event.locked:
        return []
    return missing_required(tag.name for tag in event_tags(event.pk) if not tag.local)


def is_confirmed(data: Mapping[str, Any]) -> bool:
    return as_bool(data.get("confirm_tlp"))


def mark_published(actor: Actor, event: Event, *, confirmed: bool = False, from_feed: bool = False) -> bool:
    """Publish a locked event as its document says; the caller has checked permission.

    It stays unpublished if it lacks a tag of a required taxonomy, or somebody else has to publish or approve
    it: returns True if it waits for approval. Events from a connection send notification mails unless it is
    quiet; otherwise the setting decides. Events published elsewhere that must not be shared here are stored
    and withheld, or put in quarantine if they are marked as classified. Raises PublicationRefused.
    """
    if missing_taxonomies(event):
        return False
    notify = not actor.is_quiet if actor.is_connection else not DISABLE_REST_ALERT.value
    try:
        # A savepoint: if a second listener stops the event, the request for approval of a first one is undone.
        with transaction.atomic():
            waits = _must_wait(actor, event, notify=notify, confirmed=confirmed)
    except PublicationStopped as stopped:
        if not (from_feed or is_from_elsewhere(actor, event)):
            raise
        if isinstance(stopped, ClassificationFound):
            quarantine(actor, event, was_to_be=True)
            return False
        event.withheld, event.published, event.being_changed = True, False, False
        event.save(update_fields=["withheld", "published", "being_changed"])
        event_withdrawn.emit(EventWithdrawn(event.pk))
        record(actor, IntelAction.EVENT_WITHHELD, event_target(event), {"why": stopped.wire})
        return False
    if waits:
        return True
    if not must_leave_publishing(actor, event) and (audiences := unpublished_audiences(event)):
        _publish(actor, event, audiences, notify=notify)
    return False


def receive(actor: Actor, event: Event, *, from_feed: bool = False) -> None:
    """What has come from elsewhere without being published is examined all the same."""
    if from_feed or is_from_elsewhere(actor, event):
        event_received.emit(EventReceived(actor, event))


def is_from_elsewhere(actor: Actor, event: Event) -> bool:
    return event.locked or actor.is_connection


@transaction.atomic
def publish_received(actor: Actor, event_id: int, *, from_feed: bool = False) -> None:
    """Publish an event that a connection or feed has stored, or put it in quarantine; raises as `publish_event`."""
    if is_quarantined(event_id):
        return
    try:
        with transaction.atomic():
            publish_event(actor, event_id)
    except ClassificationFound:
        if not (from_feed or actor.is_connection):
            raise
        quarantine(actor, lock_event(actor, event_id), was_to_be=True)


@transaction.atomic
def require_might_go_out(actor: Actor, event_id: int) -> None:
    """Raise PublicationRefused unless an unpublished event could be published as it is.

    For features that send it; changes nothing and requests no approval. Raises NotFound.
    """
    event = lock_event(actor, event_id)
    with transaction.atomic():  # A savepoint, so that no request for approval stays.
        if _must_wait(actor, event, notify=False):
            raise PublicationRefused(EventProblem.AGREEMENT_MISSING())


def _must_wait(actor: Actor, event: Event, *, notify: bool, confirmed: bool = False) -> bool:
    publication = BeforePublication(actor, event, notify, confirmed=confirmed)
    before_publication.emit(publication)
    return publication.held


def _publish(actor: Actor, event: Event, audiences: Audiences, *, notify: bool) -> None:
    # The time names the version, so it is unique even for two versions within one second.
    at = max(now_seconds(), event.last_publication + 1)
    groups = frozenset[Audience]()
    if is_known_to_readers(event, audiences):
        event.published, event.being_changed, event.publish_timestamp = True, False, at
        publish_for_everybody(event, at)
    else:
        event.private_publish_timestamp, groups = at, groups_among(audiences)
        publish_for_groups(event, audiences, at)
    event.group_changes_unpublished = False
    event_published.emit(EventPublished(event.pk, event.uuid, event.org_id, at, actor.name, notify, groups))
    change = {"audiences": sorted(groups)} if groups else None
    record(actor, IntelAction.EVENT_PUBLISHED, event_target(event), change)


@transaction.atomic
def unpublish_event(actor: Actor, event_id: int) -> Event:
    actor.require_writing()
    event = lock_event(actor, event_id)
    if not may_publish_event(actor, event):
        raise Forbidden(IntelProblem.NOT_ALLOWED())
    event.published = event.being_changed = False
    event.save(update_fields=["published", "being_changed"])
    event_withdrawn.emit(EventWithdrawn(event.pk))
    record(actor, IntelAction.EVENT_UNPUBLISHED, event_target(event))
    return event
