"""What the audit trail's entries about members and cases say; `acts` has all others."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOUNS: dict[str, str | Promise] = {
    "application": pgettext_lazy("for membership", "Application"),
    "membership": _("Membership"),
    "mail_template": _("Text of a mail"),
    "terms": _("Terms"),
}
SENTENCES: dict[str, str | Promise] = {
    "application.approved": _("The application was approved"),
    "application.completed": _("The application was completed"),
    "application.completion_requested": _("The applicant was asked to complete the application"),
    "application.put_on_waiting_list": _("The application was put on the waiting list"),
    "application.queued": _("The application’s phase opened, and it was queued for review"),
    "application.rejected": _("The application was rejected"),
    "application.submitted": _("The application was received"),
    "application.taken_up": _("The application was taken up for review"),
    "application.withdrawn": _("The application was withdrawn"),
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
