"""Problems of questions to creators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class QuestionProblem(ProblemCode):
    NOT_FOUND = _("Question not found.")
