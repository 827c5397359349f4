"""Changes of a member's own data: its administrator proposes them, and two officers accept them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.details import FIELDS, in_words, read_details
from vardkase.hub.membership.members.hooks import change_accepted
from vardkase.hub.membership.members.models import ChangeState, Membership, ProposedChange
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import open_change
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_member, require_officer
from vardkase.hub.membership.members.services.transitions import LONGEST, locked, push, reasons
from vardkase.hub.membership.members.services.two_people import PROPOSERS, conflict_in, membership_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.organisations.services.organisations import give_name


@transaction.atomic
def propose_change(actor: Actor, data: Mapping[str, Any], note: str = "") -> ProposedChange:
    """Propose new data for the actor's own organisation, replacing any undecided proposal.

    `data` holds fields of `details.FIELDS`. Raises Invalid by field, also if nothing would change, NotFound,
    Forbidden.
    """
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    changed = _differences(membership, read_details(data))
    if not changed:
        raise Invalid({"": [MemberProblem.NOTHING_DIFFERS()]})
    membership.changes.filter(state=ChangeState.PROPOSED).update(
        state=ChangeState.WITHDRAWN, decided=timezone.now(), decided_by=actor.name
    )
    proposed = ProposedChange.objects.create(
        membership=membership, fields=changed, note=note.strip()[:LONGEST], proposed_by=actor.name
    )
    _note(actor, membership, MembershipAction.MEMBERSHIP_CHANGE_PROPOSED, proposed, proposed.note)
    return proposed


@transaction.atomic
def withdraw_change(actor: Actor) -> None:
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    proposed = _waiting_change(membership)
    _close(actor, proposed, ChangeState.WITHDRAWN, "")
    _note(actor, membership, MembershipAction.MEMBERSHIP_CHANGE_WITHDRAWN, proposed, "")


@transaction.atomic
def accept_change(actor: Actor, reference: Reference, reason: str = "") -> ApprovalRequest:
    """Propose to accept what a member proposed; another officer approves. Raises Conflict, NotFound, Forbidden."""
    # It takes two: contacts, e-mail domains and networks let people into the member, and others know it by its name.
    membership = locked(actor, reference)
    require_officer(actor, membership)
    _waiting_change(membership)
    note = reason.strip()[:LONGEST] or gettext("Reviewed without remarks.")
    return propose(
        actor,
        ACCEPT_CHANGE,
        str(membership.pk),
        title=str(membership),
        reason=note,
        parameters={"reason": reason.strip()[:LONGEST]},
    )


@transaction.atomic
def refuse_change(actor: Actor, reference: Reference, reason: str) -> ProposedChange:
    """Refuse what a member proposed: everything stays as it is. Raises Conflict, Invalid, NotFound, Forbidden."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    proposed = _waiting_change(membership)
    _close(actor, proposed, ChangeState.REFUSED, reasons(reason))
    _note(actor, membership, MembershipAction.MEMBERSHIP_CHANGE_REFUSED, proposed, proposed.reason)
    with override(membership.language):
        decision = gettext("Your changes have been refused. Reasons: %s") % proposed.reason
    mails.write(actor, membership, "membership_change_decided", decision=decision)
    return proposed


def _execute_acceptance(approval: Approval) -> ProposedChange:
    membership = membership_of(approval.for_action(ACCEPT_CHANGE).request)
    actor, proposed = cast(Actor, approval.actor), _waiting_change(membership)
    after = {name: value for name, (_before, value) in proposed.fields.items()}
    if name := after.pop("name", ""):
        _rename(actor, membership, name)
    membership.details |= after
    membership.save(update_fields=["details"])
    _close(actor, proposed, ChangeState.ACCEPTED, approval.parameters["reason"])
    _note(actor, membership, MembershipAction.MEMBERSHIP_CHANGE_ACCEPTED, proposed, proposed.reason)
    push(membership)
    change_accepted.emit(proposed)
    with override(membership.language):
        decision = gettext("Your changes have been accepted.")
    mails.write(actor, membership, "membership_change_decided", decision=decision)
    return proposed


def _rename(actor: Actor, membership: Membership, name: str) -> None:
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    before = organisation.name
    give_name(organisation, name)
    membership.organisation = organisation
    target = Target("organisation", organisation.pk, organisation.uuid, organisation.name)
    record(
        actor,
        IdentityAction.ORGANISATION_EDITED,
        target,
        {"fields": ["name"], "name": [before, organisation.name]},
    )


def change_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    change = open_change(membership_of(request))
    if change is None:
        raise NotFound(MemberProblem.NO_CHANGE_WAITING())
    return {"change": change.pk, "fields": change.fields}


def describe_change(request: ApprovalRequest) -> ActionDescription:
    fields: dict[str, list[Any]] = request.subject_state.get("fields", {})
    rows = (
        (
            str(FIELDS[name].label) if name in FIELDS else name,
            f"{in_words(before) or '–'} → {in_words(after) or '–'}",
        )
        for name, (before, after) in fields.items()
    )
    return ActionDescription(
        gettext(
            "The member’s proposal applies from now on. We write to the contacts, who may be given accounts."
        ),
        ((gettext("Member"), request.title), *rows),
    )


def _waiting_change(membership: Membership) -> ProposedChange:
    if (change := open_change(membership)) is None:
        raise Conflict(MemberProblem.NO_CHANGE_WAITING())
    return change


def _differences(membership: Membership, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    before = membership.details | {"name": membership.organisation.name}
    # What was never given compares as what reading nothing gives, so that an empty form changes nothing.
    empty: dict[str, Any] = {name: field.read(None) for name, field in FIELDS.items()}
    return {
        name: [before.get(name, empty[name]), value]
        for name, value in given.items()
        if value != before.get(name, empty[name]) and (value or name != "name")
    }


def _close(actor: Actor, proposed: ProposedChange, state: ChangeState, reason: str) -> None:
    proposed.state, proposed.reason = state, reason
    proposed.decided, proposed.decided_by = timezone.now(), actor.name
    proposed.save()


def _note(
    actor: Actor, membership: Membership, act: MembershipAction, proposed: ProposedChange, note: str
) -> None:
    note_in_history(actor, MEMBERSHIP, membership, act, note, fields=sorted(proposed.fields))


ACCEPT_CHANGE = ApprovalAction(
    name="accept_member_change",
    title=_("Accept a member’s changed details"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=describe_change,
    fingerprint=change_fingerprint,
    conflict=conflict_in,
    execute=_execute_acceptance,
)
