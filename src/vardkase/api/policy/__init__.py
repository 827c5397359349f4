"""Endpoints of sharing policies, approvals and training."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
