"""What the services of permissions for data on offences refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OffenceDataProblem(ProblemCode):
    NO_SUCH_PERMISSION = _("Permission not found.")
    NO_SUCH_ORGANISATION = _("Choose an organisation from the list.")
    LACKS_REFERENCE = _("Enter the decision or provision, in at most %(most)s characters.")
    LACKS_REASON = _("Enter a reason of at most %(most)s characters.")
    NOT_A_DAY = _("Enter a day.")
    ENDS_BEFORE_IT_STARTS = _("The last day must not be before the first day.")
    ENDED_ALREADY = _("The permission has been ended.")
