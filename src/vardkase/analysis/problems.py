"""Problems of the packages that have few: decay."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class DecayOptionProblem(ProblemCode):
    BAD_MODELS = (
        _("Enter the id of a decaying model, or a list of ids."),
        "decayingModel must be an id or a list of ids.",
    )
    BAD_OVERRIDES = (
        _("Enter the changed parameters as names with values."),
        "modelOverrides must be an object.",
    )
