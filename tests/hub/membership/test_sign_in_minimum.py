"""The sign-in minimum that the hub owner requires of members, enforced on every interface and relaxed by two
officers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened, sign_in_set_up
from tests.factories.seed import ApiUser, Seed
from tests.identity.two_people import approved
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.customer_service.connection_diagnosis import state_of
from vardkase.hub.membership.members.models import Membership, SignInMinimum
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.members.services.two_people import ACTIVATE, enter
from vardkase.hub.membership.members.sign_in_minimum import describe_minimum, propose_minimum
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.hub.membership.onboarding.services import waive
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts import services as accounts
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.problems import AccountProblem, KeyProblem
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.sign_in_policy import services as entrance
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.web.hub.customer_service.diagnosis import with_moments

ALL_RULES = ["domains", "keys", "second_factor", "source"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def api_member(seed: Seed, desk: Desk) -> Organisation:
    """Organisation B, connected by API and meeting every requirement."""
    sign_in_set_up(seed.org_b)
    membership = member(desk, seed.org_b, connection="api")
    SignInMinimum.objects.create(membership=membership, rules=ALL_RULES)
    push(membership)
    return Organisation.objects.get(pk=seed.org_b.pk)


def require(seed: Seed, desk: Desk, rules: list[str], **more: Any) -> None:
    """Two officers set the minimum for organisation B alone."""
    officer = at_the_screen(desk.officer)
    propose_minimum(officer, seed.org_b.pk, rules, more.get("key_days", 365), "It is time.")
    approved(desk.second.user)


def reads(api_user: ApiUser) -> tuple[int, str]:
    status, body = call(api_user.key, "GET", "/events/index")
    return status, body["message"] if status != 200 else ""


def test_minimum_applies_to_api_members_from_activation(seed: Seed, desk: Desk) -> None:
    membership = opened(desk, seed.org_b, connection="api")
    assert Organisation.objects.get(pk=seed.org_b.pk).required_sign_in == []
    enter(at_the_screen(desk.officer), membership, "All is there.")
    assert Organisation.objects.get(pk=seed.org_b.pk).required_sign_in == ALL_RULES


def test_compliant_member_is_let_in(seed: Seed, api_member: Organisation) -> None:
    assert reads(seed.partner)[0] == 200


def test_web_member_has_no_minimum_of_its_own(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    assert Organisation.objects.get(pk=seed.org_b.pk).required_sign_in == []


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ({"verified_domains": ["other.example"]}, "is not in an e-mail domain"),
        ({"networks": ["192.0.2.0/24"]}, "requires that people of your organisation connect from"),
        ({"networks": []}, "requires that people of your organisation connect from"),
    ],
)
def test_missing_requirement_is_refused_with_instructions(
    seed: Seed, api_member: Organisation, lacking: dict[str, Any], message: str
) -> None:
    Organisation.objects.filter(pk=api_member.pk).update(**lacking)
    status, words = reads(seed.partner)
    assert (status, message in words) == (403, True)


@pytest.mark.parametrize("lacking", [{"expiration": 0}, {"allowed_ips": None}])
def test_existing_key_without_expiry_or_addresses_stops_working(
    seed: Seed, api_member: Organisation, lacking: dict[str, Any]
) -> None:
    AuthKey.objects.filter(user=seed.partner.user).update(**lacking)
    status, words = reads(seed.partner)
    assert (status, "create a new key with both" in words) == (403, True)


def test_existing_key_with_too_long_life_stops_working(
    seed: Seed, desk: Desk, api_member: Organisation
) -> None:
    keys = AuthKey.objects.filter(user=seed.partner.user)
    made = keys.get().created
    keys.update(expiration=made + 90 * 86_400)
    require(seed, desk, ["keys"], key_days=90)
    assert reads(seed.partner)[0] == 200
    require(seed, desk, ["keys"], key_days=89)
    status, words = reads(seed.partner)
    assert (status, "an earlier expiry date" in words) == (403, True)
    require(seed, desk, ["domains"], key_days=30)
    assert reads(seed.partner)[0] == 200


def test_new_key_needs_expiry_and_addresses(seed: Seed, api_member: Organisation, desk: Desk) -> None:
    actor, admin = at_the_screen(desk.admin), User.objects.get(pk=desk.admin.user.pk)
    with pytest.raises(Invalid) as refused:
        accounts.issue_key(actor, admin)
    assert set(refused.value.errors) == {"allowed_ips", "expiration"}
    soon = (timezone.now() + timedelta(days=90)).date().isoformat()
    given = {"allowed_ips": ["127.0.0.1"], "expiration": soon}
    key, _ = accounts.issue_key(actor, admin, given)
    with pytest.raises(Invalid):
        accounts.edit_key(actor, key, {"expiration": ""})
    status, _ = call(seed.site_admin.key, "POST", f"/auth_keys/add/{desk.admin.user.pk}", {"comment": "x"})
    assert status == 403
    require(seed, desk, ["keys"], key_days=30)
    with pytest.raises(Invalid, check=problem_is(KeyProblem.TOO_LATE)):
        accounts.issue_key(actor, User.objects.get(pk=admin.pk), given)


def test_account_outside_verified_domains_is_refused(
    seed: Seed, api_member: Organisation, desk: Desk
) -> None:
    role = make_role("User", [])
    console = console_actor(seed.hub.pk, seed.hub.name, "root")
    given = {"email": "kompis@gmail.example", "role_id": role.pk, "org_id": api_member.pk}
    for actor in (at_the_screen(desk.admin), seed.site_admin.actor, console):
        with pytest.raises(Invalid, check=problem_is(AccountProblem.DOMAIN_NOT_VERIFIED)):
            accounts.create_user(actor, given)
    assert call(seed.site_admin.key, "POST", "/admin/users/add", given)[0] == 403


def test_second_factor_is_required_even_if_hub_and_role_do_not(
    seed: Seed, api_member: Organisation, desk: Desk
) -> None:
    page = signed_in(desk.admin).get("/events/")
    assert (page.status_code, page["Location"]) == (302, "/account/second-factor/")
    assert Client().get("/events/").status_code == 302


@pytest.mark.parametrize("who", ["admin", "officer", "site_admin", "console"])
def test_minimum_cannot_be_bypassed_by_modes_or_by_removing_facts(
    seed: Seed, api_member: Organisation, desk: Desk, who: str
) -> None:
    actor = {
        "admin": at_the_screen(desk.admin),
        "officer": at_the_screen(desk.officer),
        "site_admin": seed.site_admin.actor,
        "console": console_actor(seed.hub.pk, seed.hub.name, "root"),
    }[who]
    entrance.set_modes(actor, api_member, domains=SignInMode.ENFORCE)
    for given in ({"domains": SignInMode.OFF}, {"domains": SignInMode.REPORT}):
        with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.REQUIRED_BY_HUB)):
            entrance.set_modes(actor, api_member, **given)
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NO_SOURCE_LEFT)):
        entrance.set_networks(actor, api_member, [])
    domain = api_member.mail_domains.create(
        domain="b.example",
        method="mail",
        token="x",
        asked=timezone.now(),
        verified=timezone.now(),
        added_by="x",
    )
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NO_DOMAINS)):
        entrance.remove_domain(actor, api_member, domain.pk)
    entrance.set_modes(actor, api_member, keys=SignInMode.ENFORCE)  # They may choose stricter modes.


def test_two_officers_change_minimum_for_one_or_all(seed: Seed, desk: Desk, api_member: Organisation) -> None:
    for actor in (at_the_screen(desk.admin), seed.site_admin.actor, at_the_screen(desk.operator)):
        with pytest.raises(Forbidden):
            propose_minimum(actor, seed.org_b.pk, [], 365, "No.")
    request = propose_minimum(at_the_screen(desk.officer), seed.org_b.pk, ["domains"], 365, "Webb.")
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user, request)
    api_member.refresh_from_db()
    assert api_member.required_sign_in == ALL_RULES
    approved(desk.second.user, request)
    api_member.refresh_from_db()
    assert api_member.required_sign_in == ["domains"]

    for unsaid in ({}, {"rules": None}):
        sent = {**unsaid, "reason": "All."}
        status, body = call(desk.officer.key, "POST", "/memberships/signInMinimum", sent)
        assert (status, list(body["errors"])) == (403, ["rules"])
    status, body = call(
        desk.officer.key, "POST", "/memberships/signInMinimum", {"rules": ["second_factor"], "reason": "All."}
    )
    assert status == 200, body
    assert body["ApprovalRequest"]["state"] == "waiting"
    approved(desk.second.user)
    api_member.refresh_from_db()
    assert api_member.required_sign_in == ["domains", "second_factor"]
    sign_in_set_up(seed.org_c)
    member(desk, seed.org_c)
    assert Organisation.objects.get(pk=seed.org_c.pk).required_sign_in == ["second_factor"]
    assert SignInMinimum.objects.count() == 2


def test_officer_sets_modes_over_api_as_on_page(seed: Seed, desk: Desk, api_member: Organisation) -> None:
    path = f"/organisationSecurity/setModes/{api_member.pk}"
    assert call(desk.officer.key, "POST", path, {"networks": "report"})[0] == 200
    assert call(seed.stranger.key, "POST", path, {"networks": "off"})[0] in (403, 404)
    other = make_user(seed.org_a, make_role("User", []), "nobody@a.example")
    assert call(make_key(other), "POST", path, {"networks": "off"})[0] in (403, 404)
    assert (
        call(desk.officer.key, "POST", path, {"domains": "off"})[0] == 200
    )  # It was off, so it counts for nothing.
    assert SignInRule.DOMAINS in Organisation.objects.get(pk=api_member.pk).required_sign_in


def test_officer_proposes_minimum_on_page_for_one_and_all(
    seed: Seed, desk: Desk, api_member: Organisation
) -> None:
    officer = signed_in(desk.officer)
    for path, given in (
        (f"/members/{api_member.pk}/sign-in-minimum/", {"rules": ["domains"], "key_days": 90}),
        ("/members/sign-in-minimum/", {"rules": ["second_factor"], "key_days": 180}),
    ):
        assert 'name="rules"' in officer.get(path).content.decode()
        assert officer.post(path, {**given, "key_days": 0, "reason": "x"}).status_code == 422
        answer = officer.post(path, {**given, "reason": "It is time."})
        assert answer["Location"].startswith("/approval-requests/")
        approved(desk.second.user)
        assert signed_in(desk.operator).get(path).status_code == 403
    api_member.refresh_from_db()
    assert api_member.required_sign_in == ["domains", "second_factor"]
    assert api_member.required_key_days == 90


def test_checklist_shows_what_member_lacks(seed: Seed, desk: Desk) -> None:
    membership = opened(desk, seed.org_b, connection="api")
    Organisation.objects.filter(pk=seed.org_b.pk).update(verified_domains=[], networks=[])
    AuthKey.objects.filter(user__org=seed.org_b).update(expiration=0)
    state, text = item_of(membership)
    assert state == "open"
    for words in (
        "No e-mail domain is verified.",
        "No network and no valid",
        "no second factor",
        "no expiry date",
    ):
        assert words in text
    SignInMinimum.objects.create(membership=membership, rules=["source"])
    Organisation.objects.filter(pk=seed.org_b.pk).update(networks=["127.0.0.0/8"])
    assert item_of(membership)[0] == "done"
    SignInMinimum.objects.update(rules=[])
    assert item_of(membership)[0] == "not_needed"


def test_proposal_shows_how_many_accounts_and_keys_it_blocks(
    seed: Seed, desk: Desk, api_member: Organisation
) -> None:
    """On the form, to proposer and approver, and over the API."""
    User.objects.update(language="en")
    SignInMinimum.objects.all().delete()
    Organisation.objects.filter(pk=api_member.pk).update(networks=[], required_sign_in=[])
    accounts_there = User.objects.filter(org=api_member, disabled=False).count()
    keys_there = AuthKey.objects.filter(user__org=api_member).count()
    path, given = f"/members/{api_member.pk}/sign-in-minimum/", {"rules": ["source"], "key_days": 365}
    nobody = f"Nobody can sign in from {api_member.name}: no network"
    assert nobody in unescape(signed_in(desk.officer).get(path).content.decode())
    answer = signed_in(desk.officer).post(path, {**given, "reason": "It is time."})
    for reader in (desk.officer, desk.second):
        shown = unescape(signed_in(reader).get(answer["Location"]).content.decode())
        for words in (
            nobody,
            f"{accounts_there} of {accounts_there} accounts are refused at once.",
            f"{keys_there} of {keys_there} API keys stop working at once.",
        ):
            assert words in shown
    pk = answer["Location"].strip("/").split("/")[-1]
    _, answered = call(desk.second.key, "GET", f"/approvalRequests/view/{pk}")
    assert any(nobody in each for each in answered["warnings"])
    approved(desk.second.user)
    assert reads(seed.partner)[0] == 403
    assert nobody not in unescape(signed_in(desk.second).get(answer["Location"]).content.decode())


def test_minimum_for_all_counts_keys_it_ends(seed: Seed, desk: Desk, api_member: Organisation) -> None:
    """Only what works today counts: the API member's keys are bound already."""
    member(desk, seed.org_c)
    sign_in_set_up(seed.org_c)
    AuthKey.objects.filter(user__org=seed.org_c).update(expiration=0)
    AuthKey.objects.filter(user__org=api_member).update(expiration=0)
    ended = AuthKey.objects.filter(user__org=seed.org_c, user__disabled=False).count()
    status, body = call(
        desk.officer.key, "POST", "/memberships/signInMinimum", {"rules": ["keys"], "reason": "All."}
    )
    assert status == 200, body
    (warning,) = body["ApprovalRequest"]["warnings"]
    assert warning.startswith(f"{ended} of ")
    with translation.override("sv"):
        shown = describe_minimum(ApprovalRequest.objects.latest("pk"))
    assert "alla medlemmar kommer" in shown.effect


