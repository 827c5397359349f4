"""Approval requests: pending, proposed by the user, and details of each."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
