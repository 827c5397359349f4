"""Services for delegation: requesting it, accepting, discarding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.limits import Limit
from vardkase.core.mail.services import MESSAGES_PER_HOUR, count_messages
from vardkase.core.problems import Problem
from vardkase.identity.access.actor import Actor, sharing_group_ids
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.identity.organisations.hooks import OrganisationsMerged
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import find_organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import EventRow
from vardkase.intel.event_delegations.hooks import (
    DelegationAnswered,
    DelegationRequested,
    delegation_answered,
    delegation_requested,
)
from vardkase.intel.event_delegations.mails import notify_recipient, notify_requester
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES, EventDelegation
from vardkase.intel.event_delegations.queries import find_delegation
from vardkase.intel.event_delegations.settings import DELEGATION
from vardkase.intel.hooks import (
    AttributesRemoved,
    BeforeDelegation,
    EventOwnerChanged,
    before_delegation,
    event_taken_over,
)
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event, lock_own_event
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.models import Event
from vardkase.intel.problems import DelegationProblem, IntelProblem
from vardkase.intel.queries.find import Reference
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_int

LONGEST_MESSAGE = 10_000
# Withdrawn and asked again, a request is open again but is not mailed again.
REQUEST_MAIL = Limit("delegation request mail", 1, 24 * 3600)
HANDED_OVER = (
    "org_id", "orgc_id", "user_id", "distribution", "sharing_group_id", "timestamp", "published", "being_changed",
    "protected"
)  # fmt: skip
"""The columns of an event that change with its owner."""
# An event has nothing to inherit from.
DISTRIBUTIONS: frozenset[int] = frozenset(Distribution) - {Distribution.INHERIT}


def require_delegation() -> None:
    if not DELEGATION.value:
        raise Forbidden


@transaction.atomic
def delegate_event(actor: Actor, event_id: int, data: Mapping[str, Any]) -> EventDelegation:
    """Ask `org_id` to take over an own event that nobody else can read.

    Raises NotFound, Forbidden, Conflict if a request is already open, Invalid by field, or TooManyMessages after twenty
    in an hour.
    """
    require_delegation()
    actor.require(Permission.DELEGATE)
    event = lock_own_event(actor, event_id)
    if problem := why_not_delegated(event):
        raise Conflict(problem)
    org = _recipient(event, data.get("org_id"))
    distribution, sharing_group_id = _distribution(actor, data, RECIPIENT_DECIDES)
    # Otherwise the recipient would publish an event that it cannot read itself.
    if sharing_group_id is not None and sharing_group_id not in sharing_group_ids(org.pk):
        raise Invalid({"sharing_group_id": [DelegationProblem.OUTSIDE_GROUP()]})
    decided = None if distribution == RECIPIENT_DECIDES else distribution
    before_delegation.emit(BeforeDelegation(actor, event, org, decided, sharing_group_id))
    message = _message(data.get("message"))
    require_shareable(Distribution.COMMUNITY, [message])
    if actor.user_id is not None:
        count_messages(actor.user_id, allowed=MESSAGES_PER_HOUR)
    delegation = EventDelegation.objects.create(
        event=event,
        org=org,
        requester_org_id=event.org_id,
        message=message,
        distribution=distribution,
        sharing_group_id=sharing_group_id,
    )
    record(
        actor,
        IntelAction.EVENT_DELEGATED,
        event_target(event),
        {"org": str(org.uuid), "distribution": distribution},
    )
    delegation_requested.emit(DelegationRequested(event.pk, event.org_id, org.pk))
    if not REQUEST_MAIL.spend(f"{event.pk} {org.pk}").is_exceeded:
        notify_recipient(delegation)
    return delegation


@transaction.atomic
def accept_delegation(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Event:
    """Take the event over, unpublished; `data` sets the distribution if the request leaves it open.

    Data that would reveal the former owner is removed by listeners to `event_taken_over`. Raises NotFound,
    Forbidden, Conflict if others can now read the event, Invalid.
    """
    delegation, event = _lock_delegation(actor, reference)
    if delegation.org_id != actor.organisation_id and not actor.is_site_admin:
        raise Forbidden(IntelProblem.NOT_AUTHORISED())
    _require_private(event)
    requested = {"distribution": delegation.distribution, "sharing_group_id": delegation.sharing_group_id}
    decided = data if delegation.distribution == RECIPIENT_DECIDES else requested
    distribution, event.sharing_group_id = _distribution(actor, decided, Distribution.ORGANISATION)
    event.distribution = distribution
    former = event.org_id
    event.org_id = event.orgc_id = delegation.org_id
    # A site administrator who accepts for another organisation does not become the event's user.
    event.user_id = (actor.user_id or 0) if delegation.org_id == actor.organisation_id else 0
    # Not protected: its keys, which a listener removes, would reveal the former owner.
    event.timestamp, event.published, event.protected = now_seconds(), False, None
    event.being_changed = False
    event.save(update_fields=HANDED_OVER)
    _answer(delegation, accepted=True)
    delegation.delete()
    event_taken_over.emit(EventOwnerChanged(event.pk, event.uuid, former))
    record(
        actor,
        IntelAction.EVENT_DELEGATION_ACCEPTED,
        event_target(event),
        {"distribution": event.distribution},
    )
    return event


@transaction.atomic
def delete_delegation(actor: Actor, reference: Reference) -> None:
    """Decline a request, or withdraw one's own. Raises NotFound, Forbidden."""
    delegation, event = _lock_delegation(actor, reference)
    if actor.organisation_id != delegation.requester_org_id:
        _answer(delegation, accepted=False)
    delegation.delete()
    record(actor, IntelAction.EVENT_DELEGATION_DELETED, event_target(event))


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        EventDelegation.objects.filter(event_id=removed.event_id).delete()


