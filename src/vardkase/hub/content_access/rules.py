"""States of content access and its permission rules. Services load data; this module decides."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.hub.lifecycle import StateMachine, Transition
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.persons import is_same_person
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
"""The duties that answer requests."""
READERS = (*OFFICERS, StaffRole.OPERATOR, StaffRole.AUDITOR)
"""The duties that see requests and what was read; operators see their own."""

ASKED, GRANTED = GrantState.ASKED, GrantState.GRANTED

GRANT = StateMachine(
    "content_grant",
    GrantState,
    {
        "grant": Transition(HubAction.CONTENT_GRANT_GRANTED, _("Grant access"), (ASKED,), GRANTED),
        "refuse": Transition(
            HubAction.CONTENT_GRANT_REFUSED, pgettext_lazy("verb", "Refuse"), (ASKED,), GrantState.REFUSED
        ),
        "lapse": Transition(HubAction.CONTENT_GRANT_LAPSED, _("Let expire"), (ASKED,), GrantState.LAPSED),
        "end": Transition(
            HubAction.CONTENT_GRANT_ENDED,
            pgettext_lazy("verb", "End access"),
            (ASKED, GRANTED),
            GrantState.ENDED,
        ),
        "run_out": Transition(HubAction.CONTENT_GRANT_RAN_OUT, _("Let expire"), (GRANTED,), GrantState.ENDED),
        "withdraw": Transition(
            HubAction.CONTENT_GRANT_WITHDRAWN, _("Withdraw access"), (GRANTED,), GrantState.WITHDRAWN
        ),
    },
)


def is_operator(actor: Actor) -> bool:
    """True if the actor is an operator in person: the console has every duty, but is not a person."""
    return actor.user_id is not None and actor.may_not_read_content and StaffRole.OPERATOR in actor.staff


def is_officer(actor: Actor, host_organisation_id: int | None) -> bool:
    return (
        actor.user_id is not None
        and not actor.staff.isdisjoint(OFFICERS)
        and actor.organisation_id == host_organisation_id
    )


def conflict(actor: Actor, grant: ContentGrant) -> Problem | None:
    """Why the actor may not answer this request although an officer; None if they may."""
    if grant.asked_by_id is None or actor.user_id == grant.asked_by_id:
        return ContentAccessProblem.ASKED_BY_THE_SAME()
    # A second account of the same person does not count as another person.
    if is_same_person(actor, grant.asked_by_id, grant.asked_by_name):
        return ContentAccessProblem.ASKED_BY_THE_SAME()
    return None
