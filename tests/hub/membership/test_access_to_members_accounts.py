"""No officer or operator gets into a member's organisation alone, or moves a membership to another
organisation.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_key, make_organisation, make_role, make_user
from tests.factories.applications import make_application
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import ORG_ADMIN, SYNC_USER, Seed
from tests.hub.membership.answers import answers
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.cli.main import commands
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.enrolment import codes
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding import links, member_accounts, organisation
from vardkase.hub.membership.onboarding.models import MemberLink
from vardkase.identity.access.actor import visitor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.organisations.attribution import misattributed
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.identity.organisations.services import merge_organisations

UNTIL = today() + timedelta(days=100)
KEY = {"addresses": "127.0.0.1", "until": UNTIL.isoformat()}


@pytest.fixture
def desk(seed: Seed, mail: Any, settings: Any, password_is_enough: None) -> Desk:
    settings.BASE_URL = "https://hub.example"
    make_role("Sync user", SYNC_USER)
    return make_desk(seed)


def addressed_to() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


def secret_in_mail() -> str:
    texts = (
        OutgoingMail.objects.filter(text__contains="/welcome/").order_by("-pk").values_list("text", flat=True)
    )
    found = re.search(r"/welcome/(?:password|key)/#([\w-]+)", texts[0])
    assert found
    return found[1]


def assert_nothing_was_made(seed: Seed, email: str) -> None:
    assert not MemberLink.objects.exists()
    assert not User.objects.filter(email=email).exists()


@pytest.mark.parametrize(
    ("item", "given"),
    [
        ("administrator", {"email": "per.private@mailbox.example"}),
        ("administrator", {"email": "anna@b.example"}),
        ("sync_user", {"email": "machine@b.example", "send_to": "per.private@mailbox.example", **KEY}),
        ("sync_user", {"email": "machine@b.example", "send_to": "bo@b.example", **KEY}),
    ],
)
@pytest.mark.parametrize("interface", ["page", "API", "console", "operator"])
def test_access_to_active_member_needs_second_officer(
    seed: Seed, desk: Desk, interface: str, item: str, given: dict[str, str]
) -> None:
    """Whatever the address: an officer only proposes, and operators and the console are refused."""
    member(desk, seed.org_b, connection="both")
    reason = {"reason": "They lost theirs."}
    if interface == "page":
        path = f"/members/{seed.org_b.pk}/checklist/{item}/"
        assert signed_in(desk.officer).post(path, given).status_code == 422  # The reason is missing.
        assert signed_in(desk.officer).post(path, given | reason).status_code == 302
    elif interface == "API":
        path = f"/membershipChecklists/do/{seed.org_b.pk}/{item}"
        assert call(desk.officer.key, "POST", path, given)[0] in (400, 403)
        status, body = call(desk.officer.key, "POST", path, given | reason)
        assert (status, body["ApprovalRequest"]["state"]) == (200, "waiting")
    elif interface == "console":
        words = [
            "membership",
            "do",
            seed.org_b.name,
            item,
            *(f"{n}={v}" for n, v in (given | reason).items()),
        ]
        done = CliRunner().invoke(commands, words)
        assert isinstance(done.exception, Forbidden), done.output
    else:
        path = f"/membershipChecklists/do/{seed.org_b.pk}/{item}"
        assert call(desk.operator.key, "POST", path, given | reason)[0] in (400, 403)
    assert_nothing_was_made(seed, given["email"])
    if interface in ("console", "operator"):
        assert not ApprovalRequest.objects.filter(state="waiting").exists()
        return
    with pytest.raises(Forbidden):
        approved(desk.officer.user)
    approved(desk.second.user, the_request())
    assert User.objects.filter(email=given["email"], org=seed.org_b).exists()
    assert {"admin@b.example", "anna@b.example"} - {given["email"]} <= set(addressed_to())


def test_new_key_of_account_with_key_goes_only_to_its_mailbox(seed: Seed, desk: Desk) -> None:
    """Also during onboarding, and even if two people agree."""
    opened(desk, seed.org_b, connection="api")
    user = make_user(seed.org_b, make_role("Sync user", SYNC_USER), "machine@b.example")
    make_key(user)
    officer, org = at_the_screen(desk.officer), seed.org_b.pk
    for send_to in ("bo@b.example", "per@mailbox.example"):
        with pytest.raises(Invalid, match=r"has had a key|haft en nyckel"):
            member_accounts.make_sync_user(
                officer, org, user.email, addresses="127.0.0.1", until=UNTIL, send_to=send_to, reason="Lost."
            )
    assert not MemberLink.objects.exists()
    member_accounts.make_sync_user(officer, org, user.email, addresses="127.0.0.1", until=UNTIL)
    assert MemberLink.objects.get().sent_to == user.email
    links.show_key(visitor("127.0.0.1"), secret_in_mail())
    recipients = addressed_to()
    assert {"anna@b.example", "bo@b.example", "admin@b.example", "machine@b.example"} <= set(recipients)


def test_unused_invitation_is_sent_again(seed: Seed, desk: Desk) -> None:
    """The account has never had a key, so nobody uses it yet."""
    opened(desk, seed.org_b, connection="api")
    operator, org = at_the_screen(desk.operator), seed.org_b.pk
    for _ in range(2):
        member_accounts.make_sync_user(operator, org, "machine@b.example", addresses="127.0.0.1", until=UNTIL)
        assert MemberLink.objects.get().sent_to == "bo@b.example"
    assert AuthKey.objects.filter(user__email="machine@b.example").count() == 0


def test_approved_invitation_requires_unchanged_facts(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    officer, org = at_the_screen(desk.officer), seed.org_b.pk
    waits = member_accounts.invite_administrator(officer, org, "new@b.example", "They lost theirs.")
    make_user(seed.org_b, make_role("Org Admin", ORG_ADMIN), "new@b.example")
    with pytest.raises(Conflict):
        approved(desk.second.user, waits)
    assert not MemberLink.objects.exists()


@pytest.mark.parametrize("interface", ["page", "service"])
def test_enrolment_code_is_not_shown_to_hub_staff(
    seed: Seed, desk: Desk, settings: Any, interface: str
) -> None:
    settings.VARDKASE_PROFILE = "hub"
    member(desk, seed.org_b)
    MembershipInUse.objects.create(pk=1)
    if interface == "page":
        shown = signed_in(desk.officer).post(f"/service/organisations/{seed.org_b.pk}/code/").content.decode()
        assert "bo@b.example" in shown
    else:
        assert codes.make_code(at_the_screen(desk.officer), seed.org_b.pk)[1] == ""
        shown = ""
    mail = OutgoingMail.objects.filter(recipient="bo@b.example").order_by("-pk").first()
    assert mail is not None
    code = re.search(r"\b(?:[A-Z2-9]{5}-){4}[A-Z2-9]{5}\b", mail.text)
    assert code
    assert code[0] not in shown
    assert codes.offer(code[0])["Organisation"]["name"] == seed.org_b.name


@pytest.mark.parametrize("without", ["contacts", "membership"])
def test_enrolment_code_requires_recipient(seed: Seed, desk: Desk, without: str) -> None:
    if without == "contacts":
        member(desk, seed.org_b)
        Membership.objects.update(details={})
    MembershipInUse.objects.create(pk=1)
    with pytest.raises(Conflict):
        codes.make_code(at_the_screen(desk.officer), seed.org_b.pk)


@pytest.mark.parametrize("interface", ["page", "API", "console", "operator"])
def test_moving_membership_to_other_organisation_needs_second_officer(
    seed: Seed, desk: Desk, interface: str
) -> None:
    made, other = make_organisation("Sunda Vatten AB"), make_organisation("Another AB")
    opened(desk, made)
    given = {"other": str(other.pk), "reason": "They are one."}
    api = f"/membershipChecklists/do/{made.pk}/organisation"
    if interface == "page":
        path = f"/members/{made.pk}/checklist/organisation/"
        assert signed_in(desk.officer).post(path, given).status_code == 302
    elif interface == "API":
        assert call(desk.officer.key, "POST", api, given)[1]["ApprovalRequest"]["state"] == "waiting"
    elif interface == "console":
        words = ["membership", "do", made.name, "organisation", *(f"{n}={v}" for n, v in given.items())]
        assert isinstance(CliRunner().invoke(commands, words).exception, Forbidden)
    else:
        assert call(desk.operator.key, "POST", api, given)[0] == 403
    assert Membership.objects.get().organisation == made
    if interface in ("console", "operator"):
        return
    shown = signed_in(desk.second).get(f"/approval-requests/{the_request().pk}/").content.decode()
    assert all(each in shown for each in (made.name, str(made.uuid), other.name, str(other.uuid)))
    with pytest.raises(Forbidden):
        approved(desk.officer.user)
    approved(desk.second.user)
    assert Membership.objects.get().organisation == other


@pytest.mark.parametrize("whose", ["hub owner", "operator"])
def test_organisation_with_hub_staff_cannot_take_membership(seed: Seed, desk: Desk, whose: str) -> None:
    made, other = make_organisation("Sunda Vatten AB"), seed.hub
    opened(desk, made)
    if whose == "operator":
        other = make_organisation("Kustdrift AB")
        make_user(other, make_role("User", []), "drift@k.example", staff_roles=["operator"])
    with pytest.raises((Invalid, Conflict)):
        organisation.join_organisation(at_the_screen(desk.officer), made.pk, other.pk, "They are one.")
    assert not ApprovalRequest.objects.filter(state="waiting").exists()


def test_staff_appointed_after_proposal_block_the_move(seed: Seed, desk: Desk) -> None:
    made, other = make_organisation("Sunda Vatten AB"), make_organisation("Kustdrift AB")
    opened(desk, made)
    waits = organisation.join_organisation(at_the_screen(desk.officer), made.pk, other.pk, "They are one.")
    make_user(other, make_role("User", []), "drift@k.example", staff_roles=["operator"])
    with pytest.raises(Invalid):
        approved(desk.second.user, waits)
    assert Membership.objects.get().organisation == made


def test_uuid_not_in_application_needs_second_officer(seed: Seed, desk: Desk) -> None:
    own, stolen = str(uuid4()), str(uuid4())
    opened(desk, seed.org_c, connection="api")
    User.objects.filter(org=seed.org_c).delete()
    given = answers(connection={"method": "api", "api": {"uuid": own}})
    Membership.objects.update(application=make_application("approved", answers=given))
    officer = at_the_screen(desk.officer)
    with pytest.raises(Invalid):
        organisation.take_uuid(officer, seed.org_c.pk, stolen)
    waits = organisation.take_uuid(officer, seed.org_c.pk, stolen, "They have moved.")
    assert isinstance(waits, ApprovalRequest)
    assert str(Organisation.objects.get(pk=seed.org_c.pk).uuid) != stolen
    approved(desk.second.user, waits)
    assert str(Organisation.objects.get(pk=seed.org_c.pk).uuid) == stolen


WAYS_TO_CHANGE_IDENTITY = ("api", "page", "merge", "merge into it")


@pytest.mark.parametrize("way", WAYS_TO_CHANGE_IDENTITY)
def test_identity_of_member_is_not_changed_by_one_person(seed: Seed, desk: Desk, way: str) -> None:
    """Otherwise others could publish in its name, since no local organisation would hold it."""
    MembershipInUse.objects.create(pk=1)
    org = member(desk, seed.org_a).organisation
    wanted = str(uuid4())
    if way == "api":
        for data in ({"local": False}, {"uuid": wanted}, {"local": "0", "uuid": wanted}):
            status, answer = call(seed.site_admin.key, "POST", f"/admin/organisations/edit/{org.pk}", data)
            assert (status, "two officers" in str(answer)) == (403, True), answer
    elif way == "page":
        browser = signed_in(seed.site_admin)
        for data in (
            {"name": org.name, "uuid": str(org.uuid)},
            {"name": org.name, "uuid": wanted, "local": "on"},
        ):
            assert browser.post(f"/administration/organisations/{org.pk}/edit/", data).status_code in (
                404,
                422,
            )
    else:
        pair = (org.pk, seed.org_c.pk) if way == "merge" else (seed.org_c.pk, org.pk)
        with pytest.raises(Invalid):
            merge_organisations(seed.site_admin.actor, *pair)
    kept = Organisation.objects.get(pk=org.pk)
    assert (kept.local, kept.uuid) == (True, org.uuid)


def test_other_member_fields_are_editable(seed: Seed, desk: Desk) -> None:
    MembershipInUse.objects.create(pk=1)
    org = member(desk, seed.org_a).organisation
    given = {"sector": "Kommun", "local": True, "uuid": str(org.uuid)}
    assert call(seed.site_admin.key, "POST", f"/admin/organisations/edit/{org.pk}", given)[0] == 200
    assert Organisation.objects.get(pk=org.pk).sector == "Kommun"


def test_member_keeps_its_name_when_not_local(seed: Seed, desk: Desk) -> None:
    MembershipInUse.objects.create(pk=1)
    org = member(desk, seed.org_a).organisation
    Organisation.objects.filter(pk=org.pk).update(local=False)
    assert misattributed(seed.stranger.actor, ids=[org.pk]) == {str(org.uuid): org.pk}


def test_operator_cannot_rename_member(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    MembershipInUse.objects.create(pk=1)
    User.objects.filter(pk=seed.site_admin.user.pk).update(staff_roles=["operator"])
    path = f"/admin/organisations/edit/{seed.org_b.pk}"
    assert call(seed.site_admin.key, "POST", path, {"name": "Organisation B (archive)"})[0] == 403
    assert Organisation.objects.get(pk=seed.org_b.pk).name == seed.org_b.name
    assert call(seed.site_admin.key, "POST", path, {"sector": "Energy"})[0] == 200
