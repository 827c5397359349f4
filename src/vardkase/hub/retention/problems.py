"""What the services of retention refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class RetentionProblem(ProblemCode):
    NO_SUCH_RULE = _("Retention rule not found.")
    NO_SUCH_RUN = _("Retention run not found.")
    NOT_AN_OFFICER = _("This is for the hub’s membership officers and legal officers.")
    NO_SUCH_FIELD = _("Retention rules have no field of this name.")
    NOT_FOR_SUBJECT = _("This does not apply to a rule of this kind.")
    TEXT_NEEDED = _("Enter text of at most %(most)s characters.")
    TEXT_TOO_LONG = _("Enter at most %(most)s characters.")
    NO_SUCH_CHOICE = _("Choose one of: %(choices)s."), "Has to be one of: %(choices)s."
    NO_SUCH_TYPE = _("Enter an attribute type, for example email-src.")
    NUMBER_NEEDED = _("Enter a whole number from 1 to %(most)s.")
    YES_OR_NO = _("Choose yes or no."), "Has to be true or false."
    DATE_NEEDED = _("Enter a date, for example 2027-01-01.")
    NOTHING_NAMED = _("Name a kind of personal data, an attribute type or a tag.")
    GROUND_NEEDED = _("Enter the legal ground for changing versions kept as public records.")
    DUTY_NEEDED = _("State how the preservation of public records is weighed against storage limitation.")
    DECISION_NEEDED = _("Enter the reference of the decision on disposal, for example RA-MS 2026:12.")
    NOTHING_TO_CHANGE = _("Nothing to change.")
    RETIRED_ALREADY = _("This rule is no longer in force.")
    SUBJECT_STAYS = _("What a rule is about cannot be changed. Add a new rule.")
    RUN_GOING_ON = _("A run is already being counted or carried out. Wait until it has finished.")
    NO_RULES = _("No retention rule is in force yet.")
    NOT_COUNTED = _("This dry run can no longer be carried out. Start a new one.")
    NOTHING_DUE = _("Nothing in this dry run can be carried out.")
    TOO_OLD = _("The figures are more than %(days)s days old. Start a new dry run.")
