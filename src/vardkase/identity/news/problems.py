"""Why a news item is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class NewsProblem(ProblemCode):
    NOT_FOUND = _("News item not found."), "Invalid news item."
