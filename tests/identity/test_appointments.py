"""Appointing officers: one person appoints the first two, two people every other, and one person cannot undo
that.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.seed import Seed
from tests.identity.two_people import approved, at_screen, the_request
from tests.web.accounts import confirm, signed_in, with_password
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.acting_for import in_the_name_of
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts import services
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.rules import NotEligibleToApprove
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.duties import give
from vardkase.identity.accounts.services.protection import ApprovalNeeded
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.organisations.models import MembershipInUse

WHY = "We are too few."


def officers_of(seed: Seed) -> list[User]:
    """The hub's first two officers, appointed by a site administrator alone."""
    role = make_role("User", [])
    both = [make_user(seed.hub, role, f"{name}@hub.example") for name in ("per", "johanna")]
    assert not in_use()
    for each, duty in zip(both, ("membership_officer", "legal_officer"), strict=True):
        assert appoint(seed.site_admin.actor, each, [duty]).staff_roles == [duty]
    assert in_use()
    return [User.objects.get(pk=each.pk) for each in both]


def colleague_of_the_hub(seed: Seed) -> User:
    return make_user(seed.hub, make_role("User", []), "anna@hub.example")


def another_site_admin(seed: Seed) -> User:
    return make_user(seed.hub, seed.site_admin.user.role, "second.admin@hub.example")


def console_of(seed: Seed) -> Actor:
    return console_actor(seed.hub.pk, "Hub", "root")


def duties_of(user: User) -> list[str]:
    return User.objects.get(pk=user.pk).staff_roles


def test_third_officer_needs_approval_of_an_officer(seed: Seed) -> None:
    per, johanna = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    with pytest.raises(Invalid):
        appoint(seed.site_admin.actor, anna, ["membership_officer"])
    appoint(seed.site_admin.actor, anna, ["membership_officer"], WHY)
    assert duties_of(anna) == []
    waits = the_request()
    console = console_of(seed)
    refused: list[Actor] = [
        seed.site_admin.actor,
        at_screen(seed.site_admin.user),
        at_screen(anna),
        console,
        in_the_name_of(console, per),
        actor_for(per, Credential.API_KEY),
        actor_for(per, Credential.JOB),
        actor_for(per, Credential.BROWSER),
    ]
    for who in refused:
        with pytest.raises((Forbidden, NotFound)):
            four_eyes.approve(who, waits.pk, waits.digest)
    with pytest.raises(Conflict):
        four_eyes.approve(at_screen(per), waits.pk, "0" * 64)
    assert (duties_of(anna), the_request().state) == ([], "waiting")
    approved(per)
    assert duties_of(anna) == ["membership_officer"]
    entry = AuditEntry.objects.filter(action="user.appointed").latest("pk")
    assert (entry.actor_name, entry.change["proposed_by"]) == (per.email, seed.site_admin.user.email)
    with pytest.raises(Conflict):
        approved(johanna, waits)


def test_officer_is_not_appointed_without_approval(seed: Seed) -> None:
    anna = colleague_of_the_hub(seed)
    with pytest.raises(PermissionError):
        give(seed.site_admin.actor, anna, ["legal_officer"])


def test_other_duties_need_no_approval_but_removing_officer_does(seed: Seed) -> None:
    per, johanna = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    for duties in (["analyst"], ["operator"], []):
        appoint(seed.site_admin.actor, anna, duties)
        assert duties_of(anna) == duties
    appoint(seed.site_admin.actor, per, [], WHY)
    assert duties_of(per) == ["membership_officer"]
    approved(johanna)
    assert duties_of(per) == []


def test_proposer_and_appointee_cannot_approve(seed: Seed) -> None:
    """Nor with another account of the same mailbox."""
    _, johanna = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    waits, role = the_request(), make_role("Second", [])
    for address in ("Staff+2@hub.example", "anna+2@hub.example"):
        second = make_user(seed.hub, role, address, staff_roles=["membership_officer"])
        with pytest.raises(Forbidden):
            approved(second, waits)
    four_eyes.decline(at_screen(johanna), waits.pk, "We are enough.")
    assert duties_of(anna) == []
    assert AuditEntry.objects.filter(action="approval_request.declined").count() == 1


def without_duties(user: User) -> None:
    """By whatever means; removing duties takes an approval, tested elsewhere."""
    User.objects.filter(pk=user.pk).update(staff_roles=[])


