"""Endpoints of TAXII servers and of the collections this hub offers."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
