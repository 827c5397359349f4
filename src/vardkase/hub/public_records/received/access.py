"""Who reads whose register."""

from __future__ import annotations

from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.hub.public_records.received.authorities import has_register
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

OVERSEERS = (StaffRole.LEGAL_OFFICER, StaffRole.MEMBERSHIP_OFFICER)
"""Who sees which members are connected authorities."""


def has_own_register(actor: Actor) -> bool:
    return actor.may_read and not actor.may_not_read_content and has_register(actor.organisation_id)


def require_register(actor: Actor, organisation_id: int) -> None:
    """Raise Forbidden unless the register is of the actor's organisation, or the actor a legal officer of the hub, and
    NotFound if there is none.

    Who runs the hub without reading what is shared does not read registers either: they name what was shared.
    """
    actor.require_content_access()
    if not actor.may_read:
        raise Forbidden
    if actor.organisation_id != organisation_id:
        actor.require_staff(StaffRole.LEGAL_OFFICER)
    if not has_register(organisation_id):
        is_own = actor.organisation_id == organisation_id
        raise NotFound(
            PublicRecordsProblem.NO_REGISTER() if is_own else PublicRecordsProblem.NO_SUCH_AUTHORITY()
        )
