"""What the services of memberships refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class MemberProblem(ProblemCode):
    NOTHING_TO_CARRY_OUT = _(
        "Nothing that the hub can carry out follows from the decision of the court: what it quashed is not in force."
    )
    STATEMENT_DAY = _(
        "State until which day the security statement counts as valid: after today and within %(most)s days."
    )
    NO_SUCH_MEMBERSHIP = _("Membership not found."), "Invalid membership"
    MEMBERSHIP_GONE = _("Membership not found.")
    NO_SUCH_ORGANISATION = _("Organisation not found."), "Invalid organisation"
    OWN_MEMBERSHIP = _(
        "This is your own organisation’s membership. Someone without an interest in it must decide."
    )
    ALREADY_A_MEMBER = _("%(name)s is already a member.")
    NUMBER_OF_MEMBER = _("%(name)s is a member with this organisation number. End that membership first.")
    NOTHING_DIFFERS = _("The details are the same as those we already have.")
    NO_CHANGE_WAITING = _("No change is waiting for a decision.")
    NOT_A_MAIL_DOMAIN = _("%(value)s is not an e-mail domain.")
    NOT_NETWORKS = _("Enter networks as 192.0.2.0/24 or 2001:db8::/48, one per line.")
    TOO_LONG = _("At most %(count)s characters are allowed.")
    MERGE_CHANGES_MEMBERSHIP = _(
        "One of the organisations has a membership, which a merge would change. End it first."
    )
    NOT_RESERVED = _(
        "The approval of this membership did not reserve the right to change it: choose another ground "
        "(37 § förvaltningslagen)."
    )
    NEEDS_END_OR_REVIEW = _("State when the restriction ends, or by when you review whether it is to remain.")
    NOTHING_TO_REVIEW = _("No restriction without an end is waiting for a review.")
    REVIEW_DAY = _("Choose a day in the next %(most)s days.")
    TEMPORARY_NEEDS_END = _(
        "A decision applies only temporarily if it has an end: state one, or choose the other ground "
        "(35 § förvaltningslagen)."
    )
    NO_JUDGMENT = _("File the court’s decision in the case first, as an incoming document.")
    LACKS_NOTE = _("Explain, in at most %(most)s characters.")
    NOT_ACTIVE = _("Only an active membership can be restricted. The status of this one is “%(state)s”.")
    ALREADY_RESTRICTED = _("The membership already has this restriction.")
    NEVER_WAIVED = _("Remaining: %(items)s. No member is admitted until this is done.")
    ITEMS_REMAIN = _(
        "Remaining: %(items)s. To propose activation anyway, give your reasons. Another officer must approve."
    )
    TIME_HAS_PASSED = _("Choose a time in the future.")
    LACKS_CONTRIBUTIONS = _("Choose what happens to the member’s contributions.")
    NOT_HEARD = _(
        "The member has not been asked to comment on this. Ask first, or state why it was not heard."
    )
    STILL_BEING_HEARD = _("The member has until %(day)s to comment, and has not answered yet.")
