"""What happens to memberships, for the rooms beside and above; inside the transaction that makes the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.hub.membership.members.models import Membership

membership_opened: Hook[Membership] = Hook("membership_opened")
membership_changed: Hook[Membership] = Hook("membership_changed")
"""State, restrictions or data of a membership are others now; its organisation's facts are stored already."""
