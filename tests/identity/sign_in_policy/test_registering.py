"""What an organisation registers for its sign-in policy, by whom, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA256
from django.db import connection
from django.utils import timezone, translation

from tests.factories.seed import Seed
from tests.support.certificates import DAY, Authority
from tests.support.name_server import NameServer, name_server
from tests.support.refusals import problem_is
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.identity.access.actor import console_actor, visitor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy import services
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.services import domain_checks, domains
from vardkase.identity.sign_in_policy.settings import DOMAIN_GRACE


@pytest.fixture(autouse=True)
def in_english(db: None) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def mail_goes_out(settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    settings.BASE_URL = "https://hub.example"


@pytest.fixture
def names(settings: Any) -> Iterator[NameServer]:
    with name_server() as server:
        settings.VARDKASE_DNS_SERVER = server.address
        yield server


def test_networks_are_normalised(seed: Seed) -> None:
    given = ["192.0.2.77/24", " 198.51.100.7 ", "::ffff:203.0.113.0/120", "2001:DB8::/32", "192.0.2.0/24", ""]
    saved = services.set_networks(seed.org_admin.actor, seed.org_a, given)
    assert saved.networks == ["192.0.2.0/24", "198.51.100.7/32", "203.0.113.0/24", "2001:db8::/32"]
    entry = AuditEntry.objects.get(action="organisation.networks_set")
    assert (entry.target_id, entry.change["added"]) == (seed.org_a.pk, saved.networks)


@pytest.mark.parametrize(
    "wrong", ["nonsense", "0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.0/33", "10.0.0.0 /8"]
)
def test_invalid_network_changes_nothing(seed: Seed, wrong: str) -> None:
    with pytest.raises(Invalid, match=r"network|address"):
        services.set_networks(seed.org_admin.actor, seed.org_a, ["192.0.2.0/24", wrong])
    assert Organisation.objects.get(pk=seed.org_a.pk).networks == []


@pytest.mark.parametrize(
    "halves", [["0.0.0.0/1", "128.0.0.0/1"], ["::/1", "8000::/1"], [f"{n}.0.0.0/8" for n in range(1, 6)]]
)
def test_too_large_networks_are_refused(seed: Seed, halves: list[str]) -> None:
    with pytest.raises(Invalid):
        services.set_networks(seed.org_admin.actor, seed.org_a, halves)
    services.set_networks(seed.org_admin.actor, seed.org_a, ["10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize("who", ["analyst", "publisher", "partner", "stranger", "partner_sync"])
def test_other_roles_cannot_change_policy(seed: Seed, who: str) -> None:
    actor = getattr(seed, who).actor
    for attempt in _attempts(actor, seed.org_a):
        with pytest.raises(Forbidden):
            attempt()


def test_other_organisations_and_read_only_keys_cannot_change_policy(seed: Seed) -> None:
    reads = replace(seed.org_admin.actor, credential=Credential.READ_ONLY_KEY)
    for actor, organisation in ((seed.org_admin.actor, seed.org_b), (reads, seed.org_a)):
        for attempt in _attempts(actor, organisation):
            with pytest.raises(Forbidden):
                attempt()


def _attempts(actor: Any, organisation: Organisation) -> list[Any]:
    fingerprint = "ab" * 32
    return [
        lambda: services.set_networks(actor, organisation, ["192.0.2.0/24"]),
        lambda: services.set_modes(actor, organisation, networks="report"),
        lambda: services.add_fingerprint(actor, organisation, fingerprint),
        lambda: services.remove_certificate(actor, organisation, 1),
        lambda: services.start_domain_check(actor, organisation, "a.example", "dns"),
        lambda: services.check_record(actor, organisation, 1),
        lambda: services.remove_domain(actor, organisation, 1),
    ]


def test_operator_registers_but_does_not_set_modes(seed: Seed) -> None:
    operator = replace(seed.stranger.actor, staff=frozenset({StaffRole.OPERATOR}))
    officer = replace(seed.stranger.actor, staff=frozenset({StaffRole.MEMBERSHIP_OFFICER}))
    services.set_networks(operator, seed.org_a, ["192.0.2.0/24"])
    with pytest.raises(Forbidden):
        services.set_modes(operator, seed.org_a, networks="enforce")
    assert services.set_modes(officer, seed.org_a, networks="enforce").networks_mode == "enforce"


def test_administrator_cannot_lock_self_out_and_console_can_reset(seed: Seed) -> None:
    admin = replace(seed.org_admin.actor, address="192.0.2.5")
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NO_NETWORKS)):
        services.set_modes(admin, seed.org_a, networks="enforce")
    services.set_networks(admin, seed.org_a, ["198.51.100.0/24"])
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.LOCKS_OUT)):
        services.set_modes(admin, seed.org_a, networks="enforce")
    services.set_networks(admin, seed.org_a, ["192.0.2.0/24"])
    services.set_modes(admin, seed.org_a, networks="enforce")
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.LOCKS_OUT)):
        services.set_networks(admin, seed.org_a, ["198.51.100.0/24"])
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NO_NETWORKS)):
        services.set_networks(seed.site_admin.actor, seed.org_a, [])
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.UNKNOWN_MODE)):
        services.set_modes(admin, seed.org_a, networks="maybe")
    console = console_actor(seed.hub.pk, seed.hub.name, "root")
    services.set_modes(console, seed.org_a, networks="off")
    assert services.set_networks(console, seed.org_a, []).networks == []


def test_certificate_is_registered_once_without_private_key(seed: Seed) -> None:
    admin, authority = seed.org_admin.actor, Authority()
    own = authority.issue("Organisation A")
    kept = services.add_certificate(admin, seed.org_a, own.pem)
    assert (kept.subject, kept.fingerprint) == (
        "CN=Organisation A",
        own.certificate.fingerprint(SHA256()).hex(),
    )
    assert services.add_certificate(admin, seed.org_a, own.pem, pins="key").fingerprint != kept.fingerprint
    with pytest.raises(Conflict):
        services.add_certificate(admin, seed.org_a, own.pem)
    with pytest.raises(Conflict):
        services.add_fingerprint(admin, seed.org_a, kept.fingerprint.upper())
    for wrong, words in (
        (own.pem + own.key_pem, "private key"),
        (own.pem + authority.root.pem, "not a single certificate"),
        ("nonsense", "not a single certificate"),
        (authority.issue("Old", ends=-DAY).pem, "has expired"),
    ):
        with pytest.raises(Invalid, match=words):
            services.add_certificate(admin, seed.org_a, wrong)
    services.set_modes(seed.site_admin.actor, seed.org_a, certificates="enforce")
    first, last = seed.org_a.client_certificates.order_by("pk")
    services.remove_certificate(seed.site_admin.actor, seed.org_a, last.pk)
    with pytest.raises(Invalid, check=problem_is(SignInPolicyProblem.NO_CERTIFICATES)):
        services.remove_certificate(seed.site_admin.actor, seed.org_a, first.pk)
    with pytest.raises(NotFound):
        services.remove_certificate(seed.site_admin.actor, seed.org_b, first.pk)
    assert Organisation.objects.get(pk=seed.org_a.pk).certificate_pins == [first.pin]


@pytest.mark.usefixtures("mail_goes_out")
def test_domain_is_verified_by_postmasters_mail(seed: Seed) -> None:
    admin = seed.org_admin.actor
    claim = services.start_domain_check(admin, seed.org_a, "A.Example.", "mail", "postmaster")
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "postmaster@a.example"
    assert "Tillhör a.example" in mail.subject or "Does a.example" in mail.subject
    secret = mail.text.partition("/entrance/domain/#")[2].split()[0]
    assert secret not in claim.token
    assert _verified(seed) == []
    services.confirm_by_link(visitor("192.0.2.1"), secret)
    assert _verified(seed) == ["a.example"]
    with pytest.raises(NotFound):
        services.confirm_by_link(visitor(None), secret)
    entry = AuditEntry.objects.get(action="organisation.domain_verified")
    assert (entry.actor_id, entry.address, entry.change["mailbox"]) == (None, "192.0.2.1", "postmaster")
    with pytest.raises(Conflict, check=problem_is(SignInPolicyProblem.MAILED_A_MOMENT_AGO)):
        services.start_domain_check(admin, seed.org_a, "a.example", "mail", "hostmaster")
    services.remove_domain(admin, seed.org_a, claim.pk)
    assert _verified(seed) == []


@pytest.mark.usefixtures("mail_goes_out")
def test_expired_or_replaced_link_verifies_nothing(seed: Seed) -> None:
    def start_claim() -> str:
        MailDomain.objects.update(asked="2020-01-01T00:00:00Z")
        services.start_domain_check(seed.org_admin.actor, seed.org_a, "a.example", "mail", "admin")
        text = OutgoingMail.objects.latest("pk").text
        return text.partition("/entrance/domain/#")[2].split()[0]

    first, second = start_claim(), start_claim()
    for secret in (first, "", "guess"):
        with pytest.raises(NotFound):
            services.confirm_by_link(visitor(None), secret)
    MailDomain.objects.update(asked="2020-01-01T00:00:00Z")
    with pytest.raises(NotFound):
        services.confirm_by_link(visitor(None), second)


@pytest.mark.parametrize(
    ("domain", "method", "mailbox", "field"),
    [
        ("localhost", "dns", "", "domain"),
        ("a..example", "dns", "", "domain"),
        ("a example", "dns", "", "domain"),
        ("10.0.0.1", "dns", "", "domain"),
        ("a.example", "letter", "", "method"),
        ("a.example", "mail", "somebody", "mailbox"),
        ("a.example", "mail", "", "mailbox"),
        ("a.example", "mail", "x@evil.example, postmaster", "mailbox"),
    ],
)
@pytest.mark.usefixtures("mail_goes_out")
def test_unverifiable_claim_is_refused(
    seed: Seed, domain: str, method: str, mailbox: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.start_domain_check(seed.org_admin.actor, seed.org_a, domain, method, mailbox)
    assert list(refused.value.errors) == [field]
    assert not OutgoingMail.objects.exists()


def test_domain_is_verified_by_dns_record(seed: Seed, names: NameServer) -> None:
    admin = seed.org_admin.actor
    claim = services.start_domain_check(admin, seed.org_a, "räksmörgås.example", "dns")
    assert claim.domain == "xn--rksmrgs-5wao1o.example"
    where = f"_vardkase.{claim.domain}"
    assert not services.check_record(admin, seed.org_a, claim.pk)
    for wrong in (["vardkase-domain-verification=other"], [claim.token], []):
        names.texts[where] = wrong
        assert not services.check_record(admin, seed.org_a, claim.pk)
    names.texts = {claim.domain: [f"vardkase-domain-verification={claim.token}"]}
    assert not services.check_record(admin, seed.org_a, claim.pk), "in the wrong place"
    names.texts = {where: ["v=spf1 -all", f"vardkase-domain-verification={claim.token}"]}
    assert services.check_record(admin, seed.org_a, claim.pk)
    assert _verified(seed) == [claim.domain]
    names.fails = True
    with pytest.raises(Conflict, check=problem_is(SignInPolicyProblem.NO_NAME_SERVER)):
        services.check_record(admin, seed.org_a, claim.pk)
    assert _verified(seed) == [claim.domain]
    assert set(names.asked) == {where}


def test_dns_query_runs_outside_transaction(
    seed: Seed, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lock is held while DNS is queried, and the answer to a withdrawn claim verifies nothing."""
    admin = seed.org_admin.actor
    with name_server() as names:
        settings.VARDKASE_DNS_SERVER = names.address
        claim = services.start_domain_check(admin, seed.org_a, "a.example", "dns")
        names.texts = {"_vardkase.a.example": [f"vardkase-domain-verification={claim.token}"]}
        outside, within = len(connection.atomic_blocks), []
        asks = domains.has_record

        def asked(domain: str, token: str) -> bool:
            within.append(len(connection.atomic_blocks))
            services.start_domain_check(admin, seed.org_a, "a.example", "dns")
            return asks(domain, token)

        monkeypatch.setattr(domains, "has_record", asked)
        with pytest.raises(Conflict, check=problem_is(SignInPolicyProblem.NEWER_VERIFICATION)):
            services.check_record(admin, seed.org_a, claim.pk)
    assert (within, _verified(seed)) == ([outside], [])


