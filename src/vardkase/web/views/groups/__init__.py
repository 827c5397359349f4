"""Groups of organisations, and what their administrators manage."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
