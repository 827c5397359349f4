"""Why a news item is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class NewsProblem(ProblemCode):
    NOT_FOUND = _("There is no such news item."), "Invalid news item."
