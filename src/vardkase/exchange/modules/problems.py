"""Problems of modules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ModuleProblem(ProblemCode):
    UNREACHABLE = _("The module server cannot be reached."), "Module service not reachable."
    NOT_ENABLED = _("The module does not exist or is disabled."), "Module not found or not enabled."
    NOT_JSON = (
        _("The module %(module)s did not respond with JSON."),
        "The module %(module)s answered no JSON.",
    )
    NOT_BASE64 = (
        _("The module %(module)s did not respond with Base64."),
        "The module %(module)s answered no base64.",
    )
    TOO_DEEP = (
        _("The response from the module %(module)s is nested too deeply."),
        "The answer of the module %(module)s nests too deeply.",
    )
    NO_ANSWER = _("The module %(module)s did not respond."), "The module %(module)s had no answer."
    NO_OUTPUT = _("The module %(module)s returned nothing.")
    TOO_SLOW = _("The modules took too long.")
    TOO_MANY_EXPORTS = _("You have sent many events to modules in the last hour. Try again later.")
    SEVERAL = "%(first)s; %(rest)s"
    OF_MODULE = "%(module)s: %(reason)s"
    """`reason` is another problem."""
