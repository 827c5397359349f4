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
    ASKED_BY_THE_SAME = _("Someone other than the requester must answer.")
    TOO_LATE = _("The time to answer this request has run out. The operator must ask again.")
    HOURS_OUT_OF_RANGE = _("Enter a whole number of hours from 1 to %(most)s.")
    TEXT_LENGTH = _("Enter %(least)s to %(most)s characters.")
    NO_SUCH_ORGANISATION = _("Choose an organisation.")
    NO_SUCH_EVENT = _("The hub owner may not read any event with this number or UUID.")
    NO_SUCH_REQUEST = _("Content access request not found.")
    NO_HUB_OWNER = _("No organisation runs this hub.")
    NEEDS_GRANT = _(
        "Once the hub has officers, content can be exported at the console only with access that they have "
        "granted. The operator requests it on the web; name the operator with --user."
    )
