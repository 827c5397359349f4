"""Why a setting of an account is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class UserSettingProblem(ProblemCode):
    NOT_FOUND = _("Setting not found."), "Invalid user setting."
    UNKNOWN = _("Setting not found."), "Invalid setting."
    TOO_LONG = _("The value is too long.")
    TOO_MANY_COMPARED = _("The filter contains more than %(most)s texts.")
    FILTER_NOT_AN_OBJECT = _("The filter must be an object.")
    NOT_FILTERED_BY = _("Filtering by %(name)s is not supported.")
    NOT_COMPARED_WITH = _("%(name)s must be compared with text or a list of texts.")
    NOT_A_FLAG = _("The value must be 0 or 1.")
    NOT_A_DASHBOARD = _("The dashboard must be a list of widgets.")
    NOT_A_PATH = _("The homepage must be a path on this hub.")
    NO_PARAMETERS = _("The value must be an object that gives each scope its parameters.")
    NO_NUMBERS = _("The value must be an object that gives each tag a number.")
    NO_COLUMNS = _("Enter a list of columns.")
    FILTERS_NOT_AN_OBJECT = _("The filters must be an object.")
    SUMMARY_NOT_FILTERED_BY = _("Summaries cannot be filtered by %(name)s.")
