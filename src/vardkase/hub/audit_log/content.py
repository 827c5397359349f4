"""Whether who works at the console may take content out of the audit log."""

from __future__ import annotations

from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.organisations.settings import membership_is_in_use


def content_is_withheld() -> bool:
    """As for exports of events: not once somebody could grant access to content."""
    return membership_is_in_use() or officers().exists()
