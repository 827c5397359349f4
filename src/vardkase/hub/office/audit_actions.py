"""Actions of the office that are no part of a case, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class OfficeAction(AuditAction):
    ABSENCE_ENDED = "absence.ended", _("An absence was ended")
    ABSENCE_REGISTERED = "absence.registered", _("An absence was registered")
    BULK_MAIL_SENT = "bulk_mail.sent", _("A mail to many members was approved")
    BULK_MAIL_STOPPED = "bulk_mail.stopped", _("A mail to many members was stopped")
    CALENDAR_LINK_CREATED = "calendar_link.created", _("A private calendar link was created")
    CALENDAR_LINK_REVOKED = "calendar_link.revoked", _("The private calendar link was revoked")
    DELEGATION_CHANGED = "decision_right.changed", _("The delegation of decisions was changed")
    EVALUATION_CHANGED = "evaluation.changed", _("An evaluation was changed")
    EVALUATION_CLOSED = "evaluation.closed", _("An evaluation was closed with its figures")
    EVALUATION_NOTE_ADDED = "evaluation.note_added", _("A note or number was added to an evaluation")
    EVALUATION_NOTE_REMOVED = "evaluation.note_removed", _("A note or number was removed from an evaluation")
    EVALUATION_OPENED = "evaluation.opened", _("An evaluation was opened")
    EVALUATION_REOPENED = "evaluation.reopened", _("A closed evaluation was opened again")
    QUARTERLY_REPORT_ISSUED = "quarterly_report.issued", _("A quarterly report was issued")
    QUARTERLY_REPORT_SENT = "quarterly_report.sent", _("A quarterly report was mailed to its recipients")
    REASON_TEXT_CHANGED = "reason_text.changed", _("A text for reasons was changed")
    TASK_HANDED_OVER = "task.handed_over", _("A task was handed over")
