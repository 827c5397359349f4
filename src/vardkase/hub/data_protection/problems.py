"""What requests from data subjects, and breaches, are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class DataRequestProblem(ProblemCode):
    NO_SUCH_REQUEST = _("Request not found."), "Invalid request."
    NO_SUCH_LINK = _("This link is not valid."), "Invalid link."
    NO_RIGHT = _("Choose at least one of the rights.")
    NO_NAME = _("Enter your full name, at least %(least)s characters.")
    NO_ADDRESS = _("Enter an e-mail address that we can reply to.")
    NO_REPLY_ADDRESS = _("Enter an e-mail address or a postal address that the reply can be sent to.")
    ARRIVAL_DAY = _("Choose a day that is not in the future, at most a year ago.")
    TOO_MANY_REQUESTS = _("Too many requests have been sent from here recently. Please try again in an hour.")
    TERM_TOO_SHORT = _("“%(term)s” is too short to search for: at least %(least)s characters.")
    NOT_A_NUMBER = _("“%(term)s” is not a valid %(kind)s.")
    TOO_MANY_TERMS = _("At most %(most)s values can be searched for at once.")
    NOTHING_TO_SEARCH = _("Enter at least one value to search for.")
    NOT_SEARCHED = _("Search before the request is sent to the controllers or answered.")
    SEARCH_RUNNING = _("The search is still running.")
    ALREADY_SENT = _("The request has been sent to the controllers, and can no longer be searched anew.")
    NOTHING_FOUND = _("Nothing was found for any other controller.")
    FORGOTTEN = _("What the person asked for has been erased.")
    NOT_OPEN = _("The request is closed.")
    ALREADY_EXTENDED = _("The time has already been extended.")
    TOO_LATE_TO_EXTEND = _("The time can only be extended within the first month.")
    OWN_REQUEST = _("The request is about you, so a colleague must handle it.")
    UNANSWERED = _("Not all controllers have answered. Give a reason to answer without them.")
    OWN_ITEMS_UNANSWERED = _("Say first what was decided on each right for each item of the hub’s own.")


class DataAnswerProblem(ProblemCode):
    NO_SUCH_ITEM = _("Item not found."), "Invalid item."
    NONE_CHOSEN = _("Choose at least one item.")
    IN_UNREADABLE_CASES = _(
        "%(count)s of the selected items are in requests for public records that you do not handle. An administrator "
        "of your organisation who is named for such requests must answer for them."
    )
    NO_OUTCOME = _("Choose what was done for at least one of the rights.")
    NOT_AN_OUTCOME = _("This cannot come of the right that was asked for.")
    NOT_ASKED = _("The person has not asked for this.")
    NOTHING_TO_GIVE = _("%(count)s of the selected items no longer hold anything to give a copy of.")
    NO_GROUND = _("Choose the provision that the refusal rests on.")
    NO_REASON = _("Give the reason for the refusal. It is stated in the reply.")
    NO_MANNER = _("State how the processing is restricted. It is stated in the reply.")
    STILL_THERE = _(
        "%(count)s of the selected items still contain what was searched for. Change or delete them first."
    )
    OFFENCES = _(
        "%(count)s of the selected items are marked as data on offences. Consider secrecy, and answer them one at a "
        "time."
    )
    ANSWERED = _("The answer has been sent, and can no longer be changed.")
    INCOMPLETE = _("Say what was decided on each right for each item before the answer is sent.")
    RECIPIENTS_UNTOLD = _("State how the recipients were told (article 19), or why that was not possible.")


class BreachProblem(ProblemCode):
    NO_SUCH_BREACH = _("Breach not found."), "Invalid breach."
    NO_KIND = _("Choose at least one.")
    IN_THE_FUTURE = _("The time cannot be in the future.")
    BEFORE_AWARENESS = _("The time cannot be before the breach became known.")
    REFERENCE_NEEDED = _("Enter the reference number.")
    LATE = _("The report was made after the deadline: state the reasons for the delay.")
    RISK_UNASSESSED = _("Assess the risk first.")
    WHY_NO_RISK = _("State why the breach is unlikely to be a risk.")
    NOT_REPORTED = _("The breach has to be reported to IMY before it can be closed.")
    NOT_INFORMED = _("Record how the persons were informed, or why they were not, before it is closed.")
    CONTROLLER_NOT_TOLD = _("Record when the controller was told before it is closed.")
    CLOSED = _("The breach is closed.")
    ALREADY_RECORDED = _("This has already been recorded.")
    CHANGED_MEANWHILE = _("Someone else has changed the breach. Look at it again.")
