"""What the services of the checklist share: which membership, in whose name, and the entry in its history."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext

from vardkase.core.errors import Conflict
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_technical
from vardkase.hub.membership.members.services.pushing import locked
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import Reference


def open_membership(actor: Actor, reference: Reference) -> Membership:
    """A membership whose technical items the actor may do, locked. Raises NotFound, Forbidden, Conflict when ended."""
    membership = locked(actor, reference)
    require_technical(actor, membership)
    if membership.state == MembershipState.TERMINATED:
        raise Conflict(gettext("The membership has ended."))
    return membership


def done[Result](actor: Actor, membership: Membership, item: str, note: str, result: Result) -> Result:
    """Put an item down in the history of the membership; returns `result`."""
    note_in_history(actor, MEMBERSHIP, membership, "membership.onboarded", f"{item}: {note}", item=item)
    return result


def for_the_hub(actor: Actor) -> Actor:
    """The actor for one thing that the hub does in their name; who acts stays who they are, and reads no more."""
    return replace(actor, permissions=frozenset(Permission), may_write=True, staff=frozenset())
