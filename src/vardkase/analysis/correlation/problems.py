"""Problems of correlation rules and of values excluded from correlation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class CorrelationRuleProblem(ProblemCode):
    NOT_FOUND = _("Correlation rule not found."), "Invalid CorrelationRule"
    TOO_MANY = (
        _("There can be at most %(most)s correlation rules."),
        "There can be %(most)s correlation rules at most.",
    )
    UNKNOWN_TYPE = _("Choose one of: %(choices)s."), "Options: %(choices)s"
    NOT_A_LIST = (
        _("Enter a list of 1 to %(most)s entries."),
        "Expected a list of 1 to %(most)s entries.",
    )
    NOT_EVENTS = _("Enter the ids of events."), "Expected the ids of events."
    NOT_ORGANISATIONS = _("Enter the ids of organisations."), "Expected the ids of organisations."
    NOT_TEXTS = (
        _("Enter text of at most %(most)s characters. A percent sign at either end matches any characters."),
        "Expected texts of at most %(most)s characters; %% at an end stands for anything.",
    )


class CorrelationExclusionProblem(ProblemCode):
    NOT_FOUND = _("Correlation exclusion not found."), "Invalid CorrelationExclusion"
    VALUE_MISSING = _("Enter a value."), "Value cannot be empty."
    VALUE_TAKEN = _("The value is already in the list."), "Value is already in the exclusion list."
