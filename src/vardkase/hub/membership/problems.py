"""What several parts of membership refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MembershipProblem(ProblemCode):
    LACKS_REASONS = _("Enter the reasons, in at most %(count)s characters.")
    OUT_OF_RANGE = _("Enter a whole number from %(least)s to %(most)s.")
    NO_SUCH_OPTION = _("Choose from: %(choices)s.")
    TOO_MANY_VALUES = _("At most %(count)s are accepted.")
    NOT_AN_OBJECT = _("Enter an object.")
    NOT_OBJECTS = _("Enter a list of objects.")
    NOT_TEXT = _("Enter text.")
    UNKNOWN_FIELD = _("The form does not have this field.")
    NOT_AN_ADDRESS = _("Enter an e-mail address.")
    NO_SUCH_ORGANISATION = _("Organisation not found."), "Invalid organisation."
    NO_SUCH_FILE = _("File not found.")
