"""The settings pages: who reads, who changes, and what takes a second officer."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from django.urls import reverse

import vardkase.identity
from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from vardkase.core.settings import Setting, declared_settings
from vardkase.core.settings.models import SettingValue
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import KeyProblem
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.settings import HIDE_GROUP_MEMBERS

pytestmark = pytest.mark.usefixtures("password_is_enough")

NAME = "Vardkase.sender_name"
EDIT = "/servers/serverSettingsEdit/"
LIMIT = {"expiration": 2_000_000_000}


@pytest.fixture
def officers(seed: Seed) -> tuple[User, User]:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER), make_staff(seed, StaffRole.LEGAL_OFFICER)


def test_officers_propose_and_approve_hub_rule(seed: Seed, officers: tuple[User, User]) -> None:
    first, second = officers
    browser, address = signed_in(first), reverse("setting", args=[NAME])
    assert f'href="{address}"' in browser.get(reverse("settings")).content.decode()
    unexplained = browser.post(address, {"value": "Exempelmyndigheten"})
    assert unexplained.status_code == 422
    assert "Ange skäl" in unexplained.content.decode()
    assert not ApprovalRequest.objects.exists()
    answered = browser.post(address, {"value": "Exempelmyndigheten", "reason": "Namnet är bytt."})
    made = ApprovalRequest.objects.get()
    assert answered["Location"] == reverse("approval_request", args=[made.pk])
    assert SettingValue.objects.get(name=NAME).value != "Exempelmyndigheten"
    approved(second)
    assert SettingValue.objects.get(name=NAME).value == "Exempelmyndigheten"


def test_site_administrators_change_their_settings(seed: Seed, officers: tuple[User, User]) -> None:
    browser = signed_in(seed.site_admin.user)
    refused = browser.get(reverse("setting", args=[NAME]))
    assert refused.status_code == 403
    assert "handläggare" in refused.content.decode()
    listed = browser.get(reverse("settings")).content.decode()
    assert reverse("setting", args=[NAME]) not in listed
    mine = reverse("setting", args=["MISP.live"])
    assert f'href="{mine}"' in listed
    assert browser.post(mine, {"value": "0"})["Location"] == reverse("settings")
    assert SettingValue.objects.get(name="MISP.live").value is False
    age = reverse("setting", args=["MISP.max_correlations_per_event"])
    assert browser.post(age, {"value": "många"}).status_code == 422
    assert browser.get(reverse("setting", args=["MISP.uuid"])).status_code == 404


def test_auditors_only_read(seed: Seed) -> None:
    auditor = make_user(seed.hub, make_role("User", []), "revision@hub.example", staff_roles=["auditor"])
    browser = signed_in(auditor)
    listed = browser.get(reverse("settings")).content.decode()
    assert NAME in listed
    assert reverse("setting", args=[NAME]) not in listed
    assert browser.get(reverse("setting", args=[NAME])).status_code == 403
    assert signed_in(seed.org_admin.user).get(reverse("settings")).status_code == 403


def test_secrets_are_not_shown(seed: Seed) -> None:
    browser = signed_in(seed.site_admin.user)
    secret = next(each for each in declared_settings().values() if each.secret)
    SettingValue.objects.update_or_create(name=secret.name, defaults={"value": "GEHEIM-17"})
    assert "GEHEIM-17" not in browser.get(reverse("settings")).content.decode()
    assert "GEHEIM-17" not in browser.get(reverse("setting", args=[secret.name])).content.decode()


def test_limited_key_is_refused_only_for_sign_in_settings(seed: Seed, officers: tuple[User, User]) -> None:
    key = make_key(officers[0], **LIMIT)
    body = {"value": "Exempelmyndigheten", "reason": "Namnet är bytt."}
    assert call(key, "POST", EDIT + NAME, body)[0] == 202
    status, response_body = call(
        key, "POST", EDIT + "Vardkase.idle_account_days", {"value": 400, "reason": "Beslut."}
    )
    assert (status, response_body["message"]) == (403, KeyProblem.OPENS_A_WAY_IN().wire)
    status, response_body = call(make_key(seed.site_admin.user, **LIMIT), "POST", EDIT + NAME, body)
    assert status == 403
    assert "its officers change it" in response_body["message"]
    auditor = make_user(seed.hub, make_role("User", []), "revision@hub.example", staff_roles=["auditor"])
    status, response_body = call(make_key(auditor, **LIMIT), "POST", EDIT + "MISP.live", {"value": 0})
    assert status == 403
    assert "requires a key" not in response_body["message"], "no key of theirs would do"


def test_missing_reason_is_named(seed: Seed, officers: tuple[User, User]) -> None:
    status, response_body = call(make_key(officers[0]), "POST", EDIT + NAME, {"value": "Exempelmyndigheten"})
    assert (status, response_body["errors"]) == (403, {"reason": ["Enter a reason."]})
    described = call(make_key(officers[0]), "GET", EDIT + NAME)[1]
    assert "reason" in described["optional_fields"]


def test_settings_of_accounts_and_sign_in_are_declared_so() -> None:
    found = {}
    for module in pkgutil.walk_packages(vardkase.identity.__path__, "vardkase.identity."):
        if module.name.endswith(".settings"):
            for each in vars(importlib.import_module(module.name)).values():
                if isinstance(each, Setting):
                    found[each.name] = each.opens_way_in
    assert len(found) > 10
    assert {name for name, opens in found.items() if not opens} == {
        HIDE_GROUP_MEMBERS.name,
        "Security.hide_organisation_index_from_users",
        "Vardkase.approval_days",
    }
