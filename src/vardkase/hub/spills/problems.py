"""What is refused in the spill procedure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class SpillProblem(ProblemCode):
    NO_SUCH_SPILL = _("Spill not found.")
    NOT_A_HANDLER = _("This is for the hub’s membership officers and legal officers.")
    ALREADY_OPEN = _("The event is already in quarantine.")
    TOO_MANY = _(
        "You have declared %(count)s spills within an hour. Call the hub’s officers about the others."
    )
    REASON_LENGTH = _("Enter a reason of 10 to %(most)s characters, without repeating the information.")
    TEXT_LENGTH = _("Enter text of at most %(most)s characters.")
    NO_SUCH_KIND = _("Choose one of: %(choices)s."), "Has to be one of: %(choices)s."
    NO_SUCH_ANSWER = _("Choose one of: %(choices)s."), "Has to be one of: %(choices)s."
    NOT_OPEN = _("The event is no longer in quarantine.")
    GROUND_MISSING = _("Record the legal ground for deletion first.")
    REPORT_MISSING = _("Record the report to the Security Service first, or why none is made.")
    REPORT_OR_REASON = _("Enter the date and reference of the report, or why none is made.")
    IN_THE_FUTURE = _("The time cannot be in the future.")
    NOT_PROVED = _("The search for what is left of the event has not found everything gone yet.")
    NOT_ANSWERED = _(
        "Not everyone who had the event has answered. Record for each why no answer is expected."
    )
    NOT_YOURS = _("Only your own organisation’s answer can be recorded here.")
    ONLY_OFFICERS = _("Once the hub has officers, this is up to them.")
    NO_CONTENT = _(
        "Leave out the information itself: write only what is needed to find and handle the spill."
    )
