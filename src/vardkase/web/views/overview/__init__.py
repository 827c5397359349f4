"""The hub owner's overview of its members."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
