"""Admission pages for officers: phases, legal preconditions, invitations, manually registered applications."""

from __future__ import annotations

from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB
