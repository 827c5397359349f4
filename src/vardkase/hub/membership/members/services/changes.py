"""A member changes what it tells of itself: its administrator proposes, an officer decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members import letters
from vardkase.hub.membership.members.details import FIELDS, read_details
from vardkase.hub.membership.members.hooks import change_accepted
from vardkase.hub.membership.members.models import ChangeState, Membership, ProposedChange
from vardkase.hub.membership.members.queries import open_change
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_member, require_officer
from vardkase.hub.membership.members.services.pushing import LONGEST, locked, push, reasons
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference


@transaction.atomic
def propose_change(actor: Actor, data: Mapping[str, Any], note: str = "") -> ProposedChange:
    """Propose new data for the actor's own organisation; what was proposed before and is undecided is replaced.

    `data` holds fields of `details.FIELDS`. Raises Invalid by field, also when nothing would change, NotFound,
    Forbidden.
    """
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    changed = _changed(membership, read_details(data))
    if not changed:
        raise Invalid({"": [gettext("Nothing is different from what we have.")]})
    membership.changes.filter(state=ChangeState.PROPOSED).update(
        state=ChangeState.WITHDRAWN, decided=timezone.now(), decided_by=actor.name
    )
    proposed = ProposedChange.objects.create(
        membership=membership, fields=changed, note=note.strip()[:LONGEST], proposed_by=actor.name
    )
    _told(actor, membership, "membership.change_proposed", proposed, proposed.note)
    return proposed


@transaction.atomic
def withdraw_change(actor: Actor) -> None:
    """Take back what was proposed for the actor's own organisation. Raises Conflict, NotFound, Forbidden."""
    membership = locked(actor, actor.organisation_id)
    require_member(actor, membership)
    proposed = _open(membership)
    _close(actor, proposed, ChangeState.WITHDRAWN, "")
    _told(actor, membership, "membership.change_withdrawn", proposed, "")


@transaction.atomic
def decide_change(actor: Actor, reference: Reference, *, accept: bool, reason: str = "") -> ProposedChange:
    """Take over what a member proposed, or refuse it with a reason. Raises Conflict, Invalid, NotFound, Forbidden."""
    membership = locked(actor, reference)
    require_officer(actor, membership)
    proposed = _open(membership)
    if accept:
        membership.details |= {name: after for name, (_, after) in proposed.fields.items()}
        membership.save(update_fields=["details"])
        _close(actor, proposed, ChangeState.ACCEPTED, reason.strip()[:LONGEST])
        _told(actor, membership, "membership.change_accepted", proposed, proposed.reason)
        push(membership)
        change_accepted.emit(proposed)
        letters.write(actor, membership, "membership_change_decided", decision=_accepted(membership))
    else:
        _close(actor, proposed, ChangeState.REFUSED, reasons(reason))
        _told(actor, membership, "membership.change_refused", proposed, proposed.reason)
        letters.write(
            actor, membership, "membership_change_decided", decision=_refused(membership, proposed.reason)
        )
    return proposed


def _open(membership: Membership) -> ProposedChange:
    if (found := open_change(membership)) is None:
        raise Conflict(gettext("No change waits for a decision."))
    return found


def _changed(membership: Membership, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → what was and what shall be, for those that differ."""
    before = membership.details
    empty: dict[str, Any] = {name: field.read(None) for name, field in FIELDS.items()}
    return {
        name: [before.get(name, empty[name]), value]
        for name, value in given.items()
        if value != before.get(name, empty[name])
    }


def _close(actor: Actor, proposed: ProposedChange, state: ChangeState, reason: str) -> None:
    proposed.state, proposed.reason = state, reason
    proposed.decided, proposed.decided_by = timezone.now(), actor.name
    proposed.save()


def _accepted(membership: Membership) -> str:
    with override(membership.language):
        return gettext("The change of your data is accepted.")


def _refused(membership: Membership, reason: str) -> str:
    with override(membership.language):
        return gettext("The change of your data is refused. Reasons: %s") % reason


def _told(actor: Actor, membership: Membership, act: str, proposed: ProposedChange, note: str) -> None:
    note_in_history(actor, MEMBERSHIP, membership, act, note, fields=sorted(proposed.fields))