def test_missing_dns_record_is_not_replaced_by_mail_claim(
    seed: Seed, names: NameServer, mail_goes_out: None
) -> None:
    admin = seed.org_admin.actor
    claim = services.start_domain_check(admin, seed.org_a, "a.example", "dns")
    names.texts = {"_vardkase.a.example": [f"vardkase-domain-verification={claim.token}"]}
    assert services.check_record(admin, seed.org_a, claim.pk)
    names.texts = {}
    services.start_domain_check(admin, seed.org_a, "a.example", "mail", "postmaster")
    assert _verified(seed) == ["a.example"]
    grace = timedelta(days=DOMAIN_GRACE.value)
    with time_machine.travel(timezone.now() + grace + timedelta(hours=1)):
        domain_checks.recheck_domains()
    assert _verified(seed) == []


def test_claim_of_other_organisation_returns_not_found(seed: Seed, names: NameServer) -> None:
    claim = services.start_domain_check(seed.org_admin.actor, seed.org_a, "a.example", "dns")
    names.texts = {"_vardkase.a.example": [f"vardkase-domain-verification={claim.token}"]}
    with pytest.raises(NotFound):
        services.check_record(seed.site_admin.actor, seed.org_b, claim.pk)
    assert Organisation.objects.get(pk=seed.org_b.pk).verified_domains == []