@pytest.mark.parametrize("way", ["duties", "accounts off", "accounts removed", "addresses"])
def test_removing_officers_does_not_allow_appointing_alone(seed: Seed, way: str) -> None:
    """Not for a site administrator, at the console, or for somebody who is both: it takes two."""
    both, admin = officers_of(seed), seed.site_admin.actor
    other = another_site_admin(seed)
    anna = colleague_of_the_hub(seed)
    for each in both:
        if way == "duties":
            without_duties(each)
        elif way == "accounts off":
            with pytest.raises(ApprovalNeeded):
                services.edit_user(admin, each, {"disabled": True})
            User.objects.filter(pk=each.pk).update(disabled=True)
        elif way == "accounts removed":
            with pytest.raises(ApprovalNeeded):
                services.delete_user(admin, each)
            User.objects.get(pk=each.pk).delete()
        else:
            without_duties(each)
            services.edit_user(admin, each, {"email": f"x{each.pk}@hub.example"})
            services.edit_user(admin, anna, {"email": each.email})
    again = User.objects.get(pk=anna.pk)
    console = console_of(seed)
    for who in (console, in_the_name_of(console, seed.site_admin.user)):
        with pytest.raises(Forbidden):
            appoint(who, again, ["membership_officer"], WHY)
    appoint(admin, again, ["membership_officer"], WHY)
    assert duties_of(anna) == []
    for who in (console, in_the_name_of(console, other), admin, at_screen(seed.site_admin.user)):
        with pytest.raises((Forbidden, NotFound)):
            four_eyes.approve(who, the_request().pk, the_request().digest)
    approved(other)
    assert duties_of(anna) == ["membership_officer"]


@pytest.mark.parametrize("way", ["made", "password", "role", "role of others", "duty"])
def test_new_site_administrator_from_console_cannot_approve(seed: Seed, way: str) -> None:
    """One person with the console and a site administrator's account would be both."""
    both, console = officers_of(seed), console_of(seed)
    anna = colleague_of_the_hub(seed)
    role = seed.site_admin.user.role
    if way == "made":
        given = {"email": "puppet@hub.example", "role_id": str(role.pk), "password": "Long-enough-word-1"}
        other = services.create_user(console, given)
    elif way == "password":
        other = another_site_admin(seed)
    else:
        other = make_user(seed.hub, make_role("Nobody yet", []), "puppet@hub.example")
    if way == "password":
        services.reset_password(console, other)
    elif way == "role":
        services.edit_user(console, other, {"role_id": str(role.pk)})
    elif way == "role of others":
        services.edit_role(console, other.role, {"perm_site_admin": True, "perm_admin": True})
    elif way == "duty":
        User.objects.filter(pk=other.pk).update(role=role, staff_roles=["operator"])
        appoint(console, User.objects.get(pk=other.pk), [])
    for each in both:
        without_duties(each)
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    with pytest.raises(Forbidden, match="inloggningsuppgifter"):
        approved(User.objects.get(pk=other.pk))
    assert duties_of(anna) == []


def test_single_remaining_officer_must_approve(seed: Seed) -> None:
    per, johanna = officers_of(seed)
    without_duties(johanna)
    appoint(seed.site_admin.actor, colleague_of_the_hub(seed), ["legal_officer"], WHY)
    with pytest.raises((Forbidden, NotFound)):
        approved(another_site_admin(seed))
    approved(per)


def test_changed_account_makes_request_stale(seed: Seed) -> None:
    per, _ = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    waits = the_request()
    services.edit_user(seed.site_admin.actor, anna, {"email": "mallory@hub.example"})
    with pytest.raises(Conflict, match="ändrats"):
        approved(per, waits)
    assert ApprovalRequest.objects.get(pk=waits.pk).state == "stale"
    assert duties_of(anna) == []


def test_former_officer_cannot_approve(seed: Seed) -> None:
    """The account is read again on approval."""
    per, _ = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    was_officer, waits = at_screen(per), the_request()
    without_duties(per)
    with pytest.raises(Forbidden):
        four_eyes.approve(was_officer, waits.pk, waits.digest)
    assert duties_of(anna) == []


@pytest.mark.usefixtures("password_is_enough")
def test_appointment_is_approved_on_page(seed: Seed) -> None:
    per, _ = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    admin, officer = signed_in(seed.site_admin.user), signed_in(with_password(per))
    address = reverse("user_duties", args=[anna.pk])
    given = {"staff_roles": ["membership_officer"], "reason": WHY}
    html = admin.post(address, given, follow=True).content.decode()
    assert "En annan person måste godkänna" in html
    waits = the_request()
    page, inbox = reverse("approval_request", args=[waits.pk]), reverse("approval_requests")
    assert anna.email in officer.get(inbox).content.decode()
    shown = officer.get(page).content.decode()
    assert WHY in shown
    assert waits.digest in shown
    approve = {"digest": waits.digest}
    for client in (admin, signed_in(seed.org_admin.user)):
        client.post(f"{page}approve/", approve)
        assert duties_of(anna) == []
    unconfirmed = signed_in(per)
    confirm(unconfirmed, per, ago=3600)
    answer = unconfirmed.post(f"{page}approve/", approve)
    assert answer.headers["location"].startswith(reverse("account_reauthenticate"))
    assert duties_of(anna) == []
    assert officer.post(f"{page}approve/", approve).status_code == 302
    assert duties_of(anna) == ["membership_officer"]


