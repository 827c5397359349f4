"""What a policy, its rules and its requests are refused for, and what a rule refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from vardkase.core.problems import ProblemCode


class PolicyProblem(ProblemCode):
    NO_DRAFT = _("There is no draft policy.")
    DRAFT_EXISTS = _("There is already a draft.")
    NO_RULES = _("A policy must have at least one rule.")
    NOTE_TOO_LONG = _("A note can have at most %(count)s characters.")
    WRITTEN_BY_THE_SAME = _("An administrator other than the author must bring the policy into force.")
    ENDED_BY_ONE = _("A policy that requires two people cannot be ended by one person.")
    NOT_IN_FORCE = _("There is no policy in force.")
    STARTS_AFTER_END = (
        _("The first day is after the last day."),
        "The first day lies after the last.",
    )
    SPAN_TOO_LONG = _("Choose at most %(count)s days."), "The span has at most %(count)s days."
    NOT_A_DAY = (
        _("Use the format 2026-01-31."),
        "A day is written as 2026-01-31.",
    )
    NO_SUCH_POLICY = _("Policy not found."), "Invalid policy."
    NO_POLICY = _("Your organisation has no policy.")
    NO_SUCH_TEMPLATE = _("Template not found."), "Invalid template."
    NO_SUCH_FORMAT = (
        _("A policy can be downloaded as DOCX or PDF, in Swedish or English."),
        "A policy is written as docx or pdf, in sv or en.",
    )


class RuleProblem(ProblemCode):
    """A rule as it was written."""

    TOO_MANY = _("Enter at most %(most)s rules."), "The rules must be a list of at most %(most)s."
    NO_SUCH_RULE = _("Rule not found."), "Invalid rule."
    TITLE_LENGTH = _("Enter a title of at most %(most)s characters.")
    UNKNOWN_NAMES = _("Unknown: %(names)s.")
    TEXT_LENGTH = _("Each value must be text of 1 to %(most)s characters.")
    NO_TAG = _("Enter at least one tag, or the beginning of one followed by *.")
    NO_TYPE = _("Enter at least one type.")
    DAYS_OUT_OF_RANGE = _("A request can wait for 1 to 365 days.")
    MONTHS_OUT_OF_RANGE = _("The age must be between 1 and 1200 months.")
    MODULE_TOO_LONG = _("A module’s name can have at most %(most)s characters.")


class RuleRefusal(ProblemCode):
    """A rule in force refuses something; `why` is a `RuleReason`."""

    OWN = _("Rule %(number)s of your organisation’s MISP policy, “%(title)s”, does not allow this: %(why)s")
    OF_ANOTHER = _(
        "Rule %(number)s of the MISP policy of %(organisation)s, “%(title)s”, does not allow this: %(why)s"
    )


class RuleReason(ProblemCode):
    """Ends a sentence of `RuleRefusal`; all take the same parameters: `name`, `reach` and `n`."""

    EVENT = _("the event would be shared with %(reach)s.")
    TAG = _("what is tagged %(name)s would be shared with %(reach)s.")
    TYPE = ngettext_lazy(
        "%(n)s value of type %(name)s would be shared with %(reach)s.",
        "%(n)s values of type %(name)s would be shared with %(reach)s.",
        "n",
    )
    CATEGORY = ngettext_lazy(
        "%(n)s value of category %(name)s would be shared with %(reach)s.",
        "%(n)s values of category %(name)s would be shared with %(reach)s.",
        "n",
    )
    MISSING_TAG = _("the event has none of these tags: %(name)s.")
    UNEXPLAINED = ngettext_lazy(
        "%(n)s value of type %(name)s has no comment explaining why it is needed.",
        "%(n)s values of type %(name)s have no comment explaining why they are needed.",
        "n",
    )
    MARKED = ngettext_lazy(
        "%(n)s detail marked as personal data (%(name)s) would be shared with %(reach)s.",
        "%(n)s details marked as personal data (%(name)s) would be shared with %(reach)s.",
        "n",
    )
    UNANSWERED = ngettext_lazy(
        "%(n)s detail marked as personal data (%(name)s) needs a reason.",
        "%(n)s details marked as personal data (%(name)s) need a reason.",
        "n",
    )
    UNTRAINED = _(
        "the training “%(name)s” must be completed first. Your organisation’s administrator records it "
        "under Sharing policy, Training."
    )
    NOT_AMONG_CREATORS = _("you are not among those who may create events.")
    NOT_AMONG_PUBLISHERS = _("you are not among those who may publish events.")
    NOT_AMONG_DELEGATORS = _("you are not among those who may delegate events to others.")


class PublicationApprovalProblem(ProblemCode):
    DECIDED = _("This request has already been decided.")
    EXPIRED = (
        _("The request has expired. Request approval of the event again."),
        "The request has expired. The event has to be asked for again.",
    )
    REASON_LENGTH = _("Give a reason of 1 to %(most)s characters.")
    NOT_THE_REQUESTER = (
        _("Only the requester can withdraw the request."),
        "Only who asked can withdraw the request.",
    )
    NOT_NAMED = _(
        "Someone else must decide this: a person named in your organisation’s policy, other than the requester."
    )
    OWN_REQUEST = _("You requested it yourself, so another person must decide.")
    NO_SUCH_REQUEST = _("Request not found."), "Invalid approval."
