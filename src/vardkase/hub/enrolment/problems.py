"""What enrolment is refused for, on the hub and on the platform that joins it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class EnrolmentProblem(ProblemCode):
    NOT_LOCAL = _("Organisation not found."), "Invalid organisation"
    NOT_A_MEMBER = _("The organisation is not a member.")
    NO_CONTACT = _("The code is sent to the member’s technical or main contact, but the member has none.")
    WRONG_UUID = (
        _("The organisation has the UUID %(uuid)s here."),
        "The organisation has the uuid %(uuid)s here.",
    )
    NO_ROLE = (
        _("No role has the permission to synchronise."),
        "This hub has no role that may synchronise.",
    )
    UNKNOWN_CODE = (
        _("The code is unknown, has been used or has expired."),
        "The code is unknown, used or too old.",
    )
    NOT_A_HUB = _("This platform is not a hub."), "This is no hub."


class JoiningProblem(ProblemCode):
    NOT_AN_ADDRESS = _("Enter the hub’s address, beginning with https://.")
    CODE_REFUSED = _(
        "The hub does not recognise this code: it may have been used, or have expired. Ask for a new one."
    )
    KNOWN_OTHERWISE = _(
        "The hub knows your organisation by another UUID, and yours already has events. Ask the hub to change it "
        "to %(uuid)s, and start again."
    )
    NO_ROLE = _("No role has the permission to synchronise.")
    NOT_A_HUB = (
        _("The server at this address is not a hub of this kind."),
        "The hub did not answer as a hub does.",
    )
    NO_SUCH_HUB = _("Hub not found."), "Invalid hub."
