"""Enrolment: connects a member's own platform to a hub by a one-time code, and binds each side to the other.

`codes` is the hub's side, `joining` that of the member's platform (VARDKASE_PROFILE=member).
"""
