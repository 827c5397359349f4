"""Connecting a member's own platform to a hub by a one-time code, so that both sides are bound to each other.

`codes` is the hub's side, `joining` that of the member's platform (VARDKASE_PROFILE=member).
"""
