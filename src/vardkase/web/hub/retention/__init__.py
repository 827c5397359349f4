from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
