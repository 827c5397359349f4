"""Labels of the hub's duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.staff import StaffRole

DUTIES = {
    StaffRole.MEMBERSHIP_OFFICER: _("Membership officer: handles applications and memberships"),
    StaffRole.LEGAL_OFFICER: _("Legal officer: handles applications, legal preconditions, terms and letters"),
    StaffRole.ANALYST: _("Analyst: works with what is shared"),
    StaffRole.OPERATOR: _(
        "Operator: runs the platform and helps members to connect, without reading what is shared"
    ),
    StaffRole.AUDITOR: _("Auditor: reads the audit log and the settings, and nothing that is shared"),
}
