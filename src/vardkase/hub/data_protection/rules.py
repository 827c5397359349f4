"""Who handles personal data at the hub."""

from __future__ import annotations

from vardkase.identity.accounts.staff import StaffRole

HANDLERS = (StaffRole.LEGAL_OFFICER,)
"""The duty that handles requests from data subjects and breaches."""
