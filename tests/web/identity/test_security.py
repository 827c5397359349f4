"""The organisation security pages: what administrators do, and who else sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.factories.seed import ApiUser, Seed
from tests.support.certificates import Authority
from tests.support.name_server import name_server
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in, follow
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access_reviews.models import AccessReview
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import ApiRequirements, MailDomain


@pytest.fixture(autouse=True)
def in_english(password_is_enough: None, seed: Seed) -> Iterator[None]:
    User.objects.update(language="en")
    return


def browser(api_user: ApiUser, *duties: StaffRole) -> Client:
    """Signed in, with these duties at the hub."""
    api_user.user.staff_roles = list(duties)
    api_user.user.language = "en"
    api_user.user.save()
    return signed_in(api_user.user)


def fresh(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def test_administrator_registers_and_enforces_networks(seed: Seed) -> None:
    client, base = browser(seed.org_admin), f"/security/{seed.org_a.pk}/"
    assert client.get("/security/", follow=True).redirect_chain[-1][0] == base
    page = client.get(base).content.decode()
    assert "No network is registered" in page
    wrong = client.post(base + "networks/", {"networks": "127.0.0.0/8\nnonsense"})
    assert (wrong.status_code, "nonsense is not a network" in wrong.content.decode()) == (422, True)
    assert client.post(base + "networks/", {"networks": "127.0.0.0/8\n2001:db8::/32"}).status_code == 302
    client.post(base + "modes/", {"networks": "enforce", "domains": "enforce"})
    assert fresh(seed.org_a).networks_mode == "off", "all or nothing: no domain is verified"
    assert "Verify an e-mail domain first" in client.get(base).content.decode()
    client.post(base + "modes/", {"networks": "enforce"})
    assert fresh(seed.org_a).networks_mode == "enforce"
    assert client.get(base, REMOTE_ADDR="192.0.2.1").status_code == 403


def test_certificate_is_uploaded_and_removed(seed: Seed) -> None:
    client, base = browser(seed.org_admin), f"/security/{seed.org_a.pk}/"
    own = Authority().issue("Organisation A")
    new = base + "certificates/new/"
    assert client.post(new, {"pins": "certificate"}).status_code == 422
    key = {"pem": own.key_pem, "pins": "certificate"}
    assert "private key" in client.post(new, key).content.decode()
    file = SimpleUploadedFile("a.pem", own.pem.encode())
    assert client.post(new, {"file": file, "pins": "certificate"}).status_code == 302
    assert client.post(new, {"pem": own.pem, "pins": "certificate"}).status_code == 422, "already registered"
    kept = seed.org_a.client_certificates.get()
    assert "CN=Organisation A" in client.get(base).content.decode()
    client.post(base + f"certificates/{kept.pk}/remove/")
    assert fresh(seed.org_a).certificate_pins == []


def test_domain_is_verified_by_dns(seed: Seed, settings: Any) -> None:
    client, base = browser(seed.org_admin), f"/security/{seed.org_a.pk}/"
    with name_server() as names:
        settings.VARDKASE_DNS_SERVER = names.address
        assert client.post(base + "domains/new/", {"domain": "x", "method": "dns"}).status_code == 422
        client.post(base + "domains/new/", {"domain": "a.example", "method": "dns"})
        claim = MailDomain.objects.get()
        assert claim.token in client.get(base).content.decode()
        client.post(base + f"domains/{claim.pk}/check/")
        assert "The record was not found" in client.get(base).content.decode()
        names.texts["_vardkase.a.example"] = [f"vardkase-domain-verification={claim.token}"]
        client.post(base + f"domains/{claim.pk}/check/")
    assert fresh(seed.org_a).verified_domains == ["a.example"]
    client.post(base + f"domains/{claim.pk}/remove/")
    assert fresh(seed.org_a).verified_domains == []


def test_mailed_verification_link_asks_first(seed: Seed, settings: Any) -> None:
    """A scanner that opens every link proves nothing."""
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    client, base = browser(seed.org_admin), f"/security/{seed.org_a.pk}/"
    asked = {"domain": "a.example", "method": "mail", "mailbox": "postmaster"}
    assert client.post(base + "domains/new/", asked).status_code == 302
    link = "/entrance/domain/" + OutgoingMail.objects.get().text.partition("/entrance/domain/")[2].split()[0]
    anybody = Client(headers={"Accept-Language": "en"})
    asked = follow(anybody, link)
    assert "Does a.example belong to Organisation A?" in asked.content.decode()
    assert fresh(seed.org_a).verified_domains == []
    assert "is verified" in fill_in(anybody, asked).content.decode()
    assert fresh(seed.org_a).verified_domains == ["a.example"]
    assert follow(anybody, link).status_code == 404


@pytest.mark.parametrize(
    "path", ["", "networks/", "certificates/new/", "domains/new/", "requirements/", "reviews/"]
)
def test_others_cannot_view_or_change(seed: Seed, path: str) -> None:
    for api_user in (seed.analyst, seed.publisher, seed.partner, seed.stranger):
        assert browser(api_user).get(f"/security/{seed.org_a.pk}/{path}").status_code == 404
    assert browser(seed.org_admin).get(f"/security/{seed.org_b.pk}/{path}").status_code == 404
    assert Client().get(f"/security/{seed.org_a.pk}/{path}").status_code == 302


def test_posts_of_others_change_nothing(seed: Seed) -> None:
    review = AccessReview.objects.create(
        org=seed.org_a, opened=timezone.now(), due=timezone.now() + timedelta(days=1)
    )
    base = f"/security/{seed.org_a.pk}/"
    for path, data in (
        ("modes/", {"networks": "report"}),
        ("networks/", {"networks": "192.0.2.0/24"}),
        ("certificates/1/remove/", {}),
        ("domains/1/remove/", {}),
        (f"reviews/{review.pk}/answer/", {"all": "1", "answer": "disabled"}),
        ("reviews/begin/", {}),
        (f"reviews/bring-back/{seed.analyst.user.pk}/", {}),
        ("requirements/approve/", {}),
        ("requirements/return/", {"note": "x"}),
    ):
        for api_user in (seed.partner, seed.analyst):
            assert browser(api_user).post(base + path, data).status_code in (403, 404), path
    assert fresh(seed.org_a).networks_mode == "off"


def test_officer_decides_on_submitted_requirements(seed: Seed) -> None:
    base = f"/security/{seed.org_a.pk}/requirements/"
    admin = browser(seed.org_admin)
    filled = {
        "software": "MISP 2.5", "egress_addresses": "192.0.2.0/28", "proof": "certificate", "contact_name": "T",
        "contact_email": "t@a.example", "rotation_days": "365", "log_days": "180",
    }  # fmt: skip
    assert admin.post(base + "submit/", filled | {"software": ""}).status_code == 422
    assert admin.post(base + "submit/", filled).status_code == 302
    assert ApiRequirements.objects.get().state == "submitted"
    officer = browser(seed.site_admin, StaffRole.MEMBERSHIP_OFFICER)
    assert "Waiting for a decision" in officer.get("/security/organisations/").content.decode()
    officer.post(base + "return/", {"note": "Which port?"})
    assert "Which port?" in admin.get(base).content.decode()
    admin.post(base + "submit/", filled)
    officer.post(base + "approve/")
    assert fresh(seed.org_a).egress_addresses == ["192.0.2.0/28"]


def test_operator_registers_networks_but_sets_no_mode(seed: Seed) -> None:
    operator = browser(seed.stranger, StaffRole.OPERATOR)
    assert operator.get("/security/organisations/").status_code == 200
    base = f"/security/{seed.org_a.pk}/"
    assert operator.post(base + "networks/", {"networks": "192.0.2.0/24"}).status_code == 302
    assert operator.post(base + "modes/", {"networks": "enforce"}).status_code == 403
    assert fresh(seed.org_a).networks == ["192.0.2.0/24"]


def test_administrator_reviews_accounts(seed: Seed) -> None:
    User.objects.update(date_created=timezone.now() - timedelta(days=100))
    client, base = browser(seed.org_admin), f"/security/{seed.org_a.pk}/reviews/"
    assert "No reviews yet" in client.get(base).content.decode()
    path = client.post(base + "begin/").headers["Location"]
    page = client.get(path).content.decode()
    assert all(each.user.email in page for each in (seed.analyst, seed.reader, seed.publisher))
    assert seed.partner.user.email not in page
    client.post(path + "answer/", {"answer": "confirmed"})
    assert "Select one or more accounts first" in client.get(path).content.decode()
    client.post(path + "answer/", {"pk": [seed.reader.user.pk], "answer": "disabled"})
    client.post(path + "answer/", {"all": "1", "answer": "confirmed"})
    assert "Disabled" in client.get(path).content.decode()
    User.objects.filter(pk=seed.reader.user.pk).update(disabled_because="unreviewed")
    assert "Not confirmed" in client.get(base).content.decode()
    client.post(base + f"bring-back/{seed.reader.user.pk}/")
    assert not User.objects.get(pk=seed.reader.user.pk).disabled


def test_web_member_is_not_asked_for_api_requirements(seed: Seed) -> None:
    member = Membership.objects.create(
        organisation=seed.org_a, sector="municipality", connection="both", state="active"
    )
    client, page = browser(seed.org_admin), f"/security/{seed.org_a.pk}/"
    assert "No client certificate is registered." in client.get(page).content.decode()
    member.connection = "web"
    member.save()
    shown = client.get(page).content.decode()
    assert "No network is registered." in shown
    assert "There is no synchronising account." not in shown
    assert "The API requirements are not approved." not in shown
    assert "Not needed for the web" in shown
