"""Why a blueprint of sharing groups is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class BlueprintProblem(ProblemCode):
    NOT_FOUND = _("There is no such blueprint."), "Invalid Sharing Group Blueprint"
    NO_GROUP = _("The blueprint has no sharing group.")
    NOT_JSON = _("The rules are not JSON.")
    NOT_RULES = _('The rules are a JSON object such as {"OR": {"org_sector": ["Health"]}}.')
    TOO_DEEP = _("The rules are nested too deeply.")
    EMPTY = _("%(operator)s holds nothing.")
    NESTED_NOT = _("NOT may hold names of organisations and groups only.")
    NOT_AN_OBJECT = _("OR, AND and NOT hold an object.")
    UNKNOWN_RULE = _("There is no rule %(name)s.")
    TOO_MANY_RULES = _("There are too many rules.")
    TOO_MANY_VALUES = _("%(name)s has too many values.")
    NOT_AN_ID = _("An id is a whole number.")
    NOT_A_UUID = _("This is not a UUID.")
    NOT_TEXT = _("A rule holds texts.")
