"""Services for requests to publish: made by those who may not, for colleagues who may."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import MESSAGES_PER_HOUR, count_messages
from vardkase.core.private_links import page_address
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.hooks import AttributesRemoved, EventOwnerChanged, EventPublished
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.models import Event
from vardkase.intel.publication_requests.hooks import (
    PublicationAnswered,
    PublicationRequested,
    publication_answered,
    publication_requested,
)
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.publication_requests.problems import PublicationRequestProblem
from vardkase.intel.publication_requests.queries import find_request
from vardkase.intel.rules import may_publish_event

LONGEST_MESSAGE = 2000


@transaction.atomic
def request_publication(actor: Actor, event_id: int, message: str) -> PublicationRequest:
    """Ask the colleagues who may publish to do so, by mail; a second request replaces the first.

    Raises NotFound, Forbidden, Conflict, Invalid, or TooManyMessages after twenty in an hour.
    """
    actor.require_writing(Permission.ADD)
    if actor.user_id is None:
        raise Forbidden(PublicationRequestProblem.ONLY_PEOPLE())
    event = lock_own_event(actor, event_id)
    if event.published:
        raise Conflict(PublicationRequestProblem.PUBLISHED())
    if may_publish_event(actor, event):
        raise Conflict(PublicationRequestProblem.MAY_PUBLISH())
    if len(message) > LONGEST_MESSAGE or "\0" in message:
        raise Invalid({"message": [PublicationRequestProblem.TOO_LONG(most=LONGEST_MESSAGE)]})
    people = list(publishers(event))
    if not people:
        raise Conflict(PublicationRequestProblem.NOBODY())
    count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    asked, _ = PublicationRequest.objects.update_or_create(
        event=event,
        defaults={
            "requester_id": actor.user_id,
            "message": message,
            "organisation_ids": [],
            "asked_at": timezone.now(),
        },
    )
    facts: Facts = {
        "number": event.pk,
        "uuid": str(event.uuid),
        "sender": actor.name,
        "link": page_address(f"/event/{event.pk}/"),
    }
    asked_people = tuple(person.pk for person in people)
    publication_requested.emit(PublicationRequested(event.pk, event.orgc_id, asked_people))
    notify("publication_requested", None, map(Recipient.of, people), facts, reply_to=actor.name)
    record(actor, IntelAction.EVENT_PUBLICATION_REQUESTED, event_target(event))
    return asked


@transaction.atomic
def close_request(actor: Actor, event_id: int) -> PublicationRequest:
    """Withdraw one's own request, or decline it as one who may publish the event. Raises NotFound, Forbidden."""
    event = lock_own_event(actor, event_id)
    asked = find_request(actor, event.pk)
    if asked.requester_id != actor.user_id and not may_publish_event(actor, event):
        raise Forbidden
    PublicationRequest.objects.filter(pk=asked.pk).delete()
    if asked.requester_id != actor.user_id:
        answer = PublicationAnswered(event.pk, event.orgc_id, asked.requester_id, published=False)
        publication_answered.emit(answer)
    record(actor, IntelAction.EVENT_PUBLICATION_REQUEST_CLOSED, event_target(event))
    return asked


def publishers(event: Event) -> list[User]:
    """The people who may publish an event of their organisation, without machines."""
    able = reading_users().filter(org_id=event.orgc_id, role__perm_publish=True, role__perm_add=True)
    people = able.exclude(role__perm_sync=True, role__perm_site_admin=False)
    return list(people.select_related("role").order_by("email"))


def answer_published(published: EventPublished) -> None:
    """Close the request to publish the event."""
    asked = PublicationRequest.objects.select_related("event").filter(event_id=published.event_id).first()
    if asked is not None:
        answer = (asked.event_id, asked.event.orgc_id, asked.requester_id, True)
        publication_answered.emit(PublicationAnswered(*answer))
        asked.delete()


def forget_of_removed(removed: AttributesRemoved) -> None:
    # Without ids the whole event is deleted, in SQL: nothing cascades.
    if removed.attribute_ids is None:
        PublicationRequest.objects.filter(event_id=removed.event_id).delete()


def forget_of_former_owner(taken: EventOwnerChanged) -> None:
    PublicationRequest.objects.filter(event_id=taken.event_id).delete()
