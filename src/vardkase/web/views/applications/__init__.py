"""The officers' desk: applications, their assessment, and the two-officer decision."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
