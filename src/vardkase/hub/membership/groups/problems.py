"""What the services of groups refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OrganisationGroupProblem(ProblemCode):
    NO_SUCH_GROUP = _("Group not found."), "Invalid group."
    NAME_TAKEN = _("A group with this name already exists.")
    NOT_ADMINISTRATORS = _("No administrator of accounts has the address %(emails)s.")
    SIGN_IN_SET_BY_ANOTHER = _(
        "Someone else set your sign-in details within the last few days. Another administrator of your "
        "organisation must accept, or you can do it later."
    )
    ACCEPTS_ONESELF = _("You cannot accept yourself as the administrator of a group.")