def test_missing_requirements_are_listed(seed: Seed) -> None:
    state = services.security_state(seed.org_b)
    to_do = {"certificate", "bound_key", "api_requirements"}
    assert set(state.missing) == to_do | {"domain", "network", "domains_enforced"}
    assert (state.sync_users, state.unbound_keys) == (1, 1)
    services.set_networks(seed.site_admin.actor, seed.org_b, ["192.0.2.0/24"])
    Organisation.objects.filter(pk=seed.org_b.pk).update(
        verified_domains=["b.example"], domains_mode="enforce"
    )
    state = services.security_state(Organisation.objects.get(pk=seed.org_b.pk))
    assert set(state.missing) == to_do
    assert state.addresses_outside == ()


def _verified(seed: Seed) -> list[str]:
    return Organisation.objects.get(pk=seed.org_a.pk).verified_domains


@pytest.mark.usefixtures("mail_goes_out")
def test_repeated_claims_cannot_flood_mailbox(seed: Seed) -> None:
    admin = seed.org_admin.actor
    for _ in range(20):
        claim = services.start_domain_check(admin, seed.org_a, "victim.example", "mail", "postmaster")
        services.remove_domain(admin, seed.org_a, claim.pk)
    with pytest.raises(Conflict):
        services.start_domain_check(admin, seed.org_a, "victim.example", "mail", "postmaster")
    assert OutgoingMail.objects.count() == 20
