"""Why a value of a setting is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SettingProblem(ProblemCode):
    NO_SUCH_OPTION = _("The value has to be one of: %(options)s.")
    NOT_A_FLAG = _("The value has to be true or false.")
    NOT_A_NUMBER = _("The value has to be a whole number.")
    NOT_A_TEXT = _("The value has to be a text of at most 65535 characters.")
    NOT_BETWEEN = _("The value has to be between %(least)s and %(most)s.")
    NOT_SECONDS = _("The value has to be between %(least)s and %(most)s seconds.")
    NEGATIVE = _("The value has to be 0 or more.")
    NOT_POSITIVE = _("The value has to be greater than 0.")
    NOT_A_PORT = _("The port has to be between 1 and 65535.")
    NOT_AN_OBJECT = _("The rule has to be a JSON object.")
    NOT_A_TAG_RULE = _('The rule has to be of the form {"tags": ["name of a tag"]}.')
    DAYS_NOT_BETWEEN = (
        _("The value has to be a number of days from %(least)s to %(most)s."),
        "The number of days has to be between %(least)s and %(most)s.",
    )
    DAYS_NOT_FROM = (
        _("The value has to be a number of days from %(least)s to %(most)s."),
        "A number of days from %(least)s to %(most)s.",
    )
    NOT_DAYS = _("The value has to be a number of days from %(least)s to %(most)s.")
