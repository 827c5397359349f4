"""What is refused about who handles requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class RecordsOfficerProblem(ProblemCode):
    NOT_AN_OFFICER = _(
        "Only people whom your authority has named for this can handle its requests for public records. An "
        "administrator of your organisation names them."
    )
    NOT_AN_ADMINISTRATOR = _(
        "Only an administrator of a connected authority can say who handles its requests for public records."
    )
    NOT_A_USER = _("No active user of your organisation has this address.")
    CONTENT_BLIND = _("This person may not read what is shared on the hub.")
    NAMED_ALREADY = _("This person is already named.")
    NO_SUCH_OFFICER = _("This person is not named."), "Invalid officer."
    NOT_ON_ONE_LINE = _("Enter at most %(most)s characters, on one line.")
    NOT_AN_AMOUNT = _("Enter a whole number from %(least)s to %(most)s.")
