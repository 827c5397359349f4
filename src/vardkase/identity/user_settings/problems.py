"""Why a setting of an account is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class UserSettingProblem(ProblemCode):
    NOT_FOUND = _("There is no such setting."), "Invalid user setting."
    UNKNOWN = _("There is no such setting."), "Invalid setting."
    TOO_LONG = _("The value is too long.")
    TOO_MANY_COMPARED = _("The filter compares with more than %(most)s texts.")
    FILTER_NOT_AN_OBJECT = _("The filter has to be an object.")
    NOT_FILTERED_BY = _("Nothing can be filtered by %(name)s.")
    NOT_COMPARED_WITH = _("%(name)s has to be compared with a text or a list of texts.")
    NOT_A_FLAG = _("The value has to be 0 or 1.")
    NOT_A_DASHBOARD = _("The dashboard has to be a list of widgets.")
    NOT_A_PATH = _("The homepage has to be a path of this hub.")
    NO_PARAMETERS = _("The value has to be an object that gives each scope its parameters.")
    NO_NUMBERS = _("The value has to be an object that gives each tag a number.")
    NO_COLUMNS = _("The value has to be a list of columns.")
    FILTERS_NOT_AN_OBJECT = _("The filters have to be an object.")
    SUMMARY_NOT_FILTERED_BY = _("Summaries cannot be filtered by %(name)s.")
