"""Problems of requests for access to a community."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class CommunityProblem(ProblemCode):
    NOT_FOUND = _("Community not found."), "Community not found."
    ADDRESS_MISSING = (
        _("Both a reply address and a recipient address are required."),
        "An address to answer to, and one to write to, are needed.",
    )
    BAD_ADDRESS = _("Enter a valid email address."), "Please enter a valid email address."
    TOO_LONG = _("Enter at most %(most)s characters."), "At most %(most)s characters."
