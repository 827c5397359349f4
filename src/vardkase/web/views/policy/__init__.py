"""Pages of an organisation's sharing policy, of approvals and of training."""

from __future__ import annotations

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
