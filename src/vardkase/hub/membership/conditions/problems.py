"""What the services of conditions refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ConditionProblem(ProblemCode):
    NO_SUCH_CONDITION = _("Condition not found.")
    NO_CONDITIONS = _("State at least one condition or exception.")
    IS_AN_EXCEPTION = _("This is an exception. It is extended or ended, not answered.")
    IS_NO_EXCEPTION = _(
        "Only an exception can be extended. Give the member a new date for a condition instead."
    )
    STILL_RUNS = _(
        "The exception runs until %(day)s. Ending it earlier is a decision against the member: impose a condition, or "
        "wait."
    )
    LACKS_ANSWER = _("Describe how the condition is met.")
    EARLIER_DAY = _("Choose a day after %(day)s.")
    TOO_MANY_ANSWERS = _("No more than %(most)s answers can be given. Write to the hub owner instead.")
    MEMBERSHIP_ENDED = _("The membership has ended.")
