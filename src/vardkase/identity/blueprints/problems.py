"""Why a blueprint of sharing groups is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class BlueprintProblem(ProblemCode):
    NOT_FOUND = _("Blueprint not found."), "Invalid Sharing Group Blueprint"
    NO_GROUP = _("The blueprint has no sharing group.")
    NOT_JSON = _("The rules are not JSON.")
    NOT_RULES = _('Enter the rules as a JSON object such as {"OR": {"org_sector": ["Health"]}}.')
    TOO_DEEP = _("The rules are nested too deeply.")
    EMPTY = _("%(operator)s is empty.")
    NESTED_NOT = _("NOT may contain only names of organisations and groups.")
    NOT_AN_OBJECT = _("OR, AND and NOT must contain an object.")
    UNKNOWN_RULE = _("Rule %(name)s not found.")
    TOO_MANY_RULES = _("There are too many rules.")
    TOO_MANY_VALUES = _("%(name)s has too many values.")
    NOT_AN_ID = _("An ID must be a whole number.")
    NOT_A_UUID = _("This is not a UUID.")
    NOT_TEXT = _("A rule can contain only text.")
