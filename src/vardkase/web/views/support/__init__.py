"""Customer service: requests, answers, the operator's view, and service status."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
