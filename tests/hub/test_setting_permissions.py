"""Settings and schedules are changed only by those they are declared for, on every interface."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import Conflict
from vardkase.core.schedules import registered
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.settings import declared_settings
from vardkase.core.settings.models import SettingValue
from vardkase.hub.instance.approvals import CHANGE_SETTING
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.registry import actions, sealed
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

RULES = {
    "MISP.host_org_id",
    "Vardkase.access_review_days",
    "Vardkase.content_access_hours",
    "Vardkase.credential_waiting_days",
    "Vardkase.policy_needs_two",
    "Vardkase.sender_address",
    "Vardkase.statement_grace_days",
    "Vardkase.statement_valid_days",
    "Plugin.ZeroMQ_enable",
    "Plugin.Kafka_brokers",
    "GnuPG.onlyencrypted",
    "MISP.event_alert_metadata_only",
}
"""Settings that decide on membership, visibility, and how content leaves the hub."""
UNSET = sorted(RULES - {"MISP.host_org_id", "Vardkase.sender_address"})
"""The rules that a new hub has not set."""
EDIT = "/servers/serverSettingsEdit/"
GRACE = "Vardkase.statement_grace_days"
PAUSE = {"Task": {"{number}": {"timer": "0"}}}


@pytest.fixture
def operator(seed: Seed) -> User:
    role = make_role("Runs everything", [*Permission])
    return make_user(seed.org_b, role, "drift@b.example", staff_roles=["operator"])


@pytest.fixture
def officer(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER)


def edit(key: str, name: str, value: Any) -> int:
    return call(key, "POST", EDIT + name, {"value": value})[0]


def test_hub_rules_are_declared_for_officers() -> None:
    declared = declared_settings()
    assert {name for name in RULES if declared[name].changed_by is not ChangedBy.OFFICERS} == set()
    running = {name for name, each in declared.items() if each.changed_by is ChangedBy.OPERATOR}
    assert running >= {"MISP.live", "MISP.background_jobs"}
    for name, schedule in registered().items():
        watches_people = name.split(".")[0] in {
            *("access_reviews", "applications", "approvals", "content_access", "entrance"),
            *("members", "membership_terms", "statements"),
        }
        assert (schedule.changed_by is ChangedBy.OFFICERS) >= watches_people, name


def test_operator_and_site_administrator_cannot_change_hub_rules(
    seed: Seed, operator: User, officer: User
) -> None:
    key = make_key(operator)
    for name in sorted(RULES):
        assert edit(key, name, 1) == 403, name
        assert edit(seed.site_admin.key, name, 1) == 403, name
    assert not SettingValue.objects.filter(
        name__in=sorted(RULES - {"MISP.host_org_id", "Vardkase.sender_address"})
    ).exists()
    assert edit(key, "MISP.maintenance_message", "Åter klockan tre.") == 200
    assert edit(make_key(officer), "MISP.live", False) == 403, (
        "running the platform is not the officers' task"
    )


def test_hub_rule_takes_two_officers(seed: Seed, officer: User, password_is_enough: None) -> None:
    make_staff(seed, StaffRole.LEGAL_OFFICER)
    key = make_key(officer)
    status, answered = call(key, "POST", EDIT + GRACE, {"value": 20, "reason": "Beslut den 3 december."})
    assert (status, answered["message"]) == (202, "The change is waiting for a second officer.")
    again = {"value": 21, "reason": "Nej, tjugoen."}
    assert call(key, "POST", EDIT + GRACE, again)[0] == 409
    other = "Vardkase.statement_valid_days"
    assert call(key, "POST", EDIT + other, {"value": 300})[0] == 403, "without a reason"
    assert not SettingValue.objects.filter(
        name__in=sorted(RULES - {"MISP.host_org_id", "Vardkase.sender_address"})
    ).exists()
    browser = signed_in(officer)
    page = reverse("schedule", args=["statements.follow_up"])
    asked = browser.post(reverse("schedule_pause", args=["statements.follow_up"]))
    assert asked["Location"] == page, "the page asks for a reason"
    form = {"rhythm": "day", "at": "06:00"}
    assert browser.post(page, form).status_code == 422
    assert browser.post(page, {**form, "reason": "Flyttas."})["Location"] == reverse("schedules")
    assert not ScheduledTask.objects.filter(paused=True, name="statements.follow_up").exists()
    waiting = {(each.action, each.subject) for each in ApprovalRequest.objects.all()}
    assert waiting == {("change_setting", GRACE), ("change_schedule", "statements.follow_up")}
    execute = {each.name: each for each in actions()}
    for request in ApprovalRequest.objects.all():
        with transaction.atomic():
            execute[request.action].execute(sealed(seed.site_admin.actor, request, {}))
    assert SettingValue.objects.get(name=GRACE).value == 20
    assert ScheduledTask.objects.filter(paused=True, name="statements.follow_up").exists()


def test_setting_is_validated_again_on_approval(seed: Seed, officer: User, password_is_enough: None) -> None:
    """A value that was valid when proposed, or in an earlier version, may be invalid by now."""
    second = make_staff(seed, StaffRole.LEGAL_OFFICER)
    propose(
        actor_for(officer, Credential.API_KEY),
        CHANGE_SETTING,
        GRACE,
        title=GRACE,
        parameters={"value": -1},
        reason="Beslut den 3 december.",
    )
    with pytest.raises(Conflict):
        approved(second)
    assert not SettingValue.objects.filter(name=GRACE).exists()
    assert ApprovalRequest.objects.get().state == "waiting"


def test_operator_cannot_change_handling_of_intelligence(seed: Seed, operator: User) -> None:
    assert edit(make_key(operator), "Security.sanitise_attribute_on_delete", True) == 403
    assert edit(seed.site_admin.key, "Security.sanitise_attribute_on_delete", True) == 200


def test_without_officers_site_administrator_sets_everything(seed: Seed, operator: User) -> None:
    assert edit(make_key(operator), GRACE, 20) == 403
    assert edit(seed.site_admin.key, GRACE, 20) == 200


def test_only_officers_pause_member_supervision(seed: Seed, operator: User, officer: User) -> None:
    name = "statements.follow_up"
    for user in (operator, seed.site_admin.user):
        key, browser = make_key(user), signed_in(user)
        tasks = call(key, "GET", "/tasks/index")[1]
        number = next(each["Task"]["id"] for each in tasks if each["Task"]["type"] == name)
        body = {"Task": {number: {"timer": "0"}}}
        assert call(key, "POST", "/tasks/setTask", body)[0] == 403
        for view in ("schedule_pause", "schedule"):
            form = {"rhythm": "month", "at": "03:00"}
            assert browser.post(reverse(view, args=[name]), form).status_code == 403
    assert not ScheduledTask.objects.filter(name=name, paused=True).exists()
    assert signed_in(operator).post(reverse("schedule_pause", args=["jobs.forget_ended"])).status_code == 302


def test_setting_declaration_requires_changed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    from vardkase.core.settings import Setting  # noqa: PLC0415 - its signature is what is asked

    with pytest.raises(TypeError, match="changed_by"):
        Setting("Test.nobodys", 1, "Nobody said whose.")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="changed_by"):
        replace(registered()["jobs.forget_ended"]).__class__("a", "b", "c", int)  # type: ignore[call-arg,arg-type]


def test_credential_waiting_days_cannot_be_zero() -> None:
    check = declared_settings()["Vardkase.credential_waiting_days"].check
    assert check is not None
    assert (bool(check(0)), bool(check(1)), bool(check(91))) == (True, False, True)
