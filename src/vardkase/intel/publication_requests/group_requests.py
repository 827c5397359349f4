"""Asking colleagues to publish to a few organisations, by those who may not create the sharing group for it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import MESSAGES_PER_HOUR, count_messages
from vardkase.core.private_links import page_address
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.services.ad_hoc_groups import chosen_organisations
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.publication_requests.hooks import PublicationRequested, publication_requested
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.publication_requests.problems import PublicationRequestProblem
from vardkase.intel.publication_requests.services import publishers


@transaction.atomic
def request_group(actor: Actor, event_id: int, organisation_ids: Collection[int]) -> int:
    """Ask the colleagues who may create sharing groups to publish to these organisations, on the hub and by mail.

    Returns how many are asked; replaces an earlier request to publish the event.
    Raises NotFound, Forbidden, Invalid, Conflict if nobody may, or TooManyMessages after twenty in an hour.
    """
    actor.require_writing(Permission.ADD)
    if actor.user_id is None:
        raise Forbidden(PublicationRequestProblem.ONLY_PEOPLE())
    event = lock_own_event(actor, event_id)
    chosen = chosen_organisations(actor, organisation_ids)
    people = [person for person in publishers(event) if person.role.perm_sharing_group]
    if not people:
        raise Conflict(PublicationRequestProblem.NOBODY_CREATES_GROUPS())
    count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    names = ", ".join(each.name for each in chosen)
    facts: Facts = {
        "number": event.pk,
        "organisations": names,
        "sender": actor.name,
        "link": page_address(f"/event/{event.pk}/publish/organisations/"),
    }
    PublicationRequest.objects.update_or_create(
        event=event,
        defaults={
            "requester_id": actor.user_id,
            "message": "",
            "organisation_ids": [each.pk for each in chosen],
            "asked_at": timezone.now(),
        },
    )
    asked_people = tuple(person.pk for person in people)
    publication_requested.emit(PublicationRequested(event.pk, event.orgc_id, asked_people))
    notify("sharing_group_requested", None, map(Recipient.of, people), facts, reply_to=actor.name)
    record(actor, IntelAction.EVENT_SHARING_GROUP_REQUESTED, event_target(event), {"organisations": names})
    return len(people)
