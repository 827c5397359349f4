"""What two people decide on a spill: to release the event (a false alarm), or to delete it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, NotFound
from vardkase.core.problems import Problem
from vardkase.hub.backups.journal import enter
from vardkase.hub.backups.models import DeletedContent
from vardkase.hub.backups.queries import remains_until
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.spills import mails
from vardkase.hub.spills.deletion import delete_spilled
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.queries import find_spill, is_reported
from vardkase.hub.spills.rules import HANDLERS, SPILL, conflict, require_handler
from vardkase.hub.spills.tasks import order_proof, order_requests
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.legal import lacks_legal_officer
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import Party, parties_of
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.organisations.acting import Acting
from vardkase.intel.errors import PublicationRefused
from vardkase.intel.services.publish import mark_published
from vardkase.intel.services.quarantine import lock_quarantined, release


@transaction.atomic
def propose_release(actor: Actor, pk: int, reason: str) -> ApprovalRequest:
    """Propose that it was a false alarm. Raises Forbidden, NotFound, Conflict, Invalid under `reason`."""
    spill = _open(actor, pk)
    return propose(actor, RELEASE, str(spill.pk), title=spill.number, reason=reason)


@transaction.atomic
def propose_deletion(actor: Actor, pk: int, reason: str) -> ApprovalRequest:
    """Propose deletion, once its ground and the report are on record. Raises as `propose_release`."""
    spill = _open(actor, pk)
    _require_records(spill)
    return propose(actor, DELETE, str(spill.pk), title=spill.number, reason=reason)


def _open(actor: Actor, pk: int) -> Spill:
    require_handler(actor)
    spill = find_spill(actor, pk)
    if spill.state != SpillState.OPEN:
        raise Conflict(SpillProblem.NOT_OPEN())
    return spill


def _require_records(spill: Spill) -> None:
    if not spill.ground:
        raise Conflict(SpillProblem.GROUND_MISSING())
    if not is_reported(spill):
        raise Conflict(SpillProblem.REPORT_MISSING())


def _subject(request: ApprovalRequest) -> Spill:
    spill = Spill.objects.filter(pk=int(request.subject)).first()
    if spill is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    return spill


def _state(request: ApprovalRequest) -> dict[str, Any]:
    spill = Spill.objects.select_for_update(of=("self",)).filter(pk=int(request.subject)).first()
    if spill is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    return {"state": spill.state, "kind": spill.kind, "ground": spill.ground, "reported": is_reported(spill)}


def _details(request: ApprovalRequest) -> tuple[tuple[str, str], ...]:
    spill = _subject(request)
    return (
        (gettext("Event"), f"{spill.event_id} ({spill.event_uuid})"),
        (gettext("Owner"), spill.organisation.name),
        (gettext("Suspected"), spill.get_kind_display()),
        (gettext("Legal ground for deletion"), spill.ground or "–"),
    )


def _describe_release(request: ApprovalRequest) -> ActionDescription:
    return ActionDescription(
        gettext("The event becomes readable again, for those who could read it before."),
        _details(request),
        f"/spills/{request.subject}/",
        (gettext("If the information is classified after all, it spreads again."),),
    )


def _describe_deletion(request: ApprovalRequest) -> ActionDescription:
    return ActionDescription(
        gettext(
            "The event is deleted from everything the hub keeps, published versions and files included. "
            "This cannot be undone."
        ),
        _details(request),
        f"/spills/{request.subject}/",
    )


def _deletion_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    if found := conflict(actor, request):
        return found
    # Where there are no officers, two site administrators decide.
    return None if Party.SITE_ADMIN in parties_of(actor) else lacks_legal_officer(actor, request)


def _release(approval: Approval) -> Spill:
    request = approval.for_action(RELEASE).request
    spill = _subject(request)
    actor = cast(Actor, approval.actor)
    take_step(actor, SPILL, spill, "release", approval.reason)
    event = lock_quarantined(spill.event_id)
    # This version alone is cleared: what is changed later is examined again.
    spill.cleared_version, spill.ended_at = event.last_change, timezone.now()
    spill.save(update_fields=["cleared_version", "ended_at"])
    event = release(actor, event.pk, published=spill.was_published, being_changed=spill.was_being_changed)
    if spill.was_to_be:
        # A policy or a missing tag may still keep it unpublished: its owner sees why.
        with suppress(PublicationRefused), transaction.atomic():
            mark_published(actor, event)
    mails.notify_of_end(actor, spill)
    return spill


def _delete(approval: Approval) -> Spill:
    request = approval.for_action(DELETE).request
    spill = _subject(request)
    actor = cast(Actor, approval.actor)
    _require_records(spill)
    take_step(actor, SPILL, spill, "delete", approval.reason)
    # Before the deletion of the event, which is entered as well: this one takes its traces too.
    enter(DeletedContent.Kind.SPILL, spill.event_uuid, spill.number)
    delete_spilled(spill)
    spill.ended_at = timezone.now()
    spill.backups_until = remains_until(spill.ended_at)
    spill.save(update_fields=["ended_at", "backups_until"])
    order_proof(spill.pk)
    order_requests(spill.pk)
    mails.notify_of_end(actor, spill)
    return spill


RELEASE = ApprovalAction(
    name="release_spill",
    title=_("Release an event from quarantine"),
    propose=HANDLERS,
    approve=HANDLERS,
    describe=_describe_release,
    fingerprint=_state,
    conflict=conflict,
    execute=_release,
)
DELETE = ApprovalAction(
    name="delete_spill",
    title=_("Delete a spilled event"),
    propose=HANDLERS,
    approve=HANDLERS,
    describe=_describe_deletion,
    fingerprint=_state,
    conflict=_deletion_conflict,
    execute=_delete,
)