def test_key_and_command_cannot_approve(seed: Seed) -> None:
    per, _ = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    done = CliRunner().invoke(commands, ["staff", anna.email, "legal_officer", "--reason", WHY])
    assert (done.exit_code, isinstance(done.exception, Forbidden), duties_of(anna)) == (1, True, [])
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    key, waits = make_key(per), the_request()
    (listed,) = [
        each["ApprovalRequest"]
        for each in call(key, "GET", "/approvalRequests/index")[1]
        if each["ApprovalRequest"]["state"] == "waiting"
    ]
    assert (listed["id"], listed["digest"]) == (str(waits.pk), waits.digest)
    for step in ("approve", "decline"):
        status, body = call(key, "POST", f"/approvalRequests/{step}/{waits.pk}", {"digest": waits.digest})
        assert (status, "on the hub" in body["message"]) == (403, True)
    assert (duties_of(anna), the_request().state) == ([], "waiting")


def test_credentials_from_before_appointment_are_refused(seed: Seed) -> None:
    officers_of(seed)
    anna = colleague_of_the_hub(seed)
    own, given = make_key(anna), make_key(anna, issued_by_id=seed.site_admin.user.pk)
    web = signed_in(anna)
    appoint(seed.site_admin.actor, anna, ["membership_officer"], WHY)
    approved(User.objects.get(email="johanna@hub.example"))
    assert web.get("/").status_code == 302
    assert [call(key, "GET", "/users/view/me")[0] for key in (own, given)] == [200, 403]
    old = make_key(anna, issued_by_id=None)  # As if from before issuers were recorded.
    status, body = call(old, "GET", "/users/view/me")
    assert (status, "made themselves" in body["message"]) == (403, True)


def test_officer_with_credentials_set_by_another_must_wait(seed: Seed) -> None:
    per, _ = officers_of(seed)
    anna = colleague_of_the_hub(seed)
    key, long_ago = make_key(anna), timezone.now() - timedelta(days=300)
    User.objects.filter(pk=anna.pk).update(credentials_set_by_another_at=long_ago)
    appoint(seed.site_admin.actor, anna, ["legal_officer"], WHY)
    approved(per)
    assert call(key, "GET", "/users/view/me")[0] == 403, "the person who set the password may have made it"
    appoint(seed.site_admin.actor, colleague_of(seed), ["legal_officer"], WHY)
    with pytest.raises(Forbidden):
        approved(anna)
    approved(per)


def test_first_officers_do_not_wait(seed: Seed) -> None:
    """Somebody must create their accounts, and nobody else could continue; credentials set later do wait."""
    User.objects.update(credentials_set_by_another_at=timezone.now())
    per, _ = officers_of(seed)
    User.objects.filter(email__startswith="per@").update(credentials_set_by_another_at=timezone.now())
    anna = colleague_of_the_hub(seed)
    appoint(seed.site_admin.actor, anna, ["membership_officer"], WHY)
    with (
        override("en"),
        pytest.raises(NotEligibleToApprove, match=r"recently set your sign-in details.*from 20"),
    ):
        approved(per)
    User.objects.filter(email__startswith="per@").update(
        credentials_set_by_another_at=MembershipInUse.objects.get().since
    )
    approved(per)
    assert duties_of(anna) == ["membership_officer"]


def test_page_explains_exclusion(seed: Seed, password_is_enough: None) -> None:
    per, _ = officers_of(seed)
    User.objects.filter(pk=per.pk).update(credentials_set_by_another_at=timezone.now())
    web = signed_in(per)
    confirm(web, per)
    form = {"rules": ["second_factor"], "key_days": 180, "reason": WHY}
    refused = web.post(reverse("sign_in_minimum"), form, headers={"accept-language": "en"})
    assert refused.status_code == 403
    assert "recently set your sign-in details" in refused.content.decode()


def colleague_of(seed: Seed) -> User:
    return make_user(seed.hub, make_role("Third", []), "eva@hub.example")
