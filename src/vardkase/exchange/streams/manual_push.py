"""Manual pushes of events to a publisher, published or not, as with MISP's buttons."""

from __future__ import annotations

from typing import Literal

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.outbox.events import OutboxEvent, enter
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.exchange.streams.topics import BY_HAND
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.publish import require_might_go_out

type Publisher = Literal["zeromq", "kafka"]

PUSHED = {"zeromq": ExchangeAction.EVENT_PUSHED_TO_ZEROMQ, "kafka": ExchangeAction.EVENT_PUSHED_TO_KAFKA}
NEEDS = {"zeromq": Permission.PUBLISH_ZMQ, "kafka": Permission.PUBLISH_KAFKA}


class Disabled(Conflict):
    """No stream is enabled that would send it."""


@transaction.atomic
def push_event(actor: Actor, reference: str, publisher: Publisher) -> int:
    """Send an event that the actor may read to all streams of this kind; returns its id.

    Raises Forbidden, NotFound, PublicationRefused for an unpublished event that may not be published, and
    Disabled while no stream is enabled.
    """
    actor.require(NEEDS[publisher])
    actor.require_writing()
    event = find_event(actor, reference)
    if not Stream.objects.filter(kind=publisher, enabled=True).exists():
        raise Disabled(StreamProblem.NONE_ENABLED(kind=publisher))
    if not event.published:
        require_might_go_out(actor, event.id)
    enter([OutboxEvent(BY_HAND[publisher], "publish", event_id=event.id)])
    record(actor, PUSHED[publisher], Target("event", event.id, event.uuid, event.info))
    return event.id
