"""Problems of outgoing requests, of the settings of systems that we exchange with, and of imported pages."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode

ERROR_NUMBERS = re.compile(r"\[Errno -?\d+\] | \(_ssl\.c:\d+\)")
"""What Python puts around the words of the system."""


class OutgoingProblem(ProblemCode):
    """Why a request to another system came to nothing; `place` is an address, without path or secrets.

    `said` is what the system's library said, `detail` the same with its error numbers.
    """

    BAD_ADDRESS = _("This is not the address of a web page.")
    BAD_SCHEME = (
        _("The address must start with https:// or http://."),
        "Only addresses that begin with http:// or https:// can be fetched.",
    )
    CREDENTIALS_IN_ADDRESS = _("The address may not contain a user name or password.")
    PRIVATE_ADDRESS = (
        _(
            "%(host)s is in a private network that this hub may not connect to. The hub’s operator can allow "
            "it (VARDKASE_PRIVATE_NETWORKS)."
        ),
        "%(host)s is an address that this hub may not turn to.",
    )
    NAME_NOT_FOUND = (
        _("%(host)s could not be found. Network error: “%(said)s”"),
        "%(host)s could not be found: %(detail)s",
    )
    UNREACHABLE = (
        _("%(place)s could not be reached. Network error: “%(said)s”"),
        "%(place)s could not be reached: %(detail)s",
    )
    TIMED_OUT = _("%(place)s took too long to answer."), "%(place)s took too long."
    NO_CERTIFICATE = _("%(place)s does not present a certificate.")
    UNREADABLE_CERTIFICATES = (
        _("The certificates of the connection cannot be read."),
        "The certificates for this server cannot be read.",
    )
    TOO_MANY_REDIRECTS = (
        _("%(place)s redirects in a loop."),
        "%(place)s redirects too often.",
    )
    UNENCRYPTED_REDIRECT = (
        _("%(place)s redirects to an unencrypted address, and our key is never sent unencrypted."),
        "%(place)s redirects to an address without encryption.",
    )
    ANSWER_TOO_BIG = (
        _("The response from %(place)s is larger than this hub accepts (%(bytes)s bytes)."),
        "The answer of %(place)s is longer than %(bytes)s bytes.",
    )


def words_of(said: str) -> dict[str, str]:
    """The parameters `said` and `detail` for what a library said."""
    return {"said": ERROR_NUMBERS.sub("", said), "detail": said}


class ConfigurationProblem(ProblemCode):
    """What a setting of a connection, feed, stream or server can be refused for."""

    NAME_MISSING = _("Fill this in."), "Name cannot be empty."
    BAD_ADDRESS = (
        _("The address must start with https:// or http://."),
        "Please enter an address that begins with http:// or https://.",
    )
    CREDENTIALS_IN_ADDRESS = (
        _("The address may not contain a user name or password."),
        "The address may not hold a name and password.",
    )
    NO_SUCH_CHOICE = _("Choose one of: %(choices)s."), "Please enter one of: %(choices)s."
    NOT_JSON = _("This is not JSON.")
    FILTERS_NOT_AN_OBJECT = (
        _("Enter the filters as a JSON object, starting with a brace."),
        "The filters must be a JSON object.",
    )
    RULES_NOT_AN_OBJECT = (
        _("Enter the rules as a JSON object, starting with a brace."),
        "The rules must be a JSON object.",
    )
    UNKNOWN_RULES = _("Unknown rule: %(name)s."), "There are no rules of %(name)s."
    NOT_RULE_LISTS = _("Each rule must have the lists OR and NOT.")
    NOT_RULE_TEXTS = _("One of the rules is too long."), "A rule is a list of texts."
    NOT_URL_PARAMETERS = _("The filters are too long."), "url_params must be a JSON object."
    UNKNOWN_ORGANISATION = _("The organisation no longer exists."), "Invalid organisation."
    FUTURE_TIME = (
        _("%(name)s must be a period such as 30d, or a date in the past."),
        "%(name)s: neither a period such as 30d nor a day that has been.",
    )


class PageImportProblem(ProblemCode):
    """Why a web page is not imported as a report."""

    TOO_MANY = _("You have imported many pages lately. Try again in an hour.")
    STATUS = (
        _("The page’s server responded with status %(status)s."),
        "The page was answered with status %(status)s.",
    )
    NO_TEXT = _("The page contains no text.")
