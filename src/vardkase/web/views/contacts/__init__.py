"""Contacts of an organisation, and its additional fields by published schemas."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
