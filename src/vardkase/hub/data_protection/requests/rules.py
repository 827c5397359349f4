"""States of a request from a data subject, and who answers for what was found."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.data_protection.requests.models import ConcernedController
from vardkase.hub.data_protection.requests.models import DataRequestState as State
from vardkase.hub.data_protection.requests.models import DataSubjectRight as Right
from vardkase.hub.data_protection.requests.models import ItemOutcome as Outcome
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.law.queries import provisions
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision

REPLY_TO_DATA_SUBJECT = SingleDecision(
    "reply_to_data_subject", _("Reply to a request from a data subject"), frozenset({Party.LEGAL_OFFICER})
)
EXTEND_DATA_REQUEST = SingleDecision(
    "extend_data_request",
    _("Extend the time to reply to a data subject"),
    frozenset({Party.LEGAL_OFFICER}),
)

OPEN = (State.RECEIVED, State.IDENTITY, State.IN_HAND, State.WITH_CONTROLLERS)
REQUEST = StateMachine(
    "data_request",
    State,
    {
        "take": Transition(
            DataProtectionAction.DATA_REQUEST_TAKEN, _("Take the request"), (State.RECEIVED,), State.IN_HAND
        ),
        "ask_identity": Transition(
            DataProtectionAction.DATA_REQUEST_IDENTITY_ASKED,
            _("Ask who the person is"),
            (State.RECEIVED, State.IN_HAND),
            State.IDENTITY,
        ),
        "confirm_identity": Transition(
            DataProtectionAction.DATA_REQUEST_IDENTITY_CONFIRMED,
            _("Confirm the identity"),
            (State.IDENTITY,),
            State.IN_HAND,
        ),
        "send": Transition(
            DataProtectionAction.DATA_REQUEST_SENT,
            _("Send to the controllers"),
            (State.IN_HAND,),
            State.WITH_CONTROLLERS,
        ),
        "answer": Transition(
            DataProtectionAction.DATA_REQUEST_ANSWERED,
            _("Answer"),
            (State.IN_HAND, State.WITH_CONTROLLERS),
            State.ANSWERED,
        ),
        "withdraw": Transition(
            DataProtectionAction.DATA_REQUEST_WITHDRAWN,
            pgettext_lazy("data request", "Withdraw"),
            OPEN,
            State.WITHDRAWN,
        ),
    },
)
GROUNDS: Mapping[str, tuple[Right, ...]] = {
    "gdpr_12_5": tuple(Right),
    "gdpr_15_4": (Right.ACCESS,),
    "data_protection_5_1": (Right.ACCESS,),
    "data_protection_5_2": (Right.ACCESS,),
    "gdpr_16": (Right.RECTIFICATION,),
    "gdpr_17_3": (Right.ERASURE,),
    "gdpr_17_3_archive": (Right.ERASURE,),
    "gdpr_18": (Right.RESTRICTION,),
    "gdpr_21_1": (Right.OBJECTION,),
}
"""The provisions that a refusal may rest on, with the rights that are refused by them."""
MEETS: Mapping[str, tuple[Outcome, ...]] = {
    Right.ACCESS: (Outcome.GIVEN,),
    Right.RECTIFICATION: (Outcome.CORRECTED, Outcome.ERASED),
    Right.ERASURE: (Outcome.ERASED,),
    # Article 18.1 b and c: the person opposes erasure, or needs the data.
    Right.RESTRICTION: (Outcome.RESTRICTED,),
    # Article 21.1: the processing stops.
    Right.OBJECTION: (Outcome.ERASED, Outcome.RESTRICTED),
}
"""What meets a right, the usual first."""
ARTICLES: Mapping[str, str] = {
    Right.ACCESS: "gdpr_15",
    Right.RECTIFICATION: "gdpr_16",
    Right.ERASURE: "gdpr_17",
    Right.RESTRICTION: "gdpr_18",
    Right.OBJECTION: "gdpr_21",
}


def outcomes_of(right: str) -> tuple[Outcome, ...]:
    return *MEETS[right], Outcome.REFUSED, Outcome.ANOTHER, Outcome.GONE


def refusal_grounds(right: str) -> Mapping[str, str]:
    """Key → citation, in the active language, of what a right can be refused by."""
    return {key: title for key, about in GROUNDS.items() if right in about and (title := cited(key)) != key}


def cited(key: str) -> str:
    """The citation of a provision in the active language; its key if it is not known (any more)."""
    known = provisions()
    return known[key].title if key in known else key


def right_in_words(right: str) -> str:
    """ "Access", without what it consists of."""
    return str(Right(right).label).split(":", 1)[0]


def items_in_words(count: int) -> str:
    return ngettext("%(n)s item", "%(n)s items", count) % {"n": count}


def is_handler(actor: Actor) -> bool:
    return not actor.staff.isdisjoint(HANDLERS)


def answers_for(actor: Actor, controller: ConcernedController) -> bool:
    """Handlers answer for the hub owner, and record what others answer by other means; a member's administrators
    answer for the member once the request has been sent to it."""
    if is_handler(actor):
        return True
    return (
        controller.sent_at is not None
        and not controller.is_hub_owner
        and actor.may(Permission.ADMIN)
        and not actor.may_not_read_content
        and controller.organisation_id == actor.organisation_id
    )
