"""Keys of synchronisation users where the organisation requires bound keys: creating, changing, replacing,
expiring.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from tests.api.calls import call
from tests.factories import make_key, make_user
from tests.factories.seed import Seed
from tests.support.certificates import DAY as A_DAY
from tests.support.certificates import Authority
from tests.support.name_server import name_server
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.settings.models import SettingValue
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.key_days import end_of, last_day, latest_day
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services import create_user_with_key
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.schedules import check_sign_in_policies

DAY = 86_400


@pytest.fixture(autouse=True)
def in_english(db: None, settings: Any) -> Iterator[None]:
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def everybody_reads_english(seed: Seed) -> None:
    User.objects.update(language="en")


@pytest.fixture
def sync(seed: Seed) -> User:
    """The synchronisation user of organisation B, which requires bound keys."""
    services.set_modes(seed.site_admin.actor, seed.org_b, keys="enforce")
    return seed.partner_sync.user


def in_days(days: int) -> int:
    return int(time.time()) + days * DAY


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, {"allowed_ips", "expiration"}),
        ({"allowed_ips": ["192.0.2.1"]}, {"expiration"}),
        ({"expiration": in_days(30)}, {"allowed_ips"}),
        ({"allowed_ips": ["0.0.0.0/0"], "expiration": in_days(30)}, {"allowed_ips"}),
        ({"allowed_ips": ["192.0.2.1", "::/1"], "expiration": in_days(30)}, {"allowed_ips"}),
        ({"allowed_ips": ["192.0.2.1"], "expiration": in_days(370)}, {"expiration"}),
        ({"allowed_ips": ["192.0.2.1"], "expiration": in_days(30)}, set()),
    ],
)
def test_key_without_limits_is_refused(seed: Seed, sync: User, data: dict[str, Any], wrong: set[str]) -> None:
    status, body = call(seed.site_admin.key, "POST", f"/auth_keys/add/{sync.pk}", data)
    assert (status, set(body.get("errors", {}))) == (403 if wrong else 200, wrong)
    assert AuthKey.objects.filter(user=sync).count() == (1 if wrong else 2)


def test_bound_key_cannot_be_widened_or_extended(seed: Seed, sync: User) -> None:
    made = call(
        seed.site_admin.key,
        "POST",
        f"/auth_keys/add/{sync.pk}",
        {"allowed_ips": ["192.0.2.1"], "expiration": in_days(360)},
    )[1]["AuthKey"]
    path = f"/auth_keys/edit/{made['id']}"
    for change in ({"allowed_ips": []}, {"expiration": 0}, {"expiration": in_days(400)}):
        assert call(seed.site_admin.key, "POST", path, change)[0] == 403
    AuthKey.objects.filter(pk=made["id"]).update(created=in_days(-300))
    assert call(seed.site_admin.key, "POST", path, {"expiration": in_days(90)})[0] == 403, "yearly"
    SettingValue.objects.create(name="Vardkase.longest_key_days", value=400)
    assert call(seed.site_admin.key, "POST", path, {"expiration": in_days(90)})[0] == 200


def test_people_create_unbound_keys(seed: Seed, sync: User) -> None:
    assert call(seed.partner.key, "POST", "/auth_keys/add/me", {})[0] == 200


def test_replacement_key_keeps_limits(seed: Seed, sync: User) -> None:
    path = f"/users/resetauthkey/{sync.pk}"
    assert call(seed.site_admin.key, "POST", path)[0] == 403, "its addresses are unknown"
    make_key(sync, allowed_ips=["192.0.2.1"], expiration=in_days(10))
    assert call(seed.site_admin.key, "POST", path)[0] == 200
    new = AuthKey.objects.filter(user=sync).latest("pk")
    assert new.allowed_ips == ["192.0.2.1"]
    assert new.expiration > in_days(300)


def test_new_machine_account_gets_no_unbound_key(seed: Seed, sync: User) -> None:
    data = {"email": "new@b.example", "org_id": seed.org_b.pk, "role_id": sync.role_id}
    user, raw = create_user_with_key(seed.site_admin.actor, data)
    assert (raw, user.auth_keys.count()) == ("", 0)


def test_requirements_are_submitted_and_decided_by_officer(seed: Seed) -> None:
    admin, officer = seed.org_admin.actor, console_actor(seed.hub.pk, "Hub", "officer")
    with pytest.raises(Invalid) as refused:
        services.submit_requirements(admin, seed.org_a)
    assert set(refused.value.errors) == {"software", "egress_addresses", "contact_name", "contact_email"}
    with pytest.raises(Invalid) as refused:
        services.save_requirements(
            admin, seed.org_a, {"egress_addresses": "x", "rotation_days": 400, "log_days": 1, "proof": "word"}
        )
    assert set(refused.value.errors) == {"egress_addresses", "rotation_days", "log_days", "proof"}
    filled = {
        "software": "MISP 2.5",
        "egress_addresses": "192.0.2.0/24",
        "contact_name": "A. Technician",
        "contact_email": "tech@a.example",
    }
    services.save_requirements(admin, seed.org_a, filled)
    with pytest.raises(Conflict):
        services.decide_requirements(officer, seed.org_a, approve=True)
    services.submit_requirements(admin, seed.org_a)
    for actor in (admin, seed.site_admin.actor, seed.partner.actor):
        with pytest.raises(Forbidden):
            services.decide_requirements(actor, seed.org_a, approve=True)
    User.objects.filter(pk=seed.org_admin.user.pk).update(staff_roles=[StaffRole.MEMBERSHIP_OFFICER])
    seed.org_admin.user.refresh_from_db()
    with pytest.raises(Forbidden, check=problem_is(SignInPolicyProblem.OWN_ORGANISATION)):
        services.decide_requirements(seed.org_admin.actor, seed.org_a, approve=True)
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NOTE_MISSING)):
        services.decide_requirements(officer, seed.org_a, approve=False)
    assert (
        services.decide_requirements(officer, seed.org_a, approve=False, note="Which port?").state
        == "returned"
    )
    services.submit_requirements(admin, seed.org_a)
    services.decide_requirements(officer, seed.org_a, approve=True)
    assert Organisation.objects.get(pk=seed.org_a.pk).egress_addresses == ["192.0.2.0/24"]
    assert services.security_state(Organisation.objects.get(pk=seed.org_a.pk)).has("api_requirements")
    again = services.save_requirements(admin, seed.org_a, {"log_days": 365})
    assert again.state == "draft"
    assert Organisation.objects.get(pk=seed.org_a.pk).egress_addresses, "the approved ones apply meanwhile"


def test_key_is_bound_to_approved_addresses(seed: Seed, sync: User) -> None:
    Organisation.objects.filter(pk=seed.org_b.pk).update(egress_addresses=["192.0.2.0/28"])
    for address, status in (
        ("192.0.2.77", 403),
        ("2001:db8::1", 403),
        ("192.0.2.0/24", 403),
        ("192.0.2.7", 200),
    ):
        data = {"allowed_ips": [address], "expiration": in_days(30)}
        assert call(seed.site_admin.key, "POST", f"/auth_keys/add/{sync.pk}", data)[0] == status, address


def test_expiring_key_is_announced_three_times(seed: Seed) -> None:
    AuthKey.objects.all().delete()
    make_user(seed.org_b, seed.org_admin.user.role, "admin@b.example")
    person, machine = seed.analyst.user, seed.partner_sync.user
    for user in (person, machine):
        make_key(user, expiration=in_days(29))

    def notified() -> list[str]:
        OutgoingMail.objects.all().delete()
        check_sign_in_policies()
        return sorted(OutgoingMail.objects.values_list("recipient", flat=True))

    everybody = ["admin@b.example", person.email, machine.email]
    assert notified() == sorted(everybody)
    assert notified() == []
    AuthKey.objects.update(expiration=in_days(6))
    assert notified() == sorted(everybody)
    AuthKey.objects.update(expiration=int(time.time()) + 3600)
    assert notified() == sorted(everybody)
    assert notified() == []
    AuthKey.objects.update(expiration=int(time.time()) - 1)
    assert notified() == []


def test_expiring_certificate_is_announced(seed: Seed) -> None:
    own = Authority().issue("Organisation A", ends=6 * A_DAY)
    services.add_certificate(seed.org_admin.actor, seed.org_a, own.pem)
    AuthKey.objects.all().delete()
    check_sign_in_policies()
    check_sign_in_policies()
    assert "CN=Organisation A" in OutgoingMail.objects.get(recipient=seed.org_admin.user.email).subject


def test_missing_dns_record_is_announced_until_domain_lapses(seed: Seed, settings: Any) -> None:
    with name_server() as names:
        settings.VARDKASE_DNS_SERVER = names.address
        claim = services.start_domain_check(seed.org_admin.actor, seed.org_a, "a.example", "dns")
        names.texts["_vardkase.a.example"] = [f"vardkase-domain-verification={claim.token}"]
        services.check_record(seed.org_admin.actor, seed.org_a, claim.pk)
        MailDomain.objects.update(seen=timezone.now() - timedelta(days=20))
        names.fails = True
        check_sign_in_policies()
        assert _verified(seed) == ["a.example"], "a DNS failure proves nothing"
        names.fails = False
        check_sign_in_policies()
        assert _verified(seed) == ["a.example"], "the record exists"
        names.texts.clear()
        check_sign_in_policies()
        check_sign_in_policies()
        assert "TXT record" in OutgoingMail.objects.get().text
        assert _verified(seed) == ["a.example"]
        MailDomain.objects.update(seen=timezone.now() - timedelta(days=15))
        check_sign_in_policies()
        assert _verified(seed) == []
    assert AuditEntry.objects.filter(action="organisation.domain_lapsed").exists()


def test_mail_verification_is_repeated_yearly(seed: Seed) -> None:
    now = timezone.now()
    MailDomain.objects.create(
        org=seed.org_a, domain="a.example", method="mail", mailbox="admin", token="x", asked=now, verified=now,
        seen=now - timedelta(days=340), added_by="",
    )  # fmt: skip
    Organisation.objects.filter(pk=seed.org_a.pk).update(verified_domains=["a.example"])
    check_sign_in_policies()
    check_sign_in_policies()
    assert "once a year" in OutgoingMail.objects.get().text
    MailDomain.objects.update(seen=now - timedelta(days=366))
    check_sign_in_policies()
    assert _verified(seed) == []


def _verified(seed: Seed) -> list[str]:
    return Organisation.objects.get(pk=seed.org_a.pk).verified_domains


MIDNIGHT = 1_795_910_400
"""2026-11-29 00:00 UTC, when it is 01:00 in Sweden."""


@pytest.mark.parametrize(
    ("created", "latest"),
    [
        (MIDNIGHT - 1, date(2027, 11, 28)),
        (MIDNIGHT, date(2027, 11, 29)),
        (MIDNIGHT + DAY - 1, date(2027, 11, 29)),
    ],
)
def test_key_expiry_days_agree(created: int, latest: date) -> None:
    assert latest_day(created, 365) == latest
    assert last_day(end_of(latest)) == latest
    assert last_day(end_of(latest) + 1) > latest


def test_last_day_suggested_by_key_form_is_accepted(seed: Seed, password_is_enough: None) -> None:
    """Form, API and sign-in minimum agree on the last day."""
    Organisation.objects.filter(pk=seed.org_a.pk).update(
        required_sign_in=[SignInRule.KEYS], required_key_days=365
    )
    client = signed_in(seed.analyst)
    shown = client.get("/account/keys/new/")
    suggested = shown.context["form"].initial["expiration"]
    text = shown.content.decode()
    assert "never expires" not in text
    assert "from anywhere" not in text
    given = {"comment": "SIEM", "expiration": suggested.isoformat(), "allowed_ips": "127.0.0.1"}
    made = client.post("/account/keys/new/", given)
    key = AuthKey.objects.get(comment="SIEM")
    assert last_day(key.expiration) == suggested
    asked = Client().get("/users/view/me", headers={"Authorization": made.context["raw"]})
    assert asked.status_code == 200
    late = client.post("/account/keys/new/", {**given, "expiration": suggested + timedelta(days=1)})
    assert late.status_code == 422
    assert date_format(suggested, "j F Y") in late.content.decode()
    AuthKey.objects.filter(pk=key.pk).update(expiration=key.expiration + 1)
    refused = Client().get("/users/view/me", headers={"Authorization": made.context["raw"]})
    assert refused.status_code == 403


def test_key_page_of_other_account_is_below_that_account(seed: Seed, password_is_enough: None) -> None:
    page = signed_in(seed.org_admin).get(f"/administration/users/{seed.analyst.user.pk}/keys/new/")
    crumbs = page.content.decode().split('class="crumbs"')[1].split("</nav>")[0]
    assert (seed.analyst.user.email in crumbs, "Your account" in crumbs) == (True, False)
