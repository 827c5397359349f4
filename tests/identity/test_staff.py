"""Duties at the hub: who gives them, which stand alone, and what their holders cannot read."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from tests.cast import Cast
from tests.factories import make_event, make_key, make_role, make_user
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.accounts.staff import StaffRole

BLIND = [StaffRole.OPERATOR, StaffRole.AUDITOR]


def colleague_of_the_hub(cast: Cast) -> User:
    return make_user(cast.hub, make_role("User", []), "anna@hub.example")


def test_a_site_administrator_appoints_an_officer(cast: Cast) -> None:
    anna = colleague_of_the_hub(cast)
    appoint(cast.site_admin.actor, anna, ["legal_officer", "membership_officer"])
    actor = actor_for(User.objects.get(pk=anna.pk), Credential.BROWSER)
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    with pytest.raises(Forbidden):
        actor.require_staff(StaffRole.OPERATOR)
    entry = AuditEntry.objects.get(action="user.appointed")
    assert entry.change == {"staff_roles": [[], ["legal_officer", "membership_officer"]]}


def test_nobody_else_appoints_and_nobody_themselves(cast: Cast) -> None:
    anna = colleague_of_the_hub(cast)
    for who in (cast.org_admin, cast.analyst):
        with pytest.raises(Forbidden):
            appoint(who.actor, anna, ["analyst"])
    with pytest.raises(Forbidden):
        appoint(cast.site_admin.actor, cast.site_admin.user, ["membership_officer"])
    assert not User.objects.exclude(staff_roles=[]).exists()


def test_a_site_administrator_is_no_officer_by_that(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        cast.site_admin.actor.require_staff(*StaffRole)


@pytest.mark.parametrize(
    "duties",
    [["operator", "membership_officer"], ["auditor", "legal_officer"], ["operator", "auditor"], ["king"]],
)
def test_duties_in_conflict_and_unknown_ones_are_refused(cast: Cast, duties: list[str]) -> None:
    anna = colleague_of_the_hub(cast)
    with pytest.raises(Invalid):
        appoint(cast.site_admin.actor, anna, duties)


def test_an_officer_is_of_the_hub(cast: Cast) -> None:
    with pytest.raises(Invalid, match="organisation som driver hubben"):
        appoint(cast.site_admin.actor, cast.analyst.user, ["legal_officer"])
    appoint(cast.site_admin.actor, cast.analyst.user, ["operator"])


@pytest.mark.parametrize("duty", BLIND)
def test_whoever_runs_or_audits_reads_nothing(cast: Cast, duty: StaffRole) -> None:
    """Neither as a site administrator, nor what their own organisation owns; by key and in the browser."""
    user = make_user(
        cast.org_a, make_role("Blind", [*Permission]), "blind@a.example", staff_roles=[duty.value]
    )
    key = make_key(user)
    event = make_event(cast.org_a, distribution=3, published=True, info="SECRET")
    for reference in (event.pk, event.uuid):
        assert call(key, "GET", f"/events/view/{reference}")[0] == 404
    assert call(key, "POST", "/events/restSearch", {"returnFormat": "json"}) == (200, {"response": []})
    assert call(key, "GET", "/events/index") == (200, [])
