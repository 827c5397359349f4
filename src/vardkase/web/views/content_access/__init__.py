"""Operators' content access: requests, answers, and recorded reads."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