def forget_to_oneself(merged: OrganisationsMerged) -> None:
    EventDelegation.objects.filter(org=merged.target_id, requester_org=merged.target_id).delete()


def _lock_delegation(actor: Actor, reference: Reference) -> tuple[EventDelegation, Event]:
    """The request, re-read under the lock of its event: it may have been decided meanwhile."""
    require_delegation()
    actor.require_writing(Permission.ADD)
    event = lock_event(actor, find_delegation(actor, reference).event_id)
    return find_delegation(actor, reference), event


def _answer(delegation: EventDelegation, *, accepted: bool) -> None:
    notify_requester(delegation, is_accepted=accepted)
    answer = (delegation.event_id, delegation.requester_org_id, delegation.org_id, accepted)
    delegation_answered.emit(DelegationAnswered(*answer))


def why_not_delegated(event: Event | EventRow) -> Problem | None:
    """Why nobody can be asked to take the event over as it is."""
    if not _is_private(event):
        return DelegationProblem.NOT_PRIVATE()
    if EventDelegation.objects.filter(event_id=event.id).exists():
        return DelegationProblem.PENDING()
    return None


def _is_private(event: Event | EventRow) -> bool:
    # Earlier readers of the event know its creator, and would see that another organisation published it.
    return event.distribution == Distribution.ORGANISATION


def _require_private(event: Event) -> None:
    if not _is_private(event):
        raise Conflict(DelegationProblem.NOT_PRIVATE())


def _recipient(event: Event, reference: Any) -> Organisation:
    try:
        organisation = find_organisation(reference if isinstance(reference, str | int) else "")
    except NotFound:
        raise Invalid({"org_id": [DelegationProblem.NO_ORGANISATION()]}) from None
    if not organisation.local or organisation.pk == event.org_id:
        raise Invalid({"org_id": [DelegationProblem.UNSUITABLE_ORGANISATION()]})
    return organisation


def _distribution(actor: Actor, data: Mapping[str, Any], default: int) -> tuple[int, int | None]:
    distribution = as_int(data.get("distribution", default))
    if distribution is None or distribution not in DISTRIBUTIONS | {default}:
        raise Invalid({"distribution": [DelegationProblem.BAD_DISTRIBUTION()]})
    group = as_int(data.get("sharing_group_id"))
    return distribution, SharingGroups(actor).required(distribution, group, None)


def _message(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_MESSAGE:
        raise Invalid({"message": [DelegationProblem.BAD_MESSAGE(most=LONGEST_MESSAGE)]})
    return value
