"""Problems that several packages of the hub have, and those of packages with few."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class HubProblem(ProblemCode):
    TEXT_LENGTH = _("Please enter text of at most %(count)s characters.")
    """For texts that may not be empty either."""
    NO_SUCH_LETTER = _("Letter not found.")
    DISPOSED = _("It has been disposed of: %(mark)s")


class LifecycleProblem(ProblemCode):
    NOT_POSSIBLE = _(
        "“%(step)s” is not possible while the status is “%(state)s”. Available now: %(open)s.",
    )
    FINAL_STATE = _("“%(step)s” is not possible: “%(state)s” is a final status.")


class GuardProblem(ProblemCode):
    FOUND = "%(findings)s"
    UNCONFIRMED = (
        _("%(findings)s To publish anyway, confirm that you intend to."),
        "%(findings)s Send confirm_tlp with the value 1 to publish it all the same.",
    )


class DashboardProblem(ProblemCode):
    NAME_LENGTH = _("Please enter a name of at most %(count)s characters.")
    UNKNOWN_PERIOD = _("Choose one of: %(choices)s."), "Has to be one of: %(choices)s."
    NO_SUCH_TEMPLATE = _("Layout not found."), "Invalid dashboard template."
    NO_SUCH_WIDGET = _("Widget not found."), "Invalid widget."
    CHANGED_MEANWHILE = _("The overview has been changed in another window. Look at it again.")
    TOO_MANY = _("At most %(most)s widgets fit.")


class PublicPageProblem(ProblemCode):
    NOT_AN_EDITOR = _("This is for the hub’s membership officers and site administrators.")
    OVERTAKEN = _("Someone else has changed the text. Their version is saved; yours is below.")
    TITLE_MISSING = (
        _("Enter a heading in both languages."),
        "Please enter a heading in each language.",
    )
    NO_SUCH_VERSION = _("Version not found.")
    NO_SUCH_PASSAGE = _("Passage not found."), "Invalid passage."


class TrainingProblem(ProblemCode):
    MODULE_LENGTH = _("A module’s name must be 1 to %(count)s characters.")
    NOTE_TOO_LONG = _("A note can have at most %(count)s characters.")
    IN_THE_FUTURE = _("The date cannot be in the future. Enter the day the training was completed.")
    ENDS_BEFORE_DONE = _("Training is valid at least until the day it was completed.")
    PEOPLE_COUNT = _("Choose between 1 and %(count)s people.")
    NOT_A_USER = _("No user of your organisation has this address.")
    NO_SUCH_TRAINING = _("Training not found."), "Invalid training."
