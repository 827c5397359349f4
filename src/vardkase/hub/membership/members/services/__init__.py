"""Services for memberships."""

from vardkase.hub.membership.members.services.changes import (
    accept_change,
    propose_change,
    refuse_change,
    withdraw_change,
)
from vardkase.hub.membership.members.services.opening import open_membership
from vardkase.hub.membership.members.services.restrictions import impose, lapse, lift
from vardkase.hub.membership.members.services.steps import (
    activate,
    keep,
    reinstate,
    restore,
    suspend,
    terminate,
    would_end,
)

__all__ = [
    "accept_change",
    "activate",
    "impose",
    "keep",
    "lapse",
    "lift",
    "open_membership",
    "propose_change",
    "refuse_change",
    "reinstate",
    "restore",
    "suspend",
    "terminate",
    "withdraw_change",
    "would_end",
]
