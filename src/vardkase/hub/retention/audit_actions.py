"""Actions of retention, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class RetentionAction(AuditAction):
    APPLIED = "retention.applied", _("Personal data past its retention period was replaced or removed")
    APPLIED_TO_VERSION = (
        "retention.applied_to_version",
        _("Personal data past its retention period was replaced or removed in a version kept as record"),
    )
    APPROVED = "retention.approved", _("Carrying out a retention run was approved")
    CARRIED_OUT = "retention.carried_out", _("A retention run was carried out")
    CASE_DISPOSED = "retention.case_disposed", _("A closed case was disposed of")
    COUNTED = "retention.counted", _("A retention dry run was done")
    ORDERED = "retention.ordered", _("A retention dry run was started")
    RESUMED = "retention.resumed", _("A retention run that had stopped was taken up again")
    RULE_CHANGED = "retention.rule_changed", _("A retention rule was changed")
