"""Endpoints of organisations and their sign-in policy."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
