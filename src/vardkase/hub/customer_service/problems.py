"""What requests to customer service, and announcements, are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SupportProblem(ProblemCode):
    UNKNOWN_KIND = _("Choose one of the types.")
    NO_ADDRESS = _("Enter an e-mail address that we can reply to.")
    SUBJECT_FOR_OPERATOR = _("Enter a heading that the operator is allowed to read.")
    NOT_AT_THIS_DESK = _("This person does not handle requests of this kind.")
    NOT_THE_ASKER = _("Only the requester can answer that.")
    OWN_REQUEST = _("You are named as the contact for this request, so a colleague must handle it.")
    TOO_MANY_REQUESTS = _("Too many requests have been sent from here recently. Please try again in an hour.")
    TOO_MANY_MESSAGES = _("You have sent many messages recently. Please try again in an hour.")
    IS_A_CASE = _("A case has been opened from this request already.")
    NO_SUCH_REQUEST = _("Request not found."), "Invalid request."
    NO_SUCH_LINK = _("This link is not valid."), "Invalid link."
    NO_SUCH_ORGANISATION = _("Organisation not found."), "Invalid organisation."


class IncomingMailProblem(ProblemCode):
    TOO_LARGE = _("The e-mail is larger than 5 MB.")
    NO_SENDER = _("The e-mail has no sender to reply to.")
    NO_TEXT = _("The e-mail has no text.")
    UNREADABLE = _("The e-mail’s text cannot be read.")


class AnnouncementProblem(ProblemCode):
    START_MISSING = _("Enter when it starts.")
    ENDS_BEFORE_START = _("It cannot end before it starts.")
    NO_SUCH_ANNOUNCEMENT = _("Announcement not found."), "Invalid announcement."
