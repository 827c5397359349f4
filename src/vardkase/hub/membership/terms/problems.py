"""What the services of the terms refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class TermsProblem(ProblemCode):
    NO_SUCH_VERSION = _("There is no such version of the terms.")
    NOT_BEING_WRITTEN = _("No version of the terms is being written.")
    VERSION_NOT_BEING_WRITTEN = _("No such version of the terms is being written.")
    NOT_A_MEMBER = _("Your organisation is not a member.")
    INVALID_LINK = _("The link is not valid.")
    ALREADY_ACCEPTED = _("This version has already been accepted for your organisation.")
    ANOTHER_VERSION_APPLIES = _("Another version of the terms applies now. Read it first.")
    PUBLISHED_MEANWHILE = _("Somebody else has published a version meanwhile. Review it first.")
    DAY_TOO_EARLY = _("Members have at least %(days)s days to answer: choose %(day)s or a later day.")
    TOO_FEW_DAYS_LEFT = _(
        "Members would have fewer than %(days)s days to answer. Propose it with a later day."
    )
    NUMBER_OF_CRITERIA = _("Enter between 1 and %(most)s criteria.")
    LACKS_NAMES = _("Each criterion needs a name in Swedish and in English.")
    NAME_TAKEN = _("Two criteria have the name “%(name)s”.")
