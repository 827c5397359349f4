"""Leaving events to be sent, and telling how many were."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.exchange.zeromq.models import ZeroMqMessage
from vardkase.exchange.zeromq.settings import ENABLED
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.hooks import EventPublished
from vardkase.intel.queries.find import find_event

PUBLISHED = "misp_json"
"""MISP's topic of published events; a subscription is a prefix, so it matches every topic of MISP."""

CHANNEL = "zeromq_message"


OFF = "ZMQ event publishing not enabled."


class Disabled(Conflict):
    """ZeroMQ is switched off."""


@transaction.atomic
def push_event(actor: Actor, reference: str) -> int:
    """Send an event that the actor may read, published or not; returns its id.

    Raises Forbidden, NotFound, and Disabled while ZeroMQ is off.
    """
    actor.require(Permission.PUBLISH_ZMQ)
    actor.require_writing()
    event = find_event(actor, reference)
    if not ENABLED.value:
        raise Disabled(OFF)
    _queue(event.id)
    record(actor, "event.pushed_to_zeromq", Target("event", event.id, event.uuid, event.info))
    return event.id


def waiting(actor: Actor) -> int:
    """How many events wait to be sent. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    return ZeroMqMessage.objects.count()


def queue_published(published: EventPublished) -> None:
    """Send every event that is published, while ZeroMQ is on."""
    if ENABLED.value:
        _queue(published.event_id)


def _queue(event_id: int) -> None:
    ZeroMqMessage.objects.create(topic=PUBLISHED, event_id=event_id)
    cursor().execute(f"NOTIFY {CHANNEL}")
