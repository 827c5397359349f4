"""Why a request for an account is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class RegistrationProblem(ProblemCode):
    NOT_FOUND = _("Request not found."), "Invalid registration(s)."
    NOT_ENABLED = (
        _("Accounts cannot be requested on this hub."),
        "Self registration is not enabled on this instance.",
    )
    FULL = _("Too many requests are waiting. Please try again later.")
    TOO_LONG = _("Please enter text of at most 2000 characters.")
