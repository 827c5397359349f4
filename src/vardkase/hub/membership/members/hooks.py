"""Hooks on memberships for sibling packages and higher layers, called in the transaction of the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.hub.membership.members.models import Membership, ProposedChange

membership_opened: Hook[Membership] = Hook("membership_opened")
membership_changed: Hook[Membership] = Hook("membership_changed")
"""State, restrictions or data of a membership are others now; its organisation's facts are stored already."""
change_accepted: Hook[ProposedChange] = Hook("change_accepted")
"""An officer took over what a member proposed to tell of itself; the membership has it already."""
