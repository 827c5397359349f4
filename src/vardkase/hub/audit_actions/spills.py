"""Actions on spills of classified information."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class SpillAction(AuditAction):
    SPILL_ANSWERED = "spill.answered", _("Someone who had a spilled event answered")
    SPILL_CHECKED_AGAIN = (
        "spill.checked_again",
        _("The connections were asked, and the hub was searched, once more"),
    )
    SPILL_CLOSED = "spill.closed", _("The spill was closed")
    SPILL_DECLARED = "spill.declared", _("The event was reported as a spill of classified information")
    SPILL_DELETED = "spill.deleted", _("The spilled event was deleted")
    SPILL_GROUND_RECORDED = (
        "spill.ground_recorded",
        _("The legal ground for deleting the spilled event was recorded"),
    )
    SPILL_KIND_RECORDED = "spill.kind_recorded", _("The kind of the spilled information was recorded")
    SPILL_NOT_REPORTED = (
        "spill.not_reported",
        _("It was recorded that no report to the Security Service is made here"),
    )
    SPILL_RELEASED = "spill.released", _("The spill was a false alarm: the event was released")
    SPILL_REPORTED = "spill.reported", _("The report to the Security Service was recorded")
    SPILL_SEARCHED = "spill.searched", _("The hub was searched for what is left of the spilled event")
