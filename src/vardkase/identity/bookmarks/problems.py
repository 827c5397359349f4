"""Why a bookmark is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class BookmarkProblem(ProblemCode):
    NOT_FOUND = _("Bookmark not found."), "Invalid bookmark."
    NOT_AN_ADDRESS = _("Please enter an address that begins with http://, https:// or /.")
