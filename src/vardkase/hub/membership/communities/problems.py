"""What the services of communities refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MemberCommunityProblem(ProblemCode):
    NO_SUCH_COMMUNITY = _("There is no such community."), "Invalid community"
    NO_SUCH_CHOICE = _("There is no such choice: %(choice)s.")
