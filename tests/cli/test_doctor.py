"""`vardkase doctor` says what is wrong and what to do, whether the hub runs or not."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from typer.testing import CliRunner

from tests.factories.seed import Seed
from vardkase.cli.main import commands
from vardkase.core.sql import cursor
from vardkase.hub.backups.models import StoredBackup
from vardkase.hub.instance import health, replica_health
from vardkase.hub.instance.job_kinds import job_kinds
from vardkase.identity.sign_in_policy.models import ClientCertificate

pytestmark = pytest.mark.django_db


def examined() -> tuple[int, dict[str, dict[str, str]]]:
    answer = CliRunner().invoke(commands, ["doctor", "--json"])
    document = json.loads(answer.stdout)
    assert document["healthy"] is (answer.exit_code == 0)
    return answer.exit_code, {finding["name"]: finding for finding in document["findings"]}


def test_doctor_tells_what_to_do(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    code, found = examined()
    assert code == 1
    assert (found["worker"]["state"], "vardkase worker" in found["worker"]["advice"]) == ("bad", True)
    assert "VARDKASE_BASE_URL" in found["settings"]["advice"]
    assert found["certificates"]["state"] == "ok"
    states = [finding["state"] for finding in found.values()]
    assert states == sorted(states, key=["bad", "warn", "ok"].index)

    now = timezone.now()
    certificate = ClientCertificate.objects.create(
        org=seed.org_a, fingerprint="0" * 64, added_by="x", ends=now + timedelta(days=9)
    )
    assert examined()[1]["certificates"]["state"] == "warn"
    ClientCertificate.objects.filter(pk=certificate.pk).update(ends=now - timedelta(days=1))
    found = examined()[1]
    assert found["certificates"]["state"] == "bad"
    assert seed.org_a.name in found["certificates"]["said"]
    assert (found["backups"]["state"], "VARDKASE_BACKUP_STORAGE" in found["backups"]["advice"]) == (
        "warn",
        True,
    )
    monkeypatch.setattr(settings, "BACKUP_STORAGE", "/backup")
    made = {"kind": "full", "chain": "a", "started": now, "until": now, "size": 2_000_000, "verified_at": now}
    StoredBackup.objects.create(name="a", ended=now, **made)
    assert examined()[1]["backups"]["state"] == "ok"
    StoredBackup.objects.update(ended=now - timedelta(days=3))
    found = examined()[1]
    assert (found["backups"]["state"], "vardkase backup run" in found["backups"]["advice"]) == ("bad", False)

    assert (found["replicas"]["state"], found["replicas"]["said"]) == ("ok", "The database has no replica.")
    monkeypatch.setattr(replica_health, "FOLLOWING", "VALUES ('db2', 99000000), ('db3', 0)")
    found = examined()[1]
    assert (found["replicas"]["state"], "db2." in found["replicas"]["said"]) == ("warn", True)
    monkeypatch.setattr(replica_health, "GONE", "VALUES ('db4')")
    assert "db4" in examined()[1]["replicas"]["said"]
    text = CliRunner().invoke(commands, ["doctor"], env={"LC_ALL": "sv_SE.UTF-8"}).stdout
    assert "Arbetsprocess" in text


def test_doctor_works_without_a_database(
    seed: Seed, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    def unreachable(*_arguments: object) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(health, "checks", unreachable)
    (tmp_path / "file").touch()
    settings.FILES_DIR = tmp_path / "file" / "below"
    assert set(examined()[1]) == {"schema", "storage"}
    monkeypatch.setattr("vardkase.hub.instance.readiness.MigrationRecorder", unreachable)
    code, found = examined()
    assert (code, set(found)) == (1, {"database", "storage"})
    assert "vardkase serve" in found["database"]["advice"]


def test_growth_of_each_kind_of_job_is_seen(seed: Seed) -> None:
    for age, seconds in ((1, 30), (2, 30), (3, 30), (8, 20), (9, 20), (10, 20)):
        cursor().execute(
            """
            WITH job AS (
                INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
                VALUES ('default', 'sync.pull', '{}', 'succeeded') RETURNING id
            ), forgotten AS (DELETE FROM procrastinate_events WHERE job_id IN (SELECT id FROM job))
            INSERT INTO procrastinate_events (job_id, type, at)
            SELECT id, type::procrastinate_job_event_type, at FROM job, (VALUES
                ('started', now() - make_interval(days => %(age)s)),
                ('succeeded', now() - make_interval(days => %(age)s) + make_interval(secs => %(seconds)s))
            ) AS e (type, at)
            """,
            {"age": age, "seconds": seconds},
        )
    (kind,) = [kind for kind in job_kinds(seed.site_admin.actor) if kind.task == "sync.pull"]
    assert (kind.runs, kind.failed, kind.seconds, kind.former_seconds, kind.growth) == (3, 0, 30, 20, 50)
