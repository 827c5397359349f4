"""Actions on the hub itself: its texts, settings, jobs, customer service and operators’ access."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class HubAction(AuditAction):
    ANNOUNCEMENT_CHANGED = "announcement.changed", _("An announcement was changed")
    ANNOUNCEMENT_ENDED = "announcement.ended", _("A planned interruption was closed")
    ANNOUNCEMENT_MADE = "announcement.made", _("An interruption or incident was announced")
    APPROVAL_APPROVED = "approval.approved", _("The publication was approved by a second person")
    APPROVAL_OVERTAKEN = (
        "approval.overtaken",
        _("The event had changed since approval to publish was requested"),
    )
    ASSURANCE_WRITTEN = "assurance.written", _("Evidence for auditors was written")
    APPROVAL_REJECTED = "approval.rejected", _("The publication was rejected")
    APPROVAL_REQUESTED = "approval.requested", _("The publication is waiting for a second person")
    APPROVAL_WITHDRAWN = "approval.withdrawn", _("The request to publish was withdrawn")
    CONSOLE_EXPORT_REFUSED = "console.export_refused", _("An export at the console was refused")
    CONSOLE_EXPORTED = "console.exported", _("Events were exported from the console")
    CONTENT_GRANT_ASKED = "content_grant.asked", _("An operator asked for access to content")
    CONTENT_GRANT_ENDED = "content_grant.ended", _("An operator ended their own access to content")
    CONTENT_GRANT_GRANTED = "content_grant.granted", _("An officer granted an operator access to content")
    CONTENT_GRANT_LAPSED = (
        "content_grant.lapsed",
        _("Nobody answered an operator’s request for access to content"),
    )
    CONTENT_GRANT_RAN_OUT = "content_grant.ran_out", _("An operator’s access to content expired")
    CONTENT_GRANT_REFUSED = "content_grant.refused", _("An officer refused an operator access to content")
    CONTENT_GRANT_WITHDRAWN = (
        "content_grant.withdrawn",
        _("An officer withdrew an operator’s access to content"),
    )
    DASHBOARD_TEMPLATE_DELETED = "dashboard_template.deleted", _("The dashboard layout was deleted")
    DASHBOARD_TEMPLATE_SAVED = "dashboard_template.saved", _("The dashboard layout was saved")
    MAIL_TRIED = "mail_server.tried", _("A message was sent to test the mail server")
    SECRET_KEY_ROTATED = "secret_key.rotated", _("The hub’s secret key was replaced")
    ENROLMENT_CODE_MADE = "enrolment.code_made", _("An enrolment code was created")
    ENROLMENT_JOINED = "enrolment.joined", _("This platform joined a hub")
    ENROLMENT_REDEEMED = "enrolment.redeemed", _("An organisation’s own platform was connected by its code")
    EVENT_READ_UNDER_GRANT = (
        "event.read_under_grant",
        _("An operator of the platform read the event with temporary access"),
    )
    EVENT_FILES_NOT_EXAMINED = (
        "event.files_not_examined",
        _("The event may be shared although some of its files could not be examined"),
    )
    EVENT_TLP_CONFIRMED = "event.tlp_confirmed", _("Sharing further than the TLP label allows was confirmed")
    JOB_CANCELLED = "job.cancelled", _("A job was cancelled")
    JOB_CLEARED = "job.cleared", _("Finished jobs were removed")
    JOB_RETRIED = "job.retried", _("A job was retried")
    LIBRARY_UPDATED = "library.updated", _("The libraries were updated")
    MAIL_TEMPLATE_CHANGED = "mail_template.changed", _("The text of an e-mail was changed")
    MAIL_TEMPLATE_RESET = "mail_template.reset", _("The default text of an e-mail was restored")
    LIST_EXPORTED = "list.exported", _("A list was downloaded")
    LEGAL_RULE_CHANGED = "legal_rule.changed", _("A legal rule was changed")
    POLICY_DISCARDED = "policy.discarded", _("The draft of the MISP policy was discarded")
    MOVE_IN_LOG_READ = "move_in.log_read", _("The former MISP’s log was read")
    MOVE_IN_MOVED = "move_in.moved", _("A MISP was moved into this hub")
    MOVE_IN_SWITCHED_ON = "move_in.switched_on", _("What had been on in the former MISP was switched on")
    POLICY_DRAFTED = "policy.drafted", _("The draft of the MISP policy was written")
    POLICY_ENDED = "policy.ended", _("The MISP policy was ended")
    POLICY_IN_FORCE = "policy.in_force", _("The MISP policy was brought into force")
    PUBLIC_PASSAGE_ADDED = "public_passage.added", _("A question was added to the public page")
    PUBLIC_PASSAGE_CHANGED = "public_passage.changed", _("A text of the public page was changed")
    PUBLIC_PASSAGE_MOVED = "public_passage.moved", _("A question of the public page was moved")
    PUBLIC_PASSAGE_REMOVED = "public_passage.removed", _("A question was removed from the public page")
    PUBLIC_PASSAGE_RESTORED = "public_passage.restored", _("An earlier text of the public page was restored")
    PROCESS_STARTED = "hub_process.started", _("A process of the hub was started")
    SCHEDULE_CHANGED = "schedule.changed", _("The schedule of a task was changed")
    SCHEDULE_ORDERED = "schedule.ordered", _("A scheduled task was started manually")
    SETTING_CHANGED = "setting.changed", _("The setting was changed")
    SUPPORT_REQUEST_ANSWERED = "support_request.answered", _("The requester answered support’s question")
    SUPPORT_REQUEST_ASKED = "support_request.asked", _("Support asked for more information")
    SUPPORT_REQUEST_ASSIGNED = "support_request.assigned", _("The support request was assigned")
    SUPPORT_REQUEST_OPENED = "support_request.opened", _("Support was contacted")
    SUPPORT_REQUEST_REOPENED = "support_request.reopened", _("The support request was reopened")
    SUPPORT_REQUEST_ROUTED = "support_request.routed", _("The support request was reclassified")
    SUPPORT_REQUEST_SOLVED = "support_request.solved", _("The support request was solved")
    SUPPORT_REQUEST_TAKEN = "support_request.taken", _("Work on the support request was started")
    WORKER_STOPPED = "worker.stopped", _("Workers were stopped")
