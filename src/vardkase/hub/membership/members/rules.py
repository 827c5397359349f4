"""The life of a membership (hub.md section 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.lifecycle import Machine, Step
from vardkase.hub.membership.members.models import MembershipState as State

MEMBERSHIP = Machine(
    "membership",
    State,
    {
        "activate": Step("membership.activated", _("Activate"), (State.ONBOARDING,), State.ACTIVE),
        "suspend": Step("membership.suspended", _("Suspend"), (State.ACTIVE,), State.SUSPENDED),
        "restore": Step("membership.restored", _("Lift the suspension"), (State.SUSPENDED,), State.ACTIVE),
        "terminate": Step(
            "membership.terminated",
            _("Terminate"),
            (State.ONBOARDING, State.ACTIVE, State.SUSPENDED),
            State.TERMINATED,
        ),
    },
)
