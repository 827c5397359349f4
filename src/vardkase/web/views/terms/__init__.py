"""The terms: written by officers, read and accepted by members."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
