"""What the services of phases refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class PhaseProblem(ProblemCode):
    NO_SUCH_PHASE = _("Phase not found.")
    NO_SUCH_PRECONDITION = _("Legal precondition not found.")
    NOTHING_TO_CHANGE = _("Nothing to change.")
    LACKS_REFERENCE = _("Name the law or decision, in at most %(most)s characters.")
    LACKS_REASON = _("Give a reason of at most %(most)s characters.")
    ENDS_BEFORE_IT_STARTS = _("A phase cannot end before it starts.")
    LACKS_TITLE = _("Enter a title in both languages.")
    TOO_LONG = _("Enter text of at most %(most)s characters.")
    NOT_A_DATE = _("Use the format 2026-02-23.")
