"""What messages to authors are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class RelayProblem(ProblemCode):
    NOT_ANONYMOUS = _("This event was not published anonymously on this hub.")
    TEXT_LENGTH = _("Write 1 to %(most)s characters.")
    NO_SUCH_KIND = _("Choose what your message is.")
    TOO_MANY_OPEN = _("Your organisation already has %(most)s messages about this event without an answer.")
    TOO_MANY_TODAY = _("Your organisation has sent %(most)s messages to authors today. Try again tomorrow.")
    NOT_IN_PERSON = _("Messages to authors are written by people who are signed in.")
    NO_SUCH_MESSAGE = _("There is no such message for this recovery code.")
    ANSWERED = _("This message has been answered already, or takes no answer.")
    WAITS = _("An answer to this message has been submitted already.")
