"""What the services of invitations refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class InvitationProblem(ProblemCode):
    NO_SUCH_INVITATION = _("The invitation does not exist, or has been used, revoked or has expired.")
    NO_PHASE_BY_INVITATION = _("No invitation-only phase is open or planned.")
    ALREADY_INVITED = _("This address has already been invited. You can send the invitation again.")
    USED_OR_REVOKED = _("The invitation has been used or revoked.")
