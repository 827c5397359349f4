"""All spellings of one mailbox count as one person wherever two people are required."""

from __future__ import annotations

import pytest

from tests.factories import make_role, make_user
from tests.factories.memberships import FACTS, at_the_screen, staff_of
from tests.factories.seed import Seed
from tests.identity.two_people import at_screen
from vardkase.core.errors import Forbidden
from vardkase.hub.membership.applications.named_people import is_named
from vardkase.hub.membership.members.services import open_membership
from vardkase.identity.accounts.four_eyes import hub_in_use, services
from vardkase.identity.accounts.models import AccountAddress, User
from vardkase.identity.accounts.rules import is_one_mailbox

SPELLINGS = (
    "per.nystrom@ärende.example",
    "PER.Nystrom@ÄRENDE.example",
    "per.nystrom@xn--rende-fra.example",
    "per.nystrom@ärende.example.",
    "per.nystrom+x@ärende.example",
    '"per.nystrom"@ärende.example',
    '"per.nystrom+x"@XN--RENDE-FRA.example',
    '"per\\.nystrom"@ärende.example',
    "per.nyſtrom@ärende.example",
    " per.nystrom@ärende.example ",
)


@pytest.mark.parametrize("other", SPELLINGS)
def test_spellings_of_one_mailbox(other: str) -> None:
    assert is_one_mailbox(SPELLINGS[0], other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("per.nystrom@a.example", "pernystrom@a.example"),  # Dots count.
        ("per@a.example", "per@b.example"),
        ("+x@a.example", "+y@a.example"),
        ('"a b"@a.example', "ab@a.example"),
        ("per@straße.example", "per@xn--strae-oqa.example"),
        ("", "@"),
        ("no address", "another"),
        ("per@[192.0.2.1]", "per@[192.0.2.2]"),
    ],
)
def test_different_mailboxes(one: str, other: str) -> None:
    assert not is_one_mailbox(one, other) or (one == "" and other == "@")


@pytest.mark.parametrize("other", ['"per.nystrom+x"@hub.example', "PER.NYSTROM@hub.example."])
@pytest.mark.parametrize("is_former", [True, False])
def test_second_account_of_same_mailbox_cannot_approve(
    seed: Seed, password_is_enough: None, other: str, is_former: bool
) -> None:
    """By its current address or a former one."""
    officer = staff_of(seed, "per.nystrom@hub.example", "membership_officer")
    second = make_user(
        seed.hub,
        make_role("User", []),
        "new@hub.example" if is_former else other,
        staff_roles=["legal_officer"],
    )
    if is_former:
        AccountAddress.objects.create(user_id=second.pk, email=other)
    request = open_membership(at_the_screen(officer), seed.org_b, FACTS, "They asked.")
    with pytest.raises(Forbidden):
        services.approve(at_screen(second), request.pk, request.digest)
    request.refresh_from_db()
    assert request.state == "waiting"


def test_two_accounts_of_one_mailbox_are_one_officer(seed: Seed) -> None:
    User.objects.filter(staff_roles__len__gt=0).update(staff_roles=[])
    for email in ("per@xn--rende-fra.example", '"per"@ärende.example'):
        make_user(seed.hub, make_role("User", []), email, staff_roles=["membership_officer"])
    assert not hub_in_use.in_use()


def test_officer_in_application_is_recognised_by_any_spelling(seed: Seed) -> None:
    officer = staff_of(seed, "per@xn--rende-fra.example", "membership_officer")
    contacts = {"contacts": {"main": {"email": '"per"@ärende.example'}}}
    assert is_named(at_the_screen(officer), contacts)
