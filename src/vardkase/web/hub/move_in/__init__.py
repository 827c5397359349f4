"""Pages about moving in from MISP."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
