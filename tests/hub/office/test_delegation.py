"""Delegation of decisions: edited by two people, and checked on the day of the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.factories.memberships import Desk, at_the_screen, make_desk, staff_of
from tests.factories.seed import Seed
from tests.hub.membership.applications import proposed
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.membership.assessments.services.decisions import decide
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.delegation.queries import without_decider
from vardkase.hub.office.delegation.services import NewRight, propose_end, propose_right, propose_withdrawal
from vardkase.identity.accounts.four_eyes.queries import to_answer
from vardkase.identity.accounts.four_eyes.rules import NotEligibleToApprove

ENGLISH = {"accept-language": "en"}
DECIDE = "decide_application"


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def right(**given: Any) -> NewRight:
    return NewRight(**({"action": DECIDE, "source": "Beslut 2026-17", "first": today()} | given))


def test_only_who_has_the_right_today_decides(seed: Seed, desk: Desk) -> None:
    third = staff_of(seed, "third@hub.example", "legal_officer")
    officer = at_the_screen(desk.officer)
    web = signed_in(desk.officer)
    assert "Nothing is delegated yet." in web.get("/office/delegation/", headers=ENGLISH).content.decode()

    # A right that has not begun binds nobody.
    tomorrow = today() + timedelta(days=1)
    coming = approved(
        desk.second.user, propose_right(officer, right(user_id=third.user.pk, first=tomorrow), "Ny ordning.")
    )
    case, proposal = proposed(officer)
    assert [each.pk for each in to_answer(at_the_screen(desk.second))] == [proposal.pk]

    # From its first day it does: for the list of what waits, the page, and the decision itself.
    DecisionRight.objects.filter(pk=coming.pk).update(first=today())
    assert not to_answer(at_the_screen(desk.second))
    with pytest.raises(NotEligibleToApprove):
        decide(at_the_screen(desk.second), case, proposal.pk, "agree")
    page = signed_in(desk.second).get(reverse("approval_request", args=[proposal.pk]), headers=ENGLISH)
    assert "Decisions of this kind are delegated" in page.content.decode()
    listed = web.get("/office/delegation/", headers=ENGLISH).content.decode()
    assert "third@hub.example" in listed
    assert "Beslut 2026-17" in listed

    # Ended, nobody decides until another right begins, and the page says so.
    approved(desk.second.user, propose_end(officer, coming.pk, today(), "Slutar."))
    DecisionRight.objects.filter(pk=coming.pk).update(
        first=today() - timedelta(days=2), last=today() - timedelta(days=1)
    )
    assert len(without_decider()) == 1
    with pytest.raises(NotEligibleToApprove):
        decide(at_the_screen(third), case, proposal.pk, "agree")
    assert (
        "Nobody may make these decisions today"
        in web.get("/office/delegation/", headers=ENGLISH).content.decode()
    )
    by_duty = approved(
        desk.second.user, propose_right(officer, right(duty="legal_officer", last=tomorrow), "Alla jurister.")
    )
    decide(at_the_screen(third), case, proposal.pk, "agree")
    entry = AuditEntry.objects.get(action="approval_request.approved", target_id=proposal.pk)
    assert entry.change["delegation"] == "Beslut 2026-17"

    # Removed, the duties decide again. The delegation itself is never delegated.
    for each in (coming, by_duty):
        approved(desk.second.user, propose_withdrawal(officer, each.pk, "Felaktig."))
    _again, proposal = proposed(officer, organisation_number="2120000159")
    assert [each.pk for each in to_answer(at_the_screen(desk.second))] == [proposal.pk]
    assert AuditEntry.objects.filter(action="decision_right.changed").count() == 5


def test_right_is_refused_by_field_and_edited_by_two(seed: Seed, desk: Desk) -> None:
    officer, second = at_the_screen(desk.officer), desk.second.user.pk
    yesterday = today() - timedelta(days=1)
    for given, field in (
        ({"user_id": second, "action": "change_delegation"}, "action"),
        ({"user_id": second, "action": "x"}, "action"),
        ({}, "user"),
        ({"user_id": second, "duty": "legal_officer"}, "user"),
        ({"user_id": desk.operator.user.pk}, "user"),
        ({"user_id": desk.admin.user.pk}, "user"),
        ({"duty": "operator"}, "user"),
        ({"user_id": second, "source": " "}, "source"),
        ({"user_id": second, "last": yesterday}, "last"),
    ):
        with pytest.raises(Invalid) as refused:
            propose_right(officer, right(**given), "Skäl")
        assert list(refused.value.errors) == [field], given
    assert not DecisionRight.objects.exists()

    web = signed_in(desk.officer)
    form = {"action": DECIDE, "user": second, "first": today(), "source": "17", "reason": "Ny"}
    assert web.post("/office/delegation/new/", form | {"source": ""}).status_code == 422
    assert web.post("/office/delegation/new/", form).status_code == 302
    with pytest.raises(NotEligibleToApprove):
        approved(desk.officer.user)
    with pytest.raises(Conflict):  # One change of the same kind of decision at a time.
        propose_right(officer, right(user_id=second), "Skäl")
    made = approved(desk.second.user, the_request())
    assert (made.proposed_by, made.approved_by) == (desk.officer.user.email, desk.second.user.email)
    with pytest.raises(Invalid):
        propose_right(officer, right(user_id=second, first=today() + timedelta(days=3)), "Dubbelt")
    for view in ("delegation_end", "delegation_withdraw"):
        assert web.get(reverse(view, args=[made.pk])).status_code == 200
        assert web.get(reverse(view, args=[made.pk + 1])).status_code == 404
    for outsider in (desk.admin, desk.operator):
        assert signed_in(outsider).get("/office/delegation/").status_code == 403
