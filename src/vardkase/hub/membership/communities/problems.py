"""What the services of communities refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MemberCommunityProblem(ProblemCode):
    NO_SUCH_COMMUNITY = _("Community not found."), "Invalid community"
    NO_SUCH_CHOICE = _("Unknown choice: %(choice)s.")
