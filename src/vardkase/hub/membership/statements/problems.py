"""What the services of security statements refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class StatementProblem(ProblemCode):
    NOT_TO_READ = _("Security statements are read by the member itself and by the hub’s officers.")
    NO_SUCH_FILE = _("File not found."), "Invalid file"
    NO_SUCH_STATEMENT = _("Statement not found.")
    NONE_WAITING = _("No statement is waiting for review.")
    ASKED_ALREADY = _("The member has been asked within the last day.")
    NO_MEASURE = _("Choose a measure.")
    SUBMITTED = _("The statement has been submitted. It can be changed again if the hub owner returns it.")
