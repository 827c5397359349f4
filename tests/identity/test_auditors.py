"""An auditor reads the whole audit log and all settings, and writes nothing, whatever the account's role."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver

from tests.api.calls import call
from tests.conventions.test_permissions import views
from tests.factories import make_key, make_role, make_user
from tests.factories.seed import Seed
from tests.support.lanes import in_both_lanes
from tests.web.accounts import signed_in
from vardkase.api.dispatch import declared_permissions
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.core.settings import declared_settings
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.access.problems import AccessProblem
from vardkase.identity.accounts.models import User
from vardkase.web.ui.middleware import AUDITORS_OWN, SIGN_IN_VIEWS
from vardkase.web.ui.pages import PUBLIC

ROLES = {"only reads": [Permission.AUTH], "everything": [*Permission]}


@pytest.fixture(params=ROLES)
def auditor(request: pytest.FixtureRequest, seed: Seed) -> User:
    role = make_role(request.param, ROLES[request.param])
    return make_user(seed.hub, role, "revision@hub.example", staff_roles=["auditor"])


def test_writing_endpoints_are_refused(auditor: User) -> None:
    actor = actor_for(auditor, Credential.API_KEY)
    writing = [each for each in declared_permissions() if each.writes and not each.public]
    assert len(writing) > 300
    assert [each.name for each in writing if each.may_be_called_by(actor)] == []
    for require in (actor.require_writing, actor.require_own_affairs):
        with pytest.raises(Forbidden) as refused:
            require()
        assert refused.value.has(AccessProblem.AUDITOR_READS_ONLY)


@pytest.mark.parametrize("auditor", ["everything"], indirect=True)  # Who may less is refused the more.
@in_both_lanes
def test_pages_accept_no_form_from_auditor(auditor: User, password_is_enough: None, step: int) -> None:
    browser, taken = signed_in(auditor), []
    browser.raise_request_exception = False
    AuditEntry.objects.all().delete()
    for route, view in [*views(get_resolver())][::step]:
        name = getattr(view, "view_class", view).__name__
        if getattr(view, "declared_permissions", None) is PUBLIC or view.__module__.startswith("allauth."):
            continue
        path = "/" + re.sub(r"<[^>]+>", "1", route)
        answered = browser.post(path, {})
        if answered.status_code not in (403, 404) and not path.startswith("/account/"):
            taken.append((path, name, answered.status_code))
    assert taken == []
    assert {entry.action for entry in AuditEntry.objects.all()} <= {
        "user.signed_out_everywhere"
    }  # Their own.


def test_exemptions_cover_own_account_only() -> None:
    assert {name for name in AUDITORS_OWN if not name.startswith(("account_", "mfa_"))} == set()
    assert not AUDITORS_OWN & (SIGN_IN_VIEWS - AUDITORS_OWN)


def test_editing_organisations_and_roles_is_refused(seed: Seed, auditor: User) -> None:
    key = make_key(auditor)
    for path, body in (
        (f"/admin/organisations/edit/{seed.org_a.pk}", {"name": "Renamed"}),
        ("/admin/organisations/add", {"name": "Made by an auditor", "local": True}),
        ("/feeds/add", {"name": "x", "url": "https://feed.example/", "provider": "x"}),
        ("/servers/serverSettingsEdit/Plugin.Enrichment_services_enable", {"value": True}),
        ("/servers/serverSettingsEdit/MISP.live", {"value": False}),
        ("/users/edit", {"email": "other@hub.example"}),
        ("/userSettings/setSetting", {"setting": "homepage", "value": {"path": "/events/index"}}),
    ):
        assert call(key, "POST", path, body)[0] in (403, 405), path


def test_auditor_reads_whole_log_and_all_settings(
    seed: Seed, auditor: User, password_is_enough: None
) -> None:
    record(seed.org_admin.actor, "organisation.edited", Target("organisation", seed.org_a.pk, title="Told"))
    key, browser = make_key(auditor), signed_in(auditor)
    for path in ("/admin/logs/index", "/logs/index", "/admin/auditLogs/index"):
        status, response_body = call(key, "GET", path)
        assert (status, "Told" in str(response_body)) == (200, True), path
    assert "Told" in browser.get("/administration/audit/").content.decode()
    status, report = call(key, "GET", "/servers/serverSettings")
    assert status == 200
    assert {line["setting"] for line in report["finalSettings"]} >= set(declared_settings())
    assert call(key, "GET", "/servers/getSetting/Vardkase.statement_grace_days")[0] == 200
    assert call(seed.analyst.key, "GET", "/servers/serverSettings")[0] == 403


def test_auditor_sees_settings_and_schedules_without_buttons(auditor: User, password_is_enough: None) -> None:
    browser = signed_in(auditor)
    home = browser.get("/").content.decode()
    for path in ("/administration/settings/", "/administration/schedules/", "/administration/audit/"):
        assert f'href="{path}"' in home, path
    page = browser.get("/administration/settings/").content.decode()
    assert all(name in page for name in declared_settings())
    schedules = browser.get("/administration/schedules/").content.decode()
    assert "/run/" not in schedules
    assert "/pause/" not in schedules


def test_auditor_manages_own_account(auditor: User, password_is_enough: None) -> None:
    browser = signed_in(auditor)
    assert browser.post("/account/keys/new/", {"comment": "To read the log"}).status_code == 200
    assert auditor.auth_keys.count() == 1
