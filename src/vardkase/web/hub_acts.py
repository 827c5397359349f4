"""What the audit trail's entries about members and cases say; `acts` has all others."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOUNS: dict[str, str | Promise] = {
    "phase": _("Phase"),
    "precondition": _("Legal precondition"),
    "invitation": _("Invitation"),
    "application": pgettext_lazy("for membership", "Application"),
    "membership": _("Membership"),
    "letter": _("Letter"),
    "mail_template": _("Text of a mail"),
    "terms": _("Terms"),
}
SENTENCES: dict[str, str | Promise] = {
    "application.begun": _("A draft of an application was begun"),
    "application.link_renewed": _("A new private link to the application was made"),
    "application.message_written": _("A message about the application was written"),
    "invitation.revoked": _("An invitation to apply was revoked"),
    "invitation.sent": _("An invitation to apply was sent"),
    "invitation.sent_again": _("An invitation to apply was sent again"),
    "phase.changed": _("The phase was changed"),
    "precondition.in_force": _("The legal precondition was recorded as in force"),
    "precondition.revoked": _("The legal precondition was recorded as no longer in force"),
    "application.approved": _("The application was approved"),
    "application.assessed": _("A criterion was assessed"),
    "application.completed": _("The application was completed"),
    "application.completion_requested": _("The applicant was asked to complete the application"),
    "application.decision_proposed": _("An officer proposed how to decide"),
    "application.partiality_declared": _("An officer declared to be partial"),
    "application.proposal_returned": _("The proposal was returned with a question"),
    "application.proposal_taken_back": _("The proposal was taken back"),
    "application.put_on_waiting_list": _("The application was put on the waiting list"),
    "application.queued": _("The application’s phase opened, and it was queued for review"),
    "application.rejected": _("The application was rejected"),
    "application.submitted": _("The application was received"),
    "application.taken_over": _("Another officer took the application over"),
    "application.taken_up": _("The application was taken up for review"),
    "application.withdrawn": _("The application was withdrawn"),
    "letter.written": _("A letter was written"),
    "mail_template.changed": _("The text of a mail was changed"),
    "mail_template.reset": _("The standard text of a mail was taken again"),
    "membership.activated": _("The membership became active"),
    "membership.change_accepted": _("A change of the member’s data was accepted"),
    "membership.change_proposed": _("The member proposed a change of its data"),
    "membership.change_refused": _("A change of the member’s data was refused"),
    "membership.change_withdrawn": _("The member took back a proposed change of its data"),
    "membership.opened": _("The membership was opened"),
    "membership.restricted": _("The membership was limited"),
    "membership.restored": _("The suspension of the membership was lifted"),
    "membership.suspended": _("The membership was suspended"),
    "membership.terminated": _("The membership was terminated"),
    "membership.unrestricted": _("A limit of the membership was lifted"),
    "terms.accepted": _("The terms were accepted for a member"),
    "terms.discarded": _("The draft of the terms was discarded"),
    "terms.drafted": _("A new version of the terms was begun"),
    "terms.edited": _("The draft of the terms was changed"),
    "terms.published": _("A version of the terms was published"),
}
