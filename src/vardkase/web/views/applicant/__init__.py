"""Pages of applicants: public, with a private link identifying the application."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
