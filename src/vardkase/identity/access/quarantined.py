"""SQL for what is in quarantine, which nobody reads."""

from __future__ import annotations

PARTS_OF = "SELECT parts_of_events({ids})"
"""The UUIDs of events, of their parts, and of what has been said of these (a function from intel's migrations)."""
QUARANTINED = PARTS_OF.format(ids="ARRAY(SELECT id FROM event WHERE quarantined)")
"""Evaluated once per statement."""
