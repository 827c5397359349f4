"""What the office's services refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OfficeProblem(ProblemCode):
    NO_SUCH_TASK = _("The task was not found. It may have been handled already.")
    NO_SUCH_ACT = _("Choose what to do from the list.")
    NONE_OF_THIS_KIND = _("None of the selected tasks is of this type: %(kind)s.")
    CANNOT_HANDLE = _("%(name)s cannot handle this task: wrong duty, or a conflict of interest.")
    NO_SUCH_COLLEAGUE = _("Choose a colleague from the list.")
    DAYS_IN_ORDER = _("The last day may not be before the first.")
    DAY_HAS_PASSED = _("Choose today or a later day.")
    NOT_LONGER_THAN = _("Enter at most %(days)s days. Register the rest as another absence.")
    OWN_DEPUTY = _("Choose another person as deputy.")
    DEPUTY_IS_AWAY = _("%(name)s is away during that time. Choose another deputy.")
    IS_DEPUTY = _(
        "%(name)s is deputy for %(other)s during that time. Choose another deputy for %(other)s first."
    )
    LACKS_DUTY = _("Choose a deputy whose duties cover the same tasks.")
    AWAY_ALREADY = _("An absence is already registered for that time.")
    NO_SUCH_ABSENCE = _("Absence not found.")
    NOT_DELEGABLE = _("Choose a kind of decision from the list.")
    ONE_HOLDER = _("Choose either a person or a duty.")
    HOLDER_MAY_NOT = _("%(holder)s has none of the duties that decide on this: %(duties)s.")
    SOURCE_NEEDED = _("Enter the number of the decision that delegates, of at most %(count)s characters.")
    HAS_RIGHT_ALREADY = _("The same right is already delegated during that time.")
    NO_SUCH_RIGHT = _("Decision right not found.")
    ENDED_ALREADY = _("This right has already ended or been removed.")
    NO_SUCH_TEXT = _("Text not found.")
    TOO_MANY_TEXTS = _("There are already %(most)s texts. Change one that is no longer used.")
    NO_SUCH_BULK_MAIL = _("Mail not found.")
    BULK_MAIL_DONE = _("This mail has already been sent or stopped.")
    NOBODY_CHOSEN = _("No member that you have chosen has a contact with this role.")
    NO_SUCH_FEED = _("Calendar not found.")
    NO_SUCH_REPORT = _("Report not found.")
    NO_SUCH_QUARTER = _("There is no report for this quarter.")
    QUARTER_NOT_OVER = _("The report can be issued once the quarter has ended.")
    WHY_AGAIN = _("Enter why the report is issued again, in at most %(count)s characters.")
    NO_REPORT_RECIPIENTS = _("Nobody gets the report. Enter recipients in the settings first.")
    TOO_MANY_ADDRESSES = _("Enter at most %(most)s addresses.")
    NO_SUCH_EVALUATION = _("Evaluation not found.")
    EVALUATION_CLOSED = _("The evaluation is closed. Open it again to change it.")
    EVALUATION_OPEN = _("The evaluation is still open.")
    PERIOD_NOT_OVER = _("It can be closed when its last day has passed.")
    STILL_TO_WRITE = _("Write what was tried, what was learnt, and an answer to each question first.")
    AT_MOST_QUESTIONS = _("Enter at most %(most)s questions, each of at most %(count)s characters.")
    AT_MOST_YEARS = _("The period may be at most %(years)s years.")
    VALUE_NEEDED = _("Enter a number with at most two decimals.")
    TOO_MANY_NOTES = _("There are already %(most)s notes and numbers.")
    NO_SUCH_NOTE = _("Note not found.")
    NOT_AN_ADDRESS = _("%(address)s is not an e-mail address.")
