"""Actions on members, cases and the hub's own work, as the audit log records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class HubAction(AuditAction):
    ANNOUNCEMENT_CHANGED = "announcement.changed", _("An announcement was changed")
    ANNOUNCEMENT_ENDED = "announcement.ended", _("A planned interruption was closed")
    ANNOUNCEMENT_MADE = "announcement.made", _("An interruption or incident was announced")
    APPEAL_CARRIED_OUT = "appeal.carried_out", _("The court’s decision was carried out")
    APPEAL_DECIDED = "appeal.decided", _("The court’s decision was recorded")
    APPEAL_DISMISSED = "appeal.dismissed", _("An appeal was dismissed as too late")
    APPEAL_FORWARDED = "appeal.forwarded", _("An appeal was forwarded to the court")
    APPEAL_IN_TIME = "appeal.in_time", _("An appeal was found to have arrived in time")
    APPEAL_WITHDRAWN = "appeal.withdrawn", _("An appeal was withdrawn")
    APPEAL_MET = "appeal.met", _("The decision was changed as the appeal asks")
    APPEAL_REVIVED = "appeal.revived", _("The dismissal of an appeal was quashed")
    APPEAL_REGISTERED = "appeal.registered", _("An appeal was registered")
    APPLICATION_APPROVED = "application.approved", _("The application was approved")
    APPLICATION_ASSESSED = "application.assessed", _("A criterion was assessed")
    APPLICATION_BEGUN = "application.begun", _("A draft application was started")
    APPLICATION_COMPLETED = "application.completed", _("Additional information was submitted")
    APPLICATION_COMPLETION_REQUESTED = (
        "application.completion_requested",
        _("The applicant was asked for more information"),
    )
    APPLICATION_DECISION_PROPOSED = "application.decision_proposed", _("An officer proposed a decision")
    APPLICATION_HANDED_OVER = (
        "application.handed_over",
        _("The application was handed over to another officer"),
    )
    APPLICATION_IMPARTIALITY_DECLARED = (
        "application.impartiality_declared",
        _("An officer named in the application declared that they have no conflict of interest"),
    )
    APPLICATION_LINK_RENEWED = (
        "application.link_renewed",
        _("A new private link to the application was created"),
    )
    APPLICATION_MESSAGE_WRITTEN = (
        "application.message_written",
        _("A message about the application was written"),
    )
    APPLICATION_PARTIALITY_DECLARED = (
        "application.partiality_declared",
        _("An officer declared a conflict of interest"),
    )
    APPLICATION_PROPOSAL_RETURNED = (
        "application.proposal_returned",
        _("The proposal was returned with a question"),
    )
    APPLICATION_PROPOSAL_TAKEN_BACK = "application.proposal_taken_back", _("The proposal was withdrawn")
    APPLICATION_PUT_ON_WAITING_LIST = (
        "application.put_on_waiting_list",
        _("The application was put on the waiting list"),
    )
    APPLICATION_QUEUED = (
        "application.queued",
        _("The application’s phase opened, and it was queued for review"),
    )
    APPLICATION_DISMISSED = "application.dismissed", _("The application was dismissed as incomplete")
    APPLICATION_REGISTERED = (
        "application.registered",
        _("An application received outside the hub was registered"),
    )
    APPLICATION_REGISTERED_AS = (
        "application.registered_as",
        _("The case reference number of the application was entered"),
    )
    APPLICATION_REJECTED = "application.rejected", _("The application was rejected")
    APPLICATION_REMINDED = "application.reminded", _("The applicant was reminded of missing information")
    APPLICATION_RESUMED = (
        "application.resumed",
        _("The assessment continued without additional information through the link"),
    )
    APPLICATION_SUBMITTED = "application.submitted", _("The application was received")
    APPLICATION_TAKEN_OVER = "application.taken_over", _("Another officer took over the application")
    APPLICATION_TAKEN_UP = "application.taken_up", _("The review of the application was started")
    APPLICATION_TERMS_ACCEPTED = (
        "application.terms_accepted",
        _("The applicant accepted the version of the terms that applies"),
    )
    APPLICATION_WITHDRAWN = "application.withdrawn", _("The application was withdrawn")
    APPROVAL_APPROVED = "approval.approved", _("The publication was approved by a second person")
    APPROVAL_OVERTAKEN = (
        "approval.overtaken",
        _("The event had changed since approval to publish was requested"),
    )
    APPROVAL_REJECTED = "approval.rejected", _("The publication was rejected")
    APPROVAL_REQUESTED = "approval.requested", _("The publication is waiting for a second person")
    APPROVAL_WITHDRAWN = "approval.withdrawn", _("The request to publish was withdrawn")
    BREACH_CHANGED = "breach.changed", _("The personal data breach was changed")
    BREACH_CLOSED = "breach.closed", _("The personal data breach was closed")
    BREACH_LOGGED = "breach.logged", _("A personal data breach was logged")
    BREACH_REOPENED = "breach.reopened", _("The personal data breach was reopened")
    BREACH_REPORTED = "breach.reported", _("The report of the personal data breach to IMY was recorded")
    BREACH_TOLD = "breach.told", _("How others were informed of the personal data breach was recorded")
    CASE_DOCUMENT_FILED = "case_file.document_filed", _("A document was filed in a case")
    CASE_FILE_ARCHIVED = "case_file.archived", _("A package of a case was downloaded for an e-archive")
    CASE_FILE_CLOSED = "case_file.closed", _("A case was closed")
    CASE_FILE_EXPORTED = "case_file.exported", _("The documents of a case were downloaded")
    CASE_FILE_OPENED = "case_file.opened", _("A case was opened")
    CASE_FILE_PRINTED = "case_file.printed", _("A case was downloaded as one PDF")
    CASE_FILE_REGISTERED_AS = "case_file.registered_as", _("The case reference number of a case was entered")
    CASE_FILE_REOPENED = "case_file.reopened", _("A case was reopened")
    AUTHORITY_DECIDED = "authority.decided", _("A legal officer decided whether a member is an authority")
    CASE_HEARING_ANSWERED = "case_file.hearing_answered", _("A party commented before a decision")
    CASE_HEARING_OPENED = (
        "case_file.hearing_opened",
        _("A party was given the opportunity to comment before a decision"),
    )
    CONSOLE_EXPORT_REFUSED = "console.export_refused", _("An export at the console was refused")
    CONSOLE_EXPORTED = "console.exported", _("Events were exported from the console")
    CONTACT_ADDED = "contact.added", _("A contact was added")
    CONTACT_CHANGED = "contact.changed", _("A contact was changed")
    CONTACT_REMOVED = "contact.removed", _("A contact was removed")
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
    DATA_REQUEST_ANSWERED = "data_request.answered", _("The request from a data subject was answered")
    DATA_REQUEST_CONTROLLER_ANSWERED = (
        "data_request.controller_answered",
        _("A controller’s answer to a request from a data subject was sent"),
    )
    DATA_REQUEST_EXTENDED = "data_request.extended", _("The time to answer a data subject was extended")
    DATA_REQUEST_FORGOTTEN = (
        "data_request.forgotten",
        _("What the request from a data subject was about was erased"),
    )
    DATA_REQUEST_IDENTITY_ASKED = "data_request.identity_asked", _("A data subject was asked who they are")
    DATA_REQUEST_IDENTITY_CONFIRMED = (
        "data_request.identity_confirmed",
        _("The identity of a data subject was confirmed"),
    )
    DATA_REQUEST_ITEMS_ANSWERED = (
        "data_request.items_answered",
        _("What was done with items of a request from a data subject was recorded"),
    )
    DATA_REQUEST_OPENED = "data_request.opened", _("A request from a data subject was received")
    DATA_REQUEST_READ = "data_request.read", _("Personal data of a data subject were read")
    DATA_REQUEST_SEARCHED = "data_request.searched", _("The hub was searched for a data subject")
    DATA_REQUEST_SENT = "data_request.sent", _("A request from a data subject was sent to the controllers")
    DATA_REQUEST_TAKEN = "data_request.taken", _("Work on the request from a data subject was started")
    DATA_REQUEST_TERMS_CHANGED = (
        "data_request.terms_changed",
        _("What to search for a data subject was changed"),
    )
    DATA_REQUEST_WITHDRAWN = "data_request.withdrawn", _("The request from a data subject was withdrawn")
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
    INVITATION_REVOKED = "invitation.revoked", _("An invitation to apply was revoked")
    INVITATION_SENT = "invitation.sent", _("An invitation to apply was sent")
    INVITATION_SENT_AGAIN = "invitation.sent_again", _("An invitation to apply was sent again")
    JOB_CANCELLED = "job.cancelled", _("A job was cancelled")
    JOB_CLEARED = "job.cleared", _("Finished jobs were removed")
    JOB_RETRIED = "job.retried", _("A job was retried")
    LETTER_CORRECTED = "letter.corrected", _("A corrected copy of a letter was written")
    LETTER_DELIVERED = "letter.delivered", _("The delivery of a letter was recorded")
    LETTER_RESENT = "letter.resent", _("A letter was sent again by e-mail")
    LETTER_SERVED = "letter.served", _("The service of a letter was recorded")
    LETTER_WRITTEN = "letter.written", _("A letter was written")
    LIBRARY_UPDATED = "library.updated", _("The libraries were updated")
    MAIL_TEMPLATE_CHANGED = "mail_template.changed", _("The text of an e-mail was changed")
    MAIL_TEMPLATE_RESET = "mail_template.reset", _("The default text of an e-mail was restored")
    LIST_EXPORTED = "list.exported", _("A list was downloaded")
    MEMBERSHIP_ACTIVATED = "membership.activated", _("The membership became active")
    MEMBERSHIP_BROUGHT_INTO_USE = (
        "membership.brought_into_use",
        _("From now on, only members read and write at the hub"),
    )
    MEMBERSHIP_CHANGE_ACCEPTED = (
        "membership.change_accepted",
        _("A change of the member’s details was accepted"),
    )
    MEMBERSHIP_CHANGE_PROPOSED = (
        "membership.change_proposed",
        _("The member proposed a change of its details"),
    )
    MEMBERSHIP_CHANGE_REFUSED = "membership.change_refused", _("A change of the member’s details was refused")
    MEMBERSHIP_CHANGE_WITHDRAWN = (
        "membership.change_withdrawn",
        _("The member withdrew a proposed change of its details"),
    )
    MEMBERSHIP_EXPORTED = "membership.exported", _("The list of members was exported")
    MEMBERSHIP_IMPARTIALITY_DECLARED = (
        "membership.impartiality_declared",
        _("A contact of the member declared no conflict of interest"),
    )
    MEMBERSHIP_ONBOARDED = "membership.onboarded", _("An item of the member’s checklist was completed")
    MEMBERSHIP_OPENED = "membership.opened", _("The membership was opened")
    MEMBERSHIP_PARTIALITY_DECLARED = (
        "membership.partiality_declared",
        _("Someone at the hub declared a conflict of interest"),
    )
    MEMBERSHIP_REOPENED_ITEM = "membership.reopened_item", _("A checklist item of the member was reopened")
    MEMBERSHIP_REINSTATED = (
        "membership.reinstated",
        _("The membership applies again: its termination was quashed"),
    )
    MEMBERSHIP_RESTORED = "membership.restored", _("The suspension of the membership was lifted")
    MEMBERSHIP_RESTRICTED = "membership.restricted", _("The membership was restricted")
    MEMBERSHIP_SIGN_IN_MINIMUM_CHANGED = (
        "membership.sign_in_minimum_changed",
        _("The minimum requirements for signing in were changed"),
    )
    MEMBERSHIP_STATEMENT_ACCEPTED = (
        "membership.statement_accepted",
        _("The member’s security statement was accepted"),
    )
    MEMBERSHIP_STATEMENT_ASKED = (
        "membership.statement_asked",
        _("The member was asked to renew its statement"),
    )
    MEMBERSHIP_STATEMENT_RETURNED = (
        "membership.statement_returned",
        _("The member’s security statement was returned"),
    )
    MEMBERSHIP_STATEMENT_SUBMITTED = (
        "membership.statement_submitted",
        _("The member submitted its security statement"),
    )
    MEMBERSHIP_SUSPENDED = "membership.suspended", _("The membership was suspended")
    MEMBERSHIP_TERMINATED = "membership.terminated", _("The membership was terminated")
    MEMBERSHIP_RESTRICTION_KEPT = "membership.restriction_kept", _("A restriction was reviewed and remains")
    MEMBERSHIP_UNRESTRICTED = "membership.unrestricted", _("A limit of the membership was lifted")
    # The audit trail is append-only: the value stays as it is stored.
    ORGANISATION_FIELDS_SET = "organisation.told", _("Additional fields of the organisation were filled in")
    ORGANISATION_GROUP_ACCEPTED = (
        "organisation_group.accepted",
        _("The organisation allowed a group administrator to manage its accounts"),
    )
    ORGANISATION_GROUP_CHANGED = "organisation_group.changed", _("The organisation group was changed")
    ORGANISATION_GROUP_DELETED = "organisation_group.deleted", _("The organisation group was dissolved")
    ORGANISATION_GROUP_MADE = "organisation_group.made", _("The organisation group was created")
    ORGANISATION_GROUP_WITHDRAWN = (
        "organisation_group.withdrawn",
        _("The organisation no longer lets a group administrator manage its accounts"),
    )
    LEGAL_RULE_CHANGED = "legal_rule.changed", _("A legal rule was changed")
    OFFENCE_PERMISSION_ENDED = (
        "offence_permission.ended",
        _("A permission to process personal data on offences was ended"),
    )
    OFFENCE_PERMISSION_RECORDED = (
        "offence_permission.recorded",
        _("A permission to process personal data on offences was recorded"),
    )
    PHASE_CHANGED = "phase.changed", _("The phase was changed")
    POLICY_DISCARDED = "policy.discarded", _("The draft of the MISP policy was discarded")
    POLICY_DRAFTED = "policy.drafted", _("The draft of the MISP policy was written")
    POLICY_ENDED = "policy.ended", _("The MISP policy was ended")
    POLICY_IN_FORCE = "policy.in_force", _("The MISP policy was brought into force")
    PRECONDITION_IN_FORCE = "precondition.in_force", _("The legal precondition was recorded as in force")
    PRECONDITION_REVOKED = (
        "precondition.revoked",
        _("The legal precondition was recorded as no longer in force"),
    )
    PUBLIC_PASSAGE_ADDED = "public_passage.added", _("A question was added to the public page")
    PUBLIC_PASSAGE_CHANGED = "public_passage.changed", _("A text of the public page was changed")
    PUBLIC_PASSAGE_MOVED = "public_passage.moved", _("A question of the public page was moved")
    PUBLIC_PASSAGE_REMOVED = "public_passage.removed", _("A question was removed from the public page")
    PUBLIC_PASSAGE_RESTORED = "public_passage.restored", _("An earlier text of the public page was restored")
    RECORDS_CASE_ANSWERED = "records_case.answered", _("A request for public records was answered")
    RECORDS_CASE_APPEALED = "records_case.appealed", _("A decision on public records was appealed")
    RECORDS_CASE_ASSESSED = "records_case.assessed", _("Material in a public-records case was assessed")
    RECORDS_CASE_ASSESSING = "records_case.assessing", _("The assessment of a public-records case began")
    RECORDS_CASE_CLOSED = "records_case.closed", _("A public-records case was closed")
    RECORDS_CASE_CONSULTATION_ANSWERED = (
        "records_case.consultation_answered",
        _("A member answered a consultation in a public-records case"),
    )
    RECORDS_CASE_CONSULTED = "records_case.consulted", _("Members were consulted in a public-records case")
    RECORDS_CASE_COORDINATED = (
        "records_case.coordinated",
        _("Authorities wrote to each other about requests for the same material"),
    )
    RECORDS_CASE_DECIDED = "records_case.decided", _("An authority decided in writing on public records")
    RECORDS_CASE_DECISION_WANTED = (
        "records_case.decision_wanted",
        _("A requester asked for a written decision on public records"),
    )
    RECORDS_CASE_FORWARDED = "records_case.forwarded", _("An appeal about public records was forwarded")
    RECORDS_CASE_MATERIAL = "records_case.material", _("The material of a public-records case was identified")
    RECORDS_CASE_MATERIAL_ADDED = (
        "records_case.material_added",
        _("Material was copied into a public-records case"),
    )
    RECORDS_CASE_MATERIAL_REMOVED = (
        "records_case.material_removed",
        _("Material was removed from a public-records case"),
    )
    RECORDS_CASE_REASSESSED = "records_case.reassessed", _("A public-records case is assessed again")
    RECORDS_CASE_REFERRED = (
        "records_case.referred",
        _("A request for public records was referred to another authority"),
    )
    RECORDS_CASE_REGISTERED = "records_case.registered", _("A request for public records was registered")
    RECORDS_CASE_REMINDED = (
        "records_case.reminded",
        _("A member was reminded of a consultation in a public-records case"),
    )
    RECORDS_CASE_REOPENED = "records_case.reopened", _("A public-records case was reopened")
    RECORDS_CASE_REQUESTER_CHANGED = (
        "records_case.requester_changed",
        _("The requester’s details in a public-records case were changed"),
    )
    RECORDS_CASE_RESPONSIBLE = (
        "records_case.responsible",
        _("The officer responsible for a public-records case was changed"),
    )
    RECORDS_CASE_SERVED = "records_case.served", _("Service of a decision on public records was recorded")
    RECORDS_CASE_SETTLED = (
        "records_case.settled",
        _("The outcome of an appeal about public records was recorded"),
    )
    RECORDS_CASE_WITHDRAWN = "records_case.withdrawn", _("A request for public records was withdrawn")
    RECORDS_OFFICE_CHANGED = (
        "records_office.changed",
        _("What an authority’s letters about public records state was changed"),
    )
    RECORDS_OFFICER_NAMED = (
        "records_officer.named",
        _("A person was named to handle the authority’s public-records requests"),
    )
    RECORDS_OFFICER_REMOVED = (
        "records_officer.removed",
        _("A person no longer handles the authority’s public-records requests"),
    )
    SCHEDULE_CHANGED = "schedule.changed", _("The schedule of a task was changed")
    SCHEDULE_ORDERED = "schedule.ordered", _("A scheduled task was started manually")
    SECURITY_STATEMENT_ACCEPTED = "security_statement.accepted", _("The security statement was accepted")
    SECURITY_STATEMENT_EVIDENCE_ADDED = (
        "security_statement.evidence_added",
        _("A file was attached to the security statement"),
    )
    SECURITY_STATEMENT_EVIDENCE_REMOVED = (
        "security_statement.evidence_removed",
        _("A file was removed from the security statement"),
    )
    SECURITY_STATEMENT_RETURNED = "security_statement.returned", _("The security statement was returned")
    SECURITY_STATEMENT_SUBMITTED = "security_statement.submitted", _("The security statement was submitted")
    SETTING_CHANGED = "setting.changed", _("The setting was changed")
    SPILL_ANSWERED = "spill.answered", _("Someone who had a spilled event answered")
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
    SUPPORT_REQUEST_ANSWERED = "support_request.answered", _("The requester answered support’s question")
    SUPPORT_REQUEST_ASKED = "support_request.asked", _("Support asked for more information")
    SUPPORT_REQUEST_ASSIGNED = "support_request.assigned", _("The support request was assigned")
    SUPPORT_REQUEST_OPENED = "support_request.opened", _("Support was contacted")
    SUPPORT_REQUEST_REOPENED = "support_request.reopened", _("The support request was reopened")
    SUPPORT_REQUEST_ROUTED = "support_request.routed", _("The support request was reclassified")
    SUPPORT_REQUEST_SOLVED = "support_request.solved", _("The support request was solved")
    SUPPORT_REQUEST_TAKEN = "support_request.taken", _("Work on the support request was started")
    TERMS_ACCEPTED = "terms.accepted", _("The terms were accepted for a member")
    TERMS_DISCARDED = "terms.discarded", _("The draft of the terms was discarded")
    TERMS_DRAFTED = "terms.drafted", _("A new draft of the terms was started")
    TERMS_EDITED = "terms.edited", _("The draft of the terms was changed")
    TERMS_PUBLISHED = "terms.published", _("A version of the terms was published")
    TRAINING_ADDED = "training.added", _("The person’s training was recorded")
    TRAINING_REMOVED = "training.removed", _("The training record of the person was removed")
    WORKER_STOPPED = "worker.stopped", _("Workers were stopped")
