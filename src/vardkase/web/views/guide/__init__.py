"""The getting-started guide for the user's organisation."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
