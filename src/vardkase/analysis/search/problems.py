"""Problems of the filters of a search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SearchProblem(ProblemCode):
    UNKNOWN_GROUP = (
        _("%(name)s must be OR, AND or NOT."),
        "Invalid filter: %(name)s is not one of OR, AND and NOT.",
    )
    NOT_A_LIST = (
        _("Enter a list of texts or numbers."),
        "Invalid filter: a list of texts or numbers is expected.",
    )
    NOT_FLAGS = _("Enter 0, 1 or a list of both."), "Invalid filter: 0, 1 or a list of both is expected."
    BAD_TIME_RANGE = (
        _("Enter two times, from and to."),
        "Invalid filter: a range of time needs exactly two values.",
    )
    BAD_DAY_RANGE = (
        _("Enter two days, from and to."),
        "Invalid filter: a range of days needs exactly two values.",
    )
    NOT_A_NUMBER = _("%(name)s must be a number."), "Invalid filter: %(name)s must be a number."
    NEGATIVE = _("%(name)s must not be negative."), "Invalid filter: %(name)s must not be negative."
    BAD_DATE = (
        _("%(name)s must be a date, such as 2024-01-31, or an age, such as 5d."),
        "Invalid filter: %(name)s must be a date, as 2024-01-31, or an age, as 5d.",
    )
    TOO_MANY_TAGS = (
        _("Search for at most %(most)s tags at a time."),
        "At most %(most)s tags can be asked for together.",
    )
    TOO_MANY_ELEMENTS = (
        _("Search for at most %(most)s galaxy elements at a time."),
        "At most %(most)s elements of galaxies can be asked for together.",
    )
    TOO_MANY_PATTERNS = (
        _("%(name)s: search for at most %(most)s items with wildcards at a time."),
        "Invalid filter: %(name)s: at most %(most)s items with %% can be searched for at once.",
    )
    TOO_MANY_BROAD_PATTERNS = (
        _(
            "%(name)s: at most %(most)s items with wildcards can have fewer than %(least)s characters in a row."
        ),
        "Invalid filter: %(name)s: at most %(most)s items with %% may have fewer than %(least)s characters in a row.",
    )
    TOO_MANY_WILDCARDS = (
        _("%(name)s: an item can have at most %(most)s wildcards."),
        "Invalid filter: %(name)s: an item may have at most %(most)s %%.",
    )
    NOT_AN_OBJECT = (
        _("Enter the filters as a JSON object, starting with a brace."),
        "The search must be a JSON object.",
    )
    UNKNOWN_FILTER = _("Unknown filter: %(name)s"), "This is no filter of the search: %(name)s."
    FILTER_NOT_KEPT = (
        _("Unknown filter: %(name)s"),
        "A search that is kept does not take this filter: %(name)s.",
    )
    FILTERS_TOO_LONG = _("The filters may have at most %(most)s characters.")
