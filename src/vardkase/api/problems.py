"""What a request is refused for before a service reads it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ApiProblem(ProblemCode):
    NOT_A_TIME = (
        _("%(name)s must be an ISO 8601 time with a time zone."),
        "%(name)s is an ISO time with its zone.",
    )
    NOT_A_TEXT = _("%(name)s must be text."), "%(name)s is a text."
    NOT_A_NUMBER = _("%(name)s must be a number."), "%(name)s is a number."
    MISSING = _("%(name)s is missing.")
    NOT_A_LIST = _("%(name)s must be a list."), "%(name)s is a list."
    NOT_NAMES = _("%(name)s must be a list of names."), "%(name)s is a list of names."
    NOT_ORGANISATIONS = (
        _("%(name)s must be a list of organisation IDs."),
        "%(name)s lists ids of organisations.",
    )
    NOT_AN_OBJECT = _("%(name)s must be an object."), "%(name)s is an object."
    NOT_TRUE_OR_FALSE = _("%(name)s must be true or false."), "%(name)s is true or false."
    NOT_BASE64 = _("%(name)s must be a Base64-encoded file."), "%(name)s is a file in Base64."
    NOT_TEXTS = _("The name and the role must be text."), "name and role are texts."
    NOT_A_DAY = _("%(name)s must be a date such as 2027-01-31.")
    NOT_AN_ACCOUNT = _("%(name)s must be the number of an account, or empty for no account.")
    NO_SUCH_TASK = _("Task %(number)s not found.")
    UNKNOWN_TIMER = _("The timer must be one of: %(choices)s.")
    NOT_A_TIME_OF_DAY = _("Enter the time as HH:MM.")
    NO_FEED = _("No feed is available to you here.")
    NO_SUCH_ENTRY = _("Log entry not found."), "Invalid log entry."


class PartRequestProblem(ProblemCode):
    """Of requests about events and their parts."""

    NO_PUBLIC_KEY = _("The hub has no key of its own yet."), "Public key not found."
    SEVERAL_EVENTS = (
        _("Add one event at a time, or import the file of several events."),
        "One event is added at a time; events/add_misp_export takes several.",
    )
    NOT_SUGGESTIONS = (
        _("This must be a list of suggestions, or an object by value."),
        "A list, or a map by value, is needed.",
    )
    NO_RELATIONS = _("Choose a relation for each attribute."), "A relation for each attribute is needed."
    RELATIONS_MISSING = (
        _("Choose a relation for each of these attributes: %(names)s"),
        "No relation is given for: %(names)s.",
    )
    NO_ATTRIBUTES = _("Select one or more attributes first."), "No attributes are named."
