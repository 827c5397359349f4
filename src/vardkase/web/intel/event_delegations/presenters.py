"""A delegation request as the two organisations that it concerns see it."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES, EventDelegation


@dataclass(frozen=True, slots=True)
class ShownDelegation:
    actor: Actor
    request: EventDelegation

    @property
    def is_to_us(self) -> bool:
        return self.request.org_id == self.actor.organisation_id

    @property
    def recipient_decides(self) -> bool:
        return self.request.distribution == RECIPIENT_DECIDES

    @property
    def may_answer(self) -> bool:
        """Accept or decline it, or withdraw it where it is one's own."""
        return self.actor.may_write and self.actor.may(Permission.ADD)
