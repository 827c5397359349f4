"""State machines as tables: every pair of state and step is either in the table or refused with a message."""

from __future__ import annotations

import itertools

import pytest
from django.utils import translation

from vardkase.hub.content_access.rules import GRANT
from vardkase.hub.customer_service.rules import REQUEST
from vardkase.hub.lifecycle import StateMachine, TransitionRefused
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.statements.rules import STATEMENT
from vardkase.hub.problems import LifecycleProblem
from vardkase.hub.spills.rules import SPILL

ALLOWED = {
    "application": {
        ("draft", "submit", "submitted"),
        ("submitted", "wait", "waiting"),
        ("waiting", "queue", "submitted"),
        ("submitted", "review", "under_review"),
        ("under_review", "request_completion", "completion_requested"),
        ("completion_requested", "request_completion", "completion_requested"),
        ("completion_requested", "dismiss", "dismissed"),
        ("rejected", "reopen", "under_review"),
        ("dismissed", "reopen", "under_review"),
        ("completion_requested", "complete", "under_review"),
        ("completion_requested", "resume", "under_review"),
        ("under_review", "approve", "approved"),
        ("under_review", "reject", "rejected"),
        ("draft", "withdraw", "withdrawn"),
        ("submitted", "withdraw", "withdrawn"),
        ("under_review", "withdraw", "withdrawn"),
        ("completion_requested", "withdraw", "withdrawn"),
        ("waiting", "withdraw", "withdrawn"),
    },
    "spill": {
        ("open", "release", "released"),
        ("open", "delete", "deleted"),
        ("deleted", "close", "closed"),
    },
    "security_statement": {
        ("draft", "submit", "submitted"),
        ("returned", "submit", "submitted"),
        ("submitted", "accept", "accepted"),
        ("submitted", "return", "returned"),
    },
    "support_request": {
        ("new", "take", "in_hand"),
        ("new", "ask", "waiting"),
        ("in_hand", "ask", "waiting"),
        ("waiting", "answered", "in_hand"),
        ("new", "solve", "solved"),
        ("in_hand", "solve", "solved"),
        ("waiting", "solve", "solved"),
        ("solved", "reopen", "in_hand"),
    },
    "membership": {
        ("onboarding", "activate", "active"),
        ("active", "suspend", "suspended"),
        ("suspended", "restore", "active"),
        ("onboarding", "terminate", "terminated"),
        ("active", "terminate", "terminated"),
        ("suspended", "terminate", "terminated"),
        ("terminated", "reinstate", "active"),
        ("terminated", "reinstate_onboarding", "onboarding"),
    },
    "content_grant": {
        ("asked", "grant", "granted"),
        ("asked", "refuse", "refused"),
        ("asked", "lapse", "lapsed"),
        ("asked", "end", "ended"),
        ("granted", "end", "ended"),
        ("granted", "run_out", "ended"),
        ("granted", "withdraw", "withdrawn"),
    },
}
"""Sections 1 and 2 of hub.md, stated a second time."""


@pytest.mark.parametrize(
    "machine", [APPLICATION, GRANT, MEMBERSHIP, SPILL, STATEMENT, REQUEST], ids=lambda machine: machine.kind
)
def test_transition_outside_table_is_refused(machine: StateMachine) -> None:
    taken = set()
    for state, name in itertools.product(machine.states.values, machine.steps):
        if machine.may(state, name):
            taken.add((state, name, machine.after(state, name)))
        else:
            with pytest.raises(TransitionRefused, match="går inte"):
                machine.after(state, name)
    assert taken == ALLOWED[machine.kind]


def test_unknown_step_is_refused() -> None:
    with pytest.raises(TransitionRefused, match="crown"):
        APPLICATION.after("draft", "crown")


def test_refusal_lists_possible_steps_in_readers_language() -> None:
    with pytest.raises(TransitionRefused) as refused:
        MEMBERSHIP.after("active", "restore")

    assert refused.value.has(LifecycleProblem.NOT_POSSIBLE)
    with translation.override("sv"):
        assert "Stäng av" in str(refused.value)
        assert "Available now: Suspend, Terminate." in refused.value.wire
