"""Endpoints of this instance (MISP's `servers/*`): settings, connections, synchronisation and streams."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
