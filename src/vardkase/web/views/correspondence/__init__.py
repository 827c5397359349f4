"""Texts of mail and letters, sent mail, and officers' signatures."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
