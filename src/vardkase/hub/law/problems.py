"""What the services of legal rules refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class LawProblem(ProblemCode):
    NO_SUCH_RULE = _("Legal rule not found.")
    NO_SUCH_FIELD = _("This cannot be changed.")
    NO_SUCH_CHOICE = _("Choose one of: %(choices)s.")
    NO_SUCH_PROVISION = _("Choose a provision from the list.")
    TEXT_NEEDED = _("Enter text of at most %(most)s characters.")
    NUMBER_NEEDED = _("Enter a whole number from 0 to %(most)s.")
    PERIOD_TOO_SHORT = _("Enter a whole number from 1 to %(most)s.")
    NO_PERIOD_HAS_NO_NUMBER = _("Enter 0: there is no set time.")
    NOTHING_TO_CHANGE = _("Nothing to change.")
    CANNOT_GROW = _(
        "Rules of this kind cannot be added or retired, because the software depends on each of them."
    )
    KEY_FORM = _("Use 2 to 40 lower-case letters (a–z), digits and underscores.")
    KEY_TAKEN = _("There is already a rule with this name.")
    IN_USE = _("A deadline, a question or a legal form is based on this provision.")
    PROVISION_GONE = _("The provision that this rule is based on has been retired.")
    RETIRED_ALREADY = _("This rule is retired.")
    UNANSWERED = _("A legal officer has to answer first: %(questions)s")
