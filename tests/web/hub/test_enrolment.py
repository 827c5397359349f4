"""Enrolment codes: who may use one, how often, and which pages each profile has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.enrolment import codes
from vardkase.hub.enrolment.models import EnrolmentCode
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def console(seed: Seed) -> Actor:
    return console_actor(seed.hub.pk, "Hub", "ada")


def enrol(step: str, **body: Any) -> tuple[int, Any]:
    """The hub's answer to another instance that presents a code."""
    return call(None, "POST", f"/enrolments/{step}", body)


def test_unknown_used_or_expired_code_is_refused(seed: Seed) -> None:
    row, code = codes.make_code(console(seed), seed.org_a.pk)
    assert enrol("offer", code=code.lower().replace("-", " "))[0] == 200
    _, newer = codes.make_code(console(seed), seed.org_a.pk)
    assert enrol("offer", code=code)[0] == 404, "replaced"
    EnrolmentCode.objects.exclude(pk=row.pk).update(expires=timezone.now() - timedelta(seconds=1))
    for wrong in (newer, "", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", None, {"$ne": ""}):
        assert enrol("redeem", code=wrong, uuid=str(seed.org_a.uuid))[0] == 404
    assert not User.objects.filter(email__startswith="sync-").exists()


def test_code_admits_its_organisation_once(seed: Seed) -> None:
    _, code = codes.make_code(console(seed), seed.org_a.pk)
    assert enrol("redeem", code=code, uuid=str(seed.org_b.uuid))[0] == 403
    status, admitted = enrol("redeem", code=code, uuid=str(seed.org_a.uuid))
    assert status == 200
    assert enrol("redeem", code=code, uuid=str(seed.org_a.uuid))[0] == 404
    key = admitted["authkey"]
    assert call(key, "GET", "/users/view/me")[1]["User"]["org_id"] == str(seed.org_a.pk)
    standing = call(key, "GET", "/enrolments/standing")[1]
    assert (standing["organisation"], standing["membership"]) == (seed.org_a.name, None)


@pytest.mark.parametrize("standing", ["suspended", "terminated"])
def test_excluded_organisation_is_not_admitted(seed: Seed, standing: str) -> None:
    _, code = codes.make_code(console(seed), seed.org_a.pk)
    Organisation.objects.filter(pk=seed.org_a.pk).update(fixed_standing=standing)
    for way in ("offer", "redeem"):
        assert enrol(way, code=code, uuid=str(seed.org_a.uuid))[0] == 404
    assert not User.objects.filter(email__startswith="sync-").exists()


def test_guessing_codes_is_rate_limited(seed: Seed) -> None:
    assert {enrol("offer", code=str(n))[0] for n in range(21)} == {404, 429}


def test_only_officers_create_codes(seed: Seed) -> None:
    """Not the operator: a code lets its bearer connect as the member and read what the member reads."""
    address = reverse("enrolment_code", args=[seed.org_a.pk])
    for api_user in (seed.site_admin, seed.org_admin):
        with pytest.raises(Forbidden):
            codes.make_code(actor_for(api_user.user, Credential.BROWSER), seed.org_a.pk)
        assert signed_in(api_user.user).post(address).status_code == 403
    operator = make_user(seed.hub, make_role("Blind", []), "op@hub.example", staff_roles=["operator"])
    assert signed_in(operator).post(address).status_code == 403
    state = signed_in(operator).get(reverse("service_organisation", args=[seed.org_a.pk]))
    assert address not in state.content.decode()
    officer = make_user(seed.hub, operator.role, "officer@hub.example", staff_roles=["membership_officer"])
    page = signed_in(officer).post(address)
    assert page.status_code == 200
    assert page.context["code"] in page.content.decode()


def test_member_installation_creates_no_codes(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    with pytest.raises(NotFound):
        codes.make_code(console(seed), seed.org_a.pk)
    assert enrol("offer", code="x")[0] == 404


def test_pages_of_other_profile_return_404(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(seed.site_admin.user)
    assert client.get(reverse("hub")).status_code == 404
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    for name in ("members", "overview", "service", "support", "status", "public", "passages", "groups"):
        assert client.get(reverse(name)).status_code == 404, name
    page = client.get(reverse("hub"))
    assert page.status_code == 200
    assert reverse("support") not in page.content.decode()
    assert client.get(reverse("hub_join")).status_code == 200
    assert signed_in(seed.analyst.user).get(reverse("hub_join")).status_code == 403


def test_invalid_hub_address_is_refused(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    client = signed_in(seed.site_admin.user)
    answer = client.post(reverse("hub_join"), {"url": "file:///etc/passwd", "code": "x"})
    assert answer.status_code == 422
    inside = client.post(reverse("hub_join"), {"url": "http://127.0.0.1:9", "code": "x"})
    assert inside.status_code == 422, "the gateway allows private addresses only if the operator does"
