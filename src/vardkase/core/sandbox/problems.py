"""Problems of documents that take more than a job may use."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SandboxProblem(ProblemCode):
    BUSY = _("The server is busy with other documents. Try again in a moment.")
    EXHAUSTED = (
        _("The document took too long to process or needs too much memory."),
        "The document took too long, or needs too much memory.",
    )
    TOO_MUCH = (
        _("Converting this takes longer than a request may take. Request less at a time."),
        "All this together takes longer to convert than one request may. Ask for less at once.",
    )
