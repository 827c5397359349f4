"""Edits from forms, saved only if nobody has changed the object since (optimistic concurrency)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import edit_attribute
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.kernel.locking import known_timestamp, lock_event, lock_own_part
from vardkase.intel.kernel.results import Ingested
from vardkase.intel.models import Event
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.decisions import contents_before
from vardkase.intel.proposals.models import ProposalOutcome
from vardkase.intel.proposals.queries import can_be_changed, find_proposal
from vardkase.intel.proposals.services import mark_accepted
from vardkase.intel.queries.find import find_attribute, find_object
from vardkase.intel.queries.version_tokens import attribute_mark, event_mark, object_mark
from vardkase.intel.services.merge import edit_event
from vardkase.intel.services.objects import edit_object
from vardkase.intel.services.publish import publish_event


@transaction.atomic
def edit_unchanged_event(actor: Actor, event_id: int, data: Mapping[str, Any], mark: str) -> Ingested:
    """As `edit_event`, but raises ChangedMeanwhile if `mark` (of `event_mark`) is outdated."""
    lock_event(actor, event_id)  # Before the comparison, so that nothing can change between it and the edit.
    if event_mark(event_id) != mark:
        raise ChangedMeanwhile
    return edit_event(actor, event_id, data)


@transaction.atomic
def edit_unchanged_attribute(actor: Actor, attribute_id: int, data: Mapping[str, Any], mark: str) -> int:
    """As `edit_attribute`, but raises ChangedMeanwhile if `mark` (of `attribute_mark`) is outdated."""
    lock_event(actor, find_attribute(actor, attribute_id).event_id)
    if attribute_mark(attribute_id) != mark:
        raise ChangedMeanwhile
    return edit_attribute(actor, attribute_id, data)


@transaction.atomic
def accept_with_changes(actor: Actor, proposal_id: int, data: Mapping[str, Any], mark: str) -> int:
    """Edit the attribute as its owner has made it of a proposal, and accept the proposal; returns its id.

    Raises ChangedMeanwhile as `edit_unchanged_attribute`, and NotFound if the proposal is decided or can only be
    accepted as it is.
    """
    actor.require(Permission.ADD)
    proposal, event = lock_own_part(actor, lambda: find_proposal(actor, proposal_id))
    about = proposal.attribute
    if about is None or not can_be_changed(proposal, about, to_delete=proposal.to_delete):
        raise NotFound(ProposalProblem.NOT_FOUND())
    before = contents_before([proposal])
    edited = edit_unchanged_attribute(actor, about.pk, data, mark)
    mark_accepted(actor, event, [proposal], ProposalOutcome.CHANGED, before)
    return edited


@transaction.atomic
def edit_unchanged_object(actor: Actor, object_id: int, data: Mapping[str, Any], mark: str) -> int:
    """As `edit_object`, but raises ChangedMeanwhile if `mark` (of `object_mark`) is outdated."""
    lock_event(actor, find_object(actor, object_id).event_id)
    if object_mark(object_id) != mark:
        raise ChangedMeanwhile
    return edit_object(actor, object_id, data)


@transaction.atomic
def publish_as_seen(
    actor: Actor,
    event_id: int,
    timestamp: int,
    distribution: int,
    sharing_group_id: int | None,
    *,
    notify: bool = False,
    confirmed: bool = False,
) -> Event:
    """Publish the version the actor has seen, with the chosen distribution; `notify`: with notification mails.

    Raises ChangedMeanwhile if the event's timestamp is no longer `timestamp`; NotFound, Forbidden,
    SharingGroupRefused.
    """
    event = lock_event(actor, event_id)
    if known_timestamp(actor, event) != timestamp:
        raise ChangedMeanwhile
    if (event.distribution, event.sharing_group_id) != (distribution, sharing_group_id):
        edit_event(actor, event_id, {"distribution": distribution, "sharing_group_id": sharing_group_id or 0})
    return publish_event(actor, event_id, notify=notify, confirmed=confirmed)
