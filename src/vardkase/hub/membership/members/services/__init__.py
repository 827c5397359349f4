"""Use cases of memberships."""

from vardkase.hub.membership.members.services.changes import decide_change, propose_change, withdraw_change
from vardkase.hub.membership.members.services.opening import open_membership
from vardkase.hub.membership.members.services.restrictions import impose, lapse, lift
from vardkase.hub.membership.members.services.steps import activate, restore, suspend, terminate, would_end

__all__ = [
    "activate",
    "decide_change",
    "impose",
    "lapse",
    "lift",
    "open_membership",
    "propose_change",
    "restore",
    "suspend",
    "terminate",
    "withdraw_change",
    "would_end",
]
