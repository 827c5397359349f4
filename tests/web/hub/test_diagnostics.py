"""The page of diagnostics: what is wrong comes first, with what to do; members see nothing of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.samples import SampleHub
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.schedules.models import ScheduledTask
from vardkase.hub.instance import health
from vardkase.intel.services.events import add_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def findings(page: Any) -> dict[str, Any]:
    return {str(finding.title): finding for finding in page.context["findings"]}


def test_administrator_reads_what_is_wrong_and_what_to_do(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(seed.site_admin)
    address = reverse("diagnostics")
    found = findings(client.get(address))
    assert len(found) == 18
    assert found["Databas"].state == "ok"
    assert found["Databasens tabeller"].state == "ok"
    assert found["Arbetsprocess"].state == "bad"  # None runs in a test.
    assert "vardkase worker" in found["Arbetsprocess"].advice

    OutgoingMail.objects.create(recipient="a@b.example", subject="x")
    OutgoingMail.objects.update(created=timezone.now() - timedelta(hours=1))
    now = timezone.now()
    ScheduledTask.objects.update_or_create(
        name="feeds.fetch",
        defaults={"paused": False, "rhythm": "daily", "at": now.time(), "next_run": now, "last_fault": "x"},
    )
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: _Usage(100, 98, 2))
    found = findings(client.get(address))
    assert (found["E-post"].state, found["Disk"].state) == ("warn", "bad")
    assert found["Schemalagda uppgifter"].url == reverse("schedules")
    states = [finding.state for finding in found.values()]
    assert states == sorted(states, key=["bad", "warn", "ok"].index)


def test_report_is_downloaded_without_content(seed: Seed) -> None:
    add_event(seed.analyst.actor, {"info": "Secret title", "distribution": 0})
    hub = SampleHub()
    operator = accounts.signed_in(hub.caller("site admin", duty="operator").user)
    for client in (signed_in(seed.site_admin), operator):
        answer = client.get(reverse("diagnostics_download"))
        assert "attachment" in answer.headers["Content-Disposition"]
        text = answer.content.decode()
        assert {check["name"] for check in json.loads(text)["checks"]} >= {"disk", "mail", "queue"}
        assert "Secret title" not in text
        assert "Secret title" not in client.get(reverse("diagnostics")).content.decode()


def test_members_see_nothing_of_it(seed: Seed) -> None:
    for person in (seed.reader, seed.analyst, seed.org_admin):
        client = signed_in(person)
        for name in ("diagnostics", "diagnostics_download"):
            assert client.get(reverse(name)).status_code == 403
        assert reverse("diagnostics") not in client.get("/").content.decode()


class _Usage:
    def __init__(self, total: int, used: int, free: int) -> None:
        self.total, self.used, self.free = total, used, free
