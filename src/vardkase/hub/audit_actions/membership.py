"""Actions on applications, members and what they have agreed to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class MembershipAction(AuditAction):
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
    APPLICATION_REOPENED = "application.reopened", _("The application is examined again")
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
    CONTACT_ADDED = "contact.added", _("A contact was added")
    CONTACT_CHANGED = "contact.changed", _("A contact was changed")
    CONTACT_REMOVED = "contact.removed", _("A contact was removed")
    INVITATION_REVOKED = "invitation.revoked", _("An invitation to apply was revoked")
    INVITATION_SENT = "invitation.sent", _("An invitation to apply was sent")
    INVITATION_SENT_AGAIN = "invitation.sent_again", _("An invitation to apply was sent again")
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
    MEMBERSHIP_REINSTATED = "membership.reinstated", _("The membership applies again")
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
    OFFENCE_PERMISSION_ENDED = (
        "offence_permission.ended",
        _("A permission to process personal data on offences was ended"),
    )
    OFFENCE_PERMISSION_RECORDED = (
        "offence_permission.recorded",
        _("A permission to process personal data on offences was recorded"),
    )
    PHASE_CHANGED = "phase.changed", _("The phase was changed")
    PRECONDITION_IN_FORCE = "precondition.in_force", _("The legal precondition was recorded as in force")
    PRECONDITION_REVOKED = (
        "precondition.revoked",
        _("The legal precondition was recorded as no longer in force"),
    )
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
    TERMS_ACCEPTED = "terms.accepted", _("The terms were accepted for a member")
    TERMS_DISCARDED = "terms.discarded", _("The draft of the terms was discarded")
    TERMS_DRAFTED = "terms.drafted", _("A new draft of the terms was started")
    TERMS_EDITED = "terms.edited", _("The draft of the terms was changed")
    TERMS_PUBLISHED = "terms.published", _("A version of the terms was published")
    TRAINING_ADDED = "training.added", _("The person’s training was recorded")
    TRAINING_REMOVED = "training.removed", _("The training record of the person was removed")
