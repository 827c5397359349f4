"""An organisation's sign-in policy on every way in: who is refused, with which message, and attempts to get
around it.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.cache import cache
from django.test import Client
from django.utils.translation import override

from tests.api.calls import call, send
from tests.factories import make_key
from tests.factories.seed import Seed
from tests.support.certificates import DAY, Authority, Issued
from tests.web.accounts import code_of, post_sign_in, with_password, with_totp
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import reset_password
from vardkase.identity.organisations.models import Organisation, SignInMode
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import RefusalNote

VERSION = "/servers/getVersion"
INSIDE, OUTSIDE = "192.0.2.10", "198.51.100.7"
HEADER = "X-Client-Certificate"


@pytest.fixture(autouse=True)
def quick_passwords(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def networked(seed: Seed) -> Organisation:
    """Organisation A admits only its own networks."""
    services.set_networks(seed.site_admin.actor, seed.org_a, ["192.0.2.0/24", "2001:db8::/32"])
    return services.set_modes(seed.site_admin.actor, seed.org_a, networks="enforce")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def behind_a_front(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.VARDKASE_CLIENT_CERTIFICATE_HEADER = HEADER


def request_version(key: str, address: str = INSIDE, **options: Any) -> tuple[int, str]:
    """Status and message for a request with the key from `address`."""
    status, body = call(key, "GET", VERSION, REMOTE_ADDR=address, **options)
    return status, body.get("message", "")


def recorded_reasons(action: str = "user.entrance_refused") -> list[str]:
    """Refusals in the audit log, oldest first."""
    return [entry.change["reason"] for entry in AuditEntry.objects.filter(action=action).order_by("pk")]


@pytest.mark.usefixtures("networked")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        (INSIDE, 200),
        ("::ffff:192.0.2.10", 200),
        ("2001:db8::7", 200),
        (OUTSIDE, 403),
        ("::ffff:198.51.100.7", 403),
        ("::192.0.2.10", 403),
        ("", 403),
    ],
)
def test_key_works_only_from_organisations_networks(seed: Seed, address: str, status: int) -> None:
    got, message = request_version(seed.analyst.key, address)
    assert got == status
    assert ("only admits its own networks" in message) == (status == 403)
    assert request_version(seed.partner.key, address)[0] == 200, "the rule is one organisation's"


@pytest.mark.usefixtures("networked")
def test_refusal_is_in_audit_log_of_organisation(seed: Seed) -> None:
    request_version(seed.analyst.key, OUTSIDE)
    entry = AuditEntry.objects.get(action="user.entrance_refused")
    assert (entry.actor_name, entry.organisation_id, entry.address, entry.credential) == (
        seed.analyst.user.email,
        seed.org_a.pk,
        OUTSIDE,
        "api_key",
    )
    page = call(seed.org_admin.key, "GET", "/admin/audit_logs/index", REMOTE_ADDR=INSIDE)
    assert page[0] == 200


@pytest.mark.usefixtures("networked")
def test_repeated_refusals_are_logged_once_a_minute(seed: Seed) -> None:
    for _ in range(5):
        assert request_version(seed.analyst.key, OUTSIDE)[0] == 403
    request_version(seed.analyst.key, "203.0.113.1")
    assert recorded_reasons() == ["network", "network"], "once per address"
    note = RefusalNote.objects.get(address=OUTSIDE)
    RefusalNote.objects.update(recorded_at=note.recorded_at - 61)
    request_version(seed.analyst.key, OUTSIDE)
    assert AuditEntry.objects.filter(action="user.entrance_refused").latest("pk").change == {
        "reason": "network",
        "times": 5,
    }


@pytest.mark.usefixtures("networked")
def test_other_ways_to_send_key_do_not_bypass_networks(seed: Seed, settings: Any) -> None:
    key, outside = seed.analyst.key, {"REMOTE_ADDR": OUTSIDE}
    assert call(None, "GET", VERSION, headers={"X-MISP-AUTH": key}, **outside)[0] == 403
    assert call(key, "GET", VERSION, headers={"X-MISP-AUTH": seed.partner.key}, **outside)[0] == 403
    for claimed in ({"X-Forwarded-For": INSIDE}, {"Forwarded": f"for={INSIDE}"}, {"X-Real-IP": INSIDE}):
        assert call(key, "GET", VERSION, headers=claimed, **outside)[0] == 403
    settings.TRUSTED_PROXIES = 1
    through = {"X-Forwarded-For": f"{INSIDE}, {OUTSIDE}"}
    assert call(key, "GET", VERSION, headers=through, REMOTE_ADDR="127.0.0.1")[0] == 403


@pytest.mark.usefixtures("networked")
def test_taxii_and_feeds_do_not_bypass_networks(seed: Seed) -> None:
    pair = base64.b64encode(f"{seed.analyst.user.email}:{seed.analyst.key}".encode()).decode()
    taxii = {"Accept": "application/taxii+json;version=2.1", "Authorization": f"Basic {pair}"}
    inside = Client().get("/taxii2/", headers=taxii, REMOTE_ADDR=INSIDE)
    outside = Client().get("/taxii2/", headers=taxii, REMOTE_ADDR=OUTSIDE)
    assert (inside.status_code, outside.status_code) == (200, 401)
    assert "only admits its own networks" in outside.json()["description"]
    feed = Client().get(
        "/feed/x/manifest.json", headers={"Authorization": f"Basic {pair}"}, REMOTE_ADDR=OUTSIDE
    )
    assert feed.status_code == 401
    assert recorded_reasons() == ["network"]


@pytest.mark.usefixtures("seed")
def test_policy_check_needs_no_query(
    seed: Seed, networked: Organisation, django_assert_num_queries: Any
) -> None:
    request_version(seed.analyst.key)
    with django_assert_num_queries(0):  # Django counts only its own; the key is looked up by a raw cursor.
        assert request_version(seed.analyst.key)[0] == 200


@pytest.fixture
def person(seed: Seed) -> User:
    return with_password(seed.analyst.user)


@pytest.mark.usefixtures("networked", "password_is_enough")
def test_password_from_other_network_is_refused_with_message(person: User) -> None:
    client = Client(REMOTE_ADDR=OUTSIDE)
    page = post_sign_in(client, person.email)
    assert page.status_code == 403
    assert OUTSIDE in page.content.decode()
    assert "organisation" in page.content.decode()
    assert client.get("/events/").status_code == 302, "no session has begun"
    assert post_sign_in(Client(REMOTE_ADDR=INSIDE), person.email).headers["Location"] == "/"
    assert recorded_reasons() == ["network"]


@pytest.mark.usefixtures("networked", "password_is_enough")
def test_session_ends_outside_networks(person: User) -> None:
    """Also when the cookie is copied."""
    client = Client(REMOTE_ADDR=INSIDE)
    post_sign_in(client, person.email)
    assert client.get("/events/").status_code == 200
    elsewhere = Client(REMOTE_ADDR=OUTSIDE)
    elsewhere.cookies = client.cookies
    for path in ("/events/", "/account/", "/account/keys/new/", "/account/second-factor/"):
        assert elsewhere.get(path).status_code == 403, path
    for path in ("/account/reauthenticate/", "/account/second-factor/reauthenticate/"):
        assert elsewhere.post(path, {"password": "x"}).status_code == 403, path
    assert elsewhere.get("/account/logout/").status_code == 200, "signing out works from anywhere"
    assert client.get("/events/").status_code == 200


@pytest.mark.usefixtures("networked")
def test_second_factor_from_other_network_is_refused(person: User) -> None:
    """The password is entered inside, the code or recovery code outside."""
    secret = with_totp(person)
    recovery = person.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for code in (code_of(secret), recovery):
        client, outside = Client(REMOTE_ADDR=INSIDE), Client(REMOTE_ADDR=OUTSIDE)
        post_sign_in(client, person.email)
        outside.cookies = client.cookies
        refused = outside.post("/account/second-factor/authenticate/", {"code": code})
        assert (refused.status_code, OUTSIDE in refused.content.decode()) == (403, True)
        assert client.get("/events/").status_code == 302, "nor is anybody signed in"
    assert recorded_reasons() == ["network"]


@pytest.mark.usefixtures("networked", "password_is_enough")
def test_one_time_password_from_other_network_is_refused(seed: Seed, person: User) -> None:
    given = reset_password(seed.org_admin.actor, person)
    assert post_sign_in(Client(REMOTE_ADDR=OUTSIDE), person.email, given).status_code == 403
    inside = post_sign_in(Client(REMOTE_ADDR=INSIDE), person.email, given)
    assert inside.status_code == 302, "and a new one is chosen there"


def test_report_mode_admits_and_records(seed: Seed, person: User, networked: Organisation) -> None:
    services.set_modes(seed.site_admin.actor, networked, networks="report", domains="report")
    assert request_version(seed.analyst.key, OUTSIDE)[0] == 200
    assert sorted(recorded_reasons("user.entrance_reported")) == ["domain", "network"]
    assert recorded_reasons() == []
    services.set_modes(seed.site_admin.actor, networked, networks="off", domains="off")
    request_version(seed.analyst.key, "203.0.113.9")
    assert len(recorded_reasons("user.entrance_reported")) == 2


@pytest.fixture
def certified(seed: Seed, authority: Authority) -> Issued:
    """Organisation A admits only this certificate."""
    own = authority.issue("A's programs")
    services.add_certificate(seed.site_admin.actor, seed.org_a, own.pem)
    services.set_modes(seed.site_admin.actor, seed.org_a, certificates="enforce")
    return own


def with_certificate(escaped: str, verdict: str = "SUCCESS") -> dict[str, str]:
    return {HEADER: escaped, f"{HEADER}-Verify": verdict, "X-Forwarded-For": INSIDE}


@pytest.mark.usefixtures("behind_a_front")
def test_certificate_is_accepted_and_failures_are_distinguished(
    seed: Seed, certified: Issued, authority: Authority
) -> None:
    key = seed.analyst.key
    ended = authority.issue("Ended", ends=-DAY)
    services.add_fingerprint(
        seed.site_admin.actor, seed.org_a, ended.certificate.fingerprint(SHA256()).hex(":")
    )
    shown = with_certificate(certified.escaped)
    assert request_version(key, headers=shown)[0] == 200
    found = {
        "none was presented": request_version(key, headers={"X-Forwarded-For": INSIDE}),
        "has registered": request_version(key, headers=with_certificate(authority.issue("Other").escaped)),
        "not currently valid": request_version(
            key, headers=with_certificate(ended.escaped, "FAILED:certificate has expired")
        ),
    }
    for words, (status, message) in found.items():
        assert (status, words in message) == (403, True), message
    revoked = with_certificate(certified.escaped, "FAILED:certificate revoked")
    assert request_version(key, headers=revoked)[0] == 403, "what the proxy refuses is refused"
    own_authority = with_certificate(certified.escaped, "FAILED:unable to verify the first certificate")
    assert request_version(key, headers=own_authority)[0] == 200, "the fingerprint is what is trusted"
    assert recorded_reasons() == ["no_certificate", "other_certificate", "certificate_not_valid"]


@pytest.mark.usefixtures("behind_a_front")
def test_renewed_certificate_with_registered_key_is_accepted(
    seed: Seed, certified: Issued, authority: Authority
) -> None:
    renewed = authority.issue("A's programs, renewed", key=certified.key)
    assert request_version(seed.analyst.key, headers=with_certificate(renewed.escaped))[0] == 403
    services.add_certificate(seed.site_admin.actor, seed.org_a, certified.pem, pins="key")
    assert request_version(seed.analyst.key, headers=with_certificate(renewed.escaped))[0] == 200


def test_forged_certificate_header_is_ignored(seed: Seed, certified: Issued, settings: Any) -> None:
    key, shown = seed.analyst.key, with_certificate(certified.escaped)
    assert request_version(key, headers=shown)[0] == 403, "no header configured, no proxy"
    settings.VARDKASE_CLIENT_CERTIFICATE_HEADER = HEADER
    assert request_version(key, headers=shown)[0] == 403, "no proxy"
    settings.TRUSTED_PROXIES = 1
    past_the_proxy = {name: value for name, value in shown.items() if name != "X-Forwarded-For"}
    assert request_version(key, headers=past_the_proxy)[0] == 403, "it did not come through the proxy"
    for nonsense in (
        "nonsense",
        "-----BEGIN CERTIFICATE-----",
        "A" * 40_000,
        "%00",
        certified.escaped[:-400],
    ):
        assert request_version(key, headers=with_certificate(nonsense))[0] == 403
    assert request_version(key, headers=shown)[0] == 200


def test_address_outside_verified_domains_is_refused(seed: Seed, person: User) -> None:
    staff = seed.site_admin.actor
    verified(seed.org_a, "kommun.example")
    services.set_modes(staff, seed.org_a, domains="enforce")
    status, message = request_version(seed.analyst.key)
    assert (status, person.email in message) == (403, True)
    assert post_sign_in(Client(), person.email).status_code == 403
    verified(seed.org_a, "a.example")
    assert request_version(seed.analyst.key)[0] == 200


@pytest.mark.parametrize(
    "email",
    ["x@sub.a.example", "x@b.example", '"x@a.example"@b.example', "x@а.example", "x@a.example.evil.example"],
)
def test_account_cannot_get_address_outside_domains(seed: Seed, email: str) -> None:
    """Added or changed by the administrator, or by the user."""
    verified(seed.org_a, "a.example")
    services.set_modes(seed.site_admin.actor, seed.org_a, domains="enforce")
    for key, path, body in (
        (seed.org_admin.key, "/admin/users/add", {"email": email, "role_id": seed.analyst.user.role_id}),
        (
            seed.site_admin.key,
            "/admin/users/add",
            {"email": email, "org_id": seed.org_a.pk, "role_id": seed.analyst.user.role_id},
        ),
        (seed.org_admin.key, f"/admin/users/edit/{seed.analyst.user.pk}", {"email": email}),
        (seed.analyst.key, "/users/edit", {"email": email}),
        (seed.analyst.key, f"/users/edit/{seed.analyst.user.pk}", {"email": email}),
    ):
        status, answer = call(key, "POST", path, body)
        assert (status, "email" in answer.get("errors", {})) == (403, True), (path, answer)
    moved = call(
        seed.site_admin.key, "POST", f"/admin/users/edit/{seed.stranger.user.pk}", {"org_id": seed.org_a.pk}
    )
    assert moved[0] == 403, "nor is an account moved into the organisation"
    assert not User.objects.filter(email=email).exists()


def test_account_outside_domains_can_be_disabled(seed: Seed) -> None:
    verified(seed.org_a, "kommun.example")
    services.set_modes(seed.site_admin.actor, seed.org_a, domains="enforce")
    whole = {"email": seed.analyst.user.email, "disabled": True}
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    assert call(seed.site_admin.key, "POST", path, whole)[0] == 200
    assert User.objects.get(pk=seed.analyst.user.pk).disabled


def test_unbound_key_of_sync_user_stops_where_binding_is_required(seed: Seed) -> None:
    services.set_modes(seed.site_admin.actor, seed.org_b, keys="enforce")
    status, message = request_version(seed.partner_sync.key)
    assert (status, "bound to addresses" in message) == (403, True)
    assert request_version(seed.partner.key)[0] == 200, "people's keys are exempt"
    sync = seed.partner_sync.user
    assert request_version(make_key(sync, expiration=2_000_000_000))[0] == 403
    assert request_version(make_key(sync, allowed_ips=[INSIDE]))[0] == 403
    bound = make_key(sync, allowed_ips=[INSIDE], expiration=2_000_000_000)
    assert request_version(bound)[0] == 200
    assert request_version(bound, OUTSIDE)[0] == 403
    assert set(recorded_reasons()) == {"unbound_key", "key_address"}


def test_rules_in_mode_off_are_not_checked(seed: Seed) -> None:
    assert seed.org_a.networks_mode == seed.org_a.domains_mode == SignInMode.OFF
    assert request_version(seed.analyst.key, OUTSIDE)[0] == 200


@pytest.mark.usefixtures("networked", "password_is_enough")
def test_refusal_is_in_readers_language(person: User) -> None:
    with override("sv"):
        page = post_sign_in(Client(REMOTE_ADDR=OUTSIDE), person.email, **{"Accept-Language": "sv"})
    assert "släpper bara in" in page.content.decode()
    assert "own networks" in request_version(make_key(person), OUTSIDE)[1], "the API speaks English"


def verified(organisation: Organisation, *domains: str) -> None:
    """Marks these domains as verified for the organisation."""
    organisation.refresh_from_db()
    organisation.verified_domains = sorted({*organisation.verified_domains, *domains})
    organisation.save()


def test_refusal_has_misps_shape(seed: Seed, networked: Organisation) -> None:
    body = send(seed.analyst.key, "GET", VERSION, REMOTE_ADDR=OUTSIDE).json()
    assert body.keys() == {"name", "message", "url"}
