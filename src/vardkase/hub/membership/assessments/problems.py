"""What the services of assessments refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AssessmentProblem(ProblemCode):
    IS_PARTIAL = _("You have declared a conflict of interest in this case.")
    OWN_APPLICATION = _(
        "This is your own organisation’s application. Someone without an interest in it must decide."
    )
    NAMED_IN_APPLICATION = _(
        "The application names you. Declare whether you have a conflict of interest before you do anything "
        "else with it."
    )
    CONTACT_OF_MEMBER = _(
        "You are a contact of this member. Declare whether you have a conflict of interest before you do "
        "anything else with it."
    )
    ANSWERED_BY_ONESELF = _(
        "Only you can declare your own conflicts of interest: on the web, or with your own API key."
    )
    NOT_ASSESSED = _("Assess every criterion first. Remaining: %(criteria)s.")
    NEEDS_EXCEPTION = _("Not met: %(criteria)s. An approval then needs an exception, with its reasons.")
    TERMS_NOT_ACCEPTED = _("The applicant has not accepted the terms. Ask them to complete that step first.")
    OTHER_TERMS_ACCEPTED = _(
        "The applicant has accepted version %(accepted)s of the terms, and version %(current)s applies now. "
        "An approval needs the acceptance of version %(current)s."
    )
    NOT_STARTED = _("Start the review first.")
    NOT_UNDER_REVIEW = _("The application is not under review.")
    DECISION_PROPOSED = _("A decision has been proposed. Withdraw it before you assess criteria again.")
    ALREADY_PROPOSED = _("A decision has already been proposed and is waiting for a second officer.")
    NO_SUCH_CRITERION = _("Criterion not found.")
    NO_SUCH_PROPOSAL = _("Proposal not found.")
    PROPOSAL_ANSWERED = _("This proposal is no longer pending. Check the current status of the case.")
    NOT_ORDERED = _(
        "The applicant was asked, not ordered, to complete the application: it is decided as it stands "
        "(23 § förvaltningslagen)."
    )
    ORDER_STATES_DISMISSAL = _(
        "The order says that the application is otherwise dismissed. Propose that, or state that what was missing "
        "has arrived (20 § förvaltningslagen)."
    )
    ORDER_RUNS = _("The applicant has until %(day)s to complete the application.")
    ORDER_NOT_SERVED = _(
        "It is not known that the applicant has received the order, %(number)s. Record its service first."
    )
    ORDER_SERVED_LATE = _(
        "The order was served on %(day)s, after its last day or too close to it. Issue a new one with a later day."
    )
    REMINDED_ALREADY = _("The applicant has been reminded within the last day.")
    NO_STEPS = _("Choose what the applicant is to change.")
    DAY_HAS_PASSED = _("Choose a date in the future.")
    CONDITION_LIST = _("Give the conditions and exceptions as a list of at most %(most)s.")
    CONDITION_DAY = _("Choose a day in the future, at most %(most)s years ahead.")
    NO_SUCH_PROVISION = _("Choose a provision from the legal rules.")
    CONDITIONS_OF_APPROVAL = _("Only an approval can have conditions and exceptions.")
    LETTER_LACKS_CONDITIONS = _(
        "The text of the letter has no place for conditions and exceptions. Add {conditions} to it first."
    )
