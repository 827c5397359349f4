"""What requests to customer service, and announcements, are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SupportProblem(ProblemCode):
    UNKNOWN_KIND = _("Choose one of the kinds.")
    NO_ADDRESS = _("Enter an e-mail address that we can reply to.")
    SUBJECT_FOR_OPERATOR = _("Enter a heading that the operator may read.")
    NOT_AT_THIS_DESK = _("This person does not handle requests of this kind.")
    NOT_THE_ASKER = _("Only the person who asked can answer that.")
    OWN_REQUEST = _("You are named as the contact of this request: a colleague handles it.")
    TOO_MANY_REQUESTS = _("Too many requests have been sent from here recently. Please try again in an hour.")
    TOO_MANY_MESSAGES = _("You have written a lot recently. Please try again in an hour.")
    NO_SUCH_REQUEST = _("There is no such request."), "Invalid request."
    NO_SUCH_LINK = _("There is nothing behind this link."), "Invalid link."
    NO_SUCH_ORGANISATION = _("There is no such organisation."), "Invalid organisation."


class IncomingMailProblem(ProblemCode):
    TOO_LARGE = _("The mail is larger than 5 MB.")
    NO_SENDER = _("The mail has no sender that could be answered.")
    NO_TEXT = _("The mail has no text.")
    UNREADABLE = _("The mail's text cannot be read.")


class AnnouncementProblem(ProblemCode):
    START_MISSING = _("Say when it starts.")
    ENDS_BEFORE_START = _("It cannot end before it starts.")
    NO_SUCH_ANNOUNCEMENT = _("There is no such announcement."), "Invalid announcement."
