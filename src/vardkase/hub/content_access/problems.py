"""What requests for content access are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ContentAccessProblem(ProblemCode):
    NOT_AN_OPERATOR = _("Only operators can request access to content.")
    NO_LONGER_AN_OPERATOR = _("The requester is no longer an operator.")
    ALREADY_OPEN = _("You already have an open request. End it first.")
    NOT_THE_REQUESTER = _("Only the person who requested access can end it; officers withdraw it.")
    NOT_AN_OFFICER = _("An officer of the organisation that runs the hub answers this.")
    ASKED_BY_THE_SAME = _("Somebody other than the person who asked has to answer.")
    TOO_LATE = _("The time to answer this request has run out. The operator has to ask again.")
    HOURS_OUT_OF_RANGE = _("Enter a whole number of hours from 1 to %(most)s.")
    TEXT_LENGTH = _("Enter %(least)s to %(most)s characters.")
    NO_SUCH_ORGANISATION = _("Choose an organisation.")
    NO_SUCH_EVENT = _("There is no event with this number or UUID that the hub owner may read.")
    NO_SUCH_REQUEST = _("There is no such request for content access.")
    NO_HUB_OWNER = _("No organisation runs this hub.")
    NEEDS_GRANT = _(
        "Once the hub has officers, content leaves at the console only under access that they have granted. "
        "The operator asks on the pages; name them with --user."
    )
