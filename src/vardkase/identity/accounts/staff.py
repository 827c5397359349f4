"""Duties of the hub's staff, in addition to MISP's roles.

hub.md section 1. One person may hold several duties, but not any two: operators decide and read nothing, and auditors
take no part in what they audit.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class StaffRole(StrEnum):
    MEMBERSHIP_OFFICER = "membership_officer"
    """Handles applications and memberships (handläggare)."""
    LEGAL_OFFICER = "legal_officer"
    """Handles public records, personal data and terms (jurist)."""
    ANALYST = "analyst"
    """Works with what is shared (CERT-SE)."""
    OPERATOR = "operator"
    """Runs the platform and helps members to connect (leverantör); never reads what is shared."""
    AUDITOR = "auditor"
    """Reads the audit trail and the settings, and nothing of what is shared."""


NO_CONTENT_ROLES = frozenset({StaffRole.OPERATOR, StaffRole.AUDITOR})
"""Duties whose holders read no event, attribute, report, attachment, search, export or payload."""
DECIDE = frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER})
"""Duties whose holders decide who is a member, and who reads what: two people give them, once there are two."""
AUDITORS = frozenset({StaffRole.AUDITOR})
OVERSEE = DECIDE | AUDITORS
"""Duties whose holders see how the hub is run and set, whatever their role."""
OF_THE_HUB = frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER, StaffRole.ANALYST})
"""Duties that only people of the organisation that runs the hub may hold."""


BY_NAME = {role.value: role for role in StaffRole}


def staff_roles(names: Iterable[str]) -> frozenset[StaffRole]:
    """The duties stored on an account; unknown names are ignored."""
    return frozenset(BY_NAME[name] for name in names if name in BY_NAME)


def are_in_conflict(roles: Iterable[StaffRole]) -> bool:
    """True if one person may not hold all of `roles`: a content-blind duty excludes all others."""
    held = frozenset(roles)
    return len(held) > 1 and not held.isdisjoint(NO_CONTENT_ROLES)