def test_activation_warns_whom_minimum_refuses(seed: Seed, desk: Desk) -> None:
    membership = opened(desk, seed.org_c, connection="api")
    Organisation.objects.filter(pk=seed.org_c.pk).update(networks=[])
    request = ApprovalRequest(action=ACTIVATE.name, subject=str(membership.pk), parameters={})
    assert any("Nobody can sign in" in each for each in ACTIVATE.describe(request).warnings)


def test_required_networks_cannot_be_waived(seed: Seed, desk: Desk, api_member: Organisation) -> None:
    officer = at_the_screen(desk.officer)
    require(seed, desk, [])
    Organisation.objects.filter(pk=api_member.pk).update(networks=[])
    waive(officer, api_member.pk, "networks", "They come by API alone.")
    membership = Membership.objects.get(organisation=api_member)
    assert line_of(membership, "networks")[0] == "not_needed"
    require(seed, desk, ["source"])
    membership = Membership.objects.get(organisation=api_member)
    assert line_of(membership, "networks")[0] == "open"
    with pytest.raises(Conflict, check=problem_is(OnboardingProblem.LACKS_SOURCE)):
        waive(officer, api_member.pk, "networks", "They come by API alone.")


def test_all_pages_agree_on_required_minimum(seed: Seed, desk: Desk, api_member: Organisation) -> None:
    """Checklist, security page and support snapshot: none calls a requirement optional."""
    User.objects.update(language="en")
    Organisation.objects.filter(pk=api_member.pk).update(networks=["10.0.0.0/8", "127.0.0.0/8"])
    membership = Membership.objects.get(organisation=api_member)
    text = line_of(membership, "networks")[1]
    assert "not required yet" not in text
    assert "a network or a client certificate is required" in text
    assert "Private" in text
    page = unescape(signed_in(desk.officer).get(f"/security/{api_member.pk}/").content.decode())
    assert f"Security of {api_member.name}" in page
    for wrong in ("Our organisation’s security", "in any e-mail domain", "your users", "You connect through"):
        assert wrong not in page
    assert "A private network only matches" in page
    facts = {each["label"]: each["value"] for each in state_of(api_member.pk)["facts"]}
    assert facts["Networks"].startswith("a network or a client certificate is required")
    assert facts["E-mail domains"].startswith("enforced")
    assert "second factor" in facts["The hub owner requires at least"]
    Organisation.objects.filter(pk=api_member.pk).update(required_sign_in=[])  # No second factor to set up.
    assert (
        "Our organisation’s security" in signed_in(desk.admin).get("/security/", follow=True).content.decode()
    )


def test_support_snapshot_shows_dates_and_reasons_in_words() -> None:
    shown = with_moments(
        {
            "keys": [{"expires": "2027-11-28T00:00:00+00:00"}],
            "refused": [{"why": "source", "at": "2026-11-29T00:00:00+00:00"}],
        }
    )
    assert shown["keys"][0]["expires"] == date(2027, 11, 27)
    assert shown["refused"][0]["why"].startswith("neither from a registered network")


def line_of(membership: Membership, name: str) -> tuple[str, str]:
    line = next(line for line in checklist(membership) if line.item.name == name)
    return line.state.value, line.detail


def item_of(membership: Membership) -> tuple[str, str]:
    return line_of(membership, "sign_in")
