"""What the services of the terms refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class TermsProblem(ProblemCode):
    NO_SUCH_VERSION = _("Version of the terms not found.")
    NOT_BEING_WRITTEN = _("There is no draft of the terms.")
    VERSION_NOT_BEING_WRITTEN = _("No such draft of the terms exists.")
    NOT_A_MEMBER = _("Your organisation is not a member.")
    INVALID_LINK = _("The link is not valid.")
    ALREADY_ACCEPTED = _("This version has already been accepted for your organisation.")
    ANOTHER_VERSION_APPLIES = _("Another version of the terms applies now. Read it first.")
    PUBLISHED_MEANWHILE = _("Someone else has published a version in the meantime. Review it first.")
    DAY_TOO_EARLY = _("Members must have at least %(days)s days to answer. Choose %(day)s or later.")
    TOO_FEW_DAYS_LEFT = _("Members would have fewer than %(days)s days to answer. Propose a later date.")
    NUMBER_OF_CRITERIA = _("Enter between 1 and %(most)s criteria.")
    LACKS_NAMES = _("Each criterion needs a name in Swedish and in English.")
    NAME_TAKEN = _("Two criteria have the name “%(name)s”.")
