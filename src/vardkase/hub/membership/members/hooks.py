"""Hooks on memberships for sibling packages and higher layers, called in the transaction of the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.hub.membership.members.models import Membership, ProposedChange

membership_opened: Hook[Membership] = Hook("membership_opened")
membership_changed: Hook[Membership] = Hook("membership_changed")
"""State, restrictions or data of a membership have changed; what follows is already stored on its organisation."""
change_accepted: Hook[ProposedChange] = Hook("change_accepted")
"""Two officers accepted a member's proposed change of its data, which is already stored."""
