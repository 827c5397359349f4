"""Why a value of a setting is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SettingProblem(ProblemCode):
    NO_SUCH_OPTION = _("The value must be one of: %(options)s.")
    NOT_A_FLAG = _("The value must be true or false.")
    NOT_A_NUMBER = _("The value must be a whole number.")
    NOT_A_TEXT = _("Enter text of at most 65535 characters.")
    NOT_BETWEEN = _("The value must be between %(least)s and %(most)s.")
    NOT_SECONDS = _("The value must be between %(least)s and %(most)s seconds.")
    NEGATIVE = _("The value must be 0 or more.")
    NOT_POSITIVE = _("The value must be greater than 0.")
    NOT_A_PORT = _("The port must be between 1 and 65535.")
    NOT_AN_OBJECT = _("The rule must be a JSON object.")
    NOT_A_TAG_RULE = _('The rule must have the form {"tags": ["name of a tag"]}.')
    DAYS_NOT_BETWEEN = (
        _("The value must be a number of days from %(least)s to %(most)s."),
        "The number of days has to be between %(least)s and %(most)s.",
    )
    DAYS_NOT_FROM = (
        _("The value must be a number of days from %(least)s to %(most)s."),
        "A number of days from %(least)s to %(most)s.",
    )
    NOT_DAYS = _("The value must be a number of days from %(least)s to %(most)s.")
