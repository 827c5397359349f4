"""Case files, requests for comments and appeals; not in MISP, the names are ours."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
