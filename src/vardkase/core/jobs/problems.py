"""Problems of background jobs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import VardkaseError
from vardkase.core.problems import CommonProblem, Problem, ProblemCode


class JobProblem(ProblemCode):
    """Why a job failed."""

    UNFORESEEN = (
        _("Unexpected error (%(name)s). See the worker’s log for details."),
        "An unforeseen fault (%(name)s). The log of the worker has it under the job's number.",
    )


def problem_of(fault: BaseException) -> Problem:
    """Why something failed; the text only of foreseen errors, as others may contain confidential data."""
    if isinstance(fault, VardkaseError):
        return fault.problem or CommonProblem.QUOTED(said=type(fault).__name__)
    return JobProblem.UNFORESEEN(name=type(fault).__name__)
