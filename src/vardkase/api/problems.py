"""What a request is refused for before a service reads it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ApiProblem(ProblemCode):
    NOT_A_DAY = _("%(name)s is a day such as 2027-01-31.")
    NOT_AN_ACCOUNT = _("%(name)s is the number of an account, or empty for nobody.")
    NO_SUCH_TASK = _("There is no task %(number)s.")
    UNKNOWN_TIMER = _("The timer has to be one of: %(choices)s.")
    NOT_A_TIME_OF_DAY = _("The time has to read HH:MM.")
    NO_SUCH_ENTRY = _("There is no such entry in the log."), "Invalid log entry."
