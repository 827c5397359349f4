"""Why a mail, or a key to encrypt it with, cannot be used."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OutgoingMailProblem(ProblemCode):
    NO_MAIL_SERVER = _("The hub has no mail server.")
    TOO_MANY = _("Too many messages. Please try again later.")
    FORBIDDEN_HEADER = _("The e-mail has a header that is not allowed.")
    NOT_LET_IN = (
        _("The mail server does not accept the hub’s user name and password (%(status)s)."),
        "The mail server does not let us in (%(status)s).",
    )
    NO_SERVER = (
        _("The mail server cannot be reached or used (%(fault)s)."),
        "The mail server cannot be used (%(fault)s).",
    )
    RECIPIENT_REFUSED = (
        _("The mail server does not accept the recipient (%(status)s)."),
        "The mail server does not take the recipient (%(status)s).",
    )
    MAIL_REFUSED = (
        _("The mail server does not accept the mail (%(status)s)."),
        "The mail server does not take the mail (%(status)s).",
    )
