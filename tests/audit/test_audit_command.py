"""`vardkase audit …`: an auditor verifies online and from a file, and old entries leave with proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings
from typer.testing import CliRunner

from tests.audit.test_tampering import Somebody, write
from tests.factories.memberships import staff_of
from tests.factories.removals import approve_removals
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.actions import LogAction
from vardkase.audit.chain.archives import remove_archived, signed_consent
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.documents import verify_database
from vardkase.audit.chain.models import AuditArchive, AuditCheckpoint, AuditDelivery, AuditLink
from vardkase.audit.models import AuditEntry
from vardkase.audit.redaction import redaction
from vardkase.audit.services import Target, record
from vardkase.cli.main import commands
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.sql import cursor
from vardkase.hub.audit_log.delivering import deliver_checkpoints, failing_deliveries
from vardkase.hub.audit_log.exporting import export_with_proof
from vardkase.hub.audit_log.state import (
    audit_log_findings,
    last_findings,
    last_verdict,
    to_be_done_for_audit_log,
    verify_nightly,
)
from vardkase.hub.backups.audit_check import checked_log
from vardkase.hub.instance import audit_log_health
from vardkase.hub.instance.findings import worded
from vardkase.hub.instance.gauges import Gauges
from vardkase.hub.office.audit_log_tasks import audit_tasks
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def run(*arguments: str | Path, code: int = 0) -> str:
    answer = CliRunner().invoke(commands, ["audit", *map(str, arguments)])
    assert answer.exit_code == code, answer.output
    return answer.stdout


def approved_removal(number: int) -> None:
    now, archive = timezone.now(), AuditArchive.objects.get(pk=number)
    given = {
        "action": "remove_audit_archive",
        "subject": str(number),
        "title": str(archive),
        "state": "approved",
    }
    given |= {
        "subject_state": {"sha256": archive.sha256},
        "proposed_with": "browser",
        "answered_with": "browser",
    }
    ApprovalRequest.objects.create(
        **given, expires_at=now, proposed_by=1, answered_by=2, proposed_by_name="kim"
    )


def facts_of(archive: AuditArchive) -> dict[str, Any]:
    return {name: value for name, value in vars(archive).items() if name not in {"id", "_state"}}


def test_log_is_verified_exported_archived_and_removed(
    seed: Seed, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path / "data"))
    outside = tmp_path / "checkpoints.jsonl"
    assert len(to_be_done_for_audit_log()) == 1
    settings.VARDKASE_AUDIT_FILE = str(outside)
    assert to_be_done_for_audit_log() == []
    AuditEntry.objects.all().delete()
    write(3, "Gammalt")
    AuditEntry.objects.update(created=timezone.now() - timedelta(days=400))
    write(2)
    close_log()
    assert deliver_checkpoints() == 1
    assert deliver_checkpoints() == 0
    key = json.loads(run("keys", "--json"))[0]["key"]

    exported = tmp_path / "log.jsonl"
    run("export", exported)
    assert AuditEntry.objects.latest("pk").action == LogAction.EXPORTED
    run("verify", "--file", exported, "--key", key, "--checkpoints", outside)
    # A file that nobody has signed proves nothing, whatever its first line says.
    unsigned = tmp_path / "unsigned.jsonl"
    first, *others = (line for line in exported.read_text().splitlines() if '"kind":"checkpoint"' not in line)
    for header in (first, json.dumps({**json.loads(first), "part": True})):
        unsigned.write_text("\n".join([header, *others]) + "\n")
        found = json.loads(run("verify", "--file", unsigned, "--key", key, "--json", code=3))
        assert (found["result"], found["covered"], found["not_covered"]) == ("not proved", "none", 5)
    exported.write_text(exported.read_text().replace("kim@example.org", "eve@example.org", 1))
    said = run("verify", "--file", exported, "--key", key, code=1)
    assert "(position 1): who, what or when was changed" in said
    (tmp_path / "empty.jsonl").write_text("")
    assert "it has no end" in run("verify", "--file", tmp_path / "empty.jsonl", code=1)

    day = (timezone.now() - timedelta(days=30)).date().isoformat()
    archived = json.loads(run("archive", day, tmp_path / "old.jsonl", "--json"))
    assert (archived["positions"], archived["entries"]) == ("1–3", 3)
    run("verify", "--file", tmp_path / "old.jsonl", "--key", key)
    # Nothing goes before two officers have agreed, which the log itself says.
    number, file = archived["archive"], tmp_path / "old.jsonl"
    with pytest.raises(psycopg.Error, match="two persons have not agreed"), transaction.atomic():
        cursor().execute("SELECT audit_remove(%s)", (number,))
    # The two officers and their pages: tests/hub/test_four_eyes.py.
    record(hub_actor(), LogAction.REMOVAL_APPROVED, Target("audit_archive", number))
    with pytest.raises(psycopg.Error, match="two persons have not agreed"), transaction.atomic():
        cursor().execute("SELECT audit_remove(%s)", (number,))
    approved_removal(number)
    # Nor by rows that say so, which anybody with the hub's role can write: the hub signs who took each step.
    refused = "Two persons have not agreed"
    for step, person, signer in (
        (LogAction.REMOVAL_PROPOSED, 1, 1),
        (LogAction.REMOVAL_APPROVED, 1, 1),  # By the same.
        (LogAction.REMOVAL_APPROVED, 2, 1),
    ):
        with pytest.raises(Conflict, match=refused), transaction.atomic():
            remove_archived(hub_actor(), number, file)
        consent = signed_consent(AuditArchive.objects.get(pk=number), step, signer)
        record(Somebody(person), step, Target("audit_archive", number), consent | {"person": person})
    with pytest.raises(Conflict, match=refused), transaction.atomic():
        remove_archived(hub_actor(), number, file)
    kept = AuditArchive.objects.get(pk=number)
    for step, person in ((LogAction.REMOVAL_PROPOSED, 1), (LogAction.REMOVAL_APPROVED, 2)):
        record(Somebody(person), step, Target("audit_archive", number), signed_consent(kept, step, person))
    # Nor without the file, or by an archive that somebody has added without the hub's key.
    with pytest.raises(Conflict, match="is not the file of this archive"):
        remove_archived(hub_actor(), number, exported)
    forged = AuditArchive.objects.create(**{**facts_of(kept), "last": 4, "signature": "eA=="})
    approved_removal(forged.pk)
    with pytest.raises(Conflict, match="is not signed by a key of this hub"):
        remove_archived(hub_actor(), forged.pk, file)
    forged.delete()
    run("remove", str(number), "--file", file)
    assert not AuditEntry.objects.filter(title__startswith="Gammalt").exists()
    assert AuditLink.objects.order_by("position")[0].position == 4
    close_log()
    run("verify", "--key", key, "--checkpoints", outside)
    AuditArchive.objects.update(digest="00" * 32)
    assert "The archive of positions 1 to 3 is not signed" in run("verify", code=1)


def test_failures_are_told(seed: Seed, settings: Settings, tmp_path: Path) -> None:
    settings.VARDKASE_AUDIT_FILE = str(tmp_path / "missing" / "checkpoints.jsonl")
    settings.VARDKASE_AUDIT_URL = "https://127.0.0.1:1/checkpoints"
    write(1)
    close_log()
    assert deliver_checkpoints() == 0
    assert failing_deliveries() == []  # Not yet for long.
    AuditDelivery.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    said = {name: problem.wire for name, problem, _ in audit_log_findings()}
    assert "No such file or directory" in said["VARDKASE_AUDIT_FILE"]
    assert "VARDKASE_AUDIT_URL" in said
    assert verify_nightly() >= 1
    assert last_findings()[1] == []
    AuditLink.objects.filter(position=1).update(content=b"x" * 32)
    verify_nightly()
    assert "position 1" in last_findings()[1][0]
    assert "audit_log" in {name for name, _, _ in audit_log_findings()}
    settings.VARDKASE_AUDIT_FILE = str(tmp_path / "checkpoints.jsonl")
    settings.VARDKASE_AUDIT_URL = ""
    assert deliver_checkpoints() == 1
    assert failing_deliveries() == []

    # Nor does it end in silence: by a row that says that everything was delivered, or that it was a moment ago.
    ahead = timezone.now() + timedelta(days=3650)
    AuditCheckpoint.objects.update(time=timezone.now() - timedelta(hours=1))
    for altered in ({"done": 2**62}, {"delivered": ahead}):
        AuditDelivery.objects.update(**{"delivered": None, **altered})
        assert [each.name for each in failing_deliveries()] == ["VARDKASE_AUDIT_FILE"]
        check = audit_log_health.check()
        assert (check.state, check.facts["late"]) == ("bad", ["VARDKASE_AUDIT_FILE"])
        assert "VARDKASE_AUDIT_FILE" in worded(check).said
        late = [each for each in Gauges().collect() if each.name == "vardkase_audit_delivery_late"]
        assert [sample.value for each in late for sample in each.samples] == [1]
        assert deliver_checkpoints() == 1
        assert failing_deliveries() == []


def test_log_that_nothing_proves_is_not_called_intact(seed: Seed, password_is_enough: None) -> None:
    client = signed_in(staff_of(seed, "revisor@hub.example", "auditor"))
    page, english = reverse("audit_oversight"), {"accept-language": "en"}
    AuditEntry.objects.all().delete()
    # An old backup: nothing had waited for long when it was made.
    long_ago = timezone.now() - timedelta(days=400)
    for waits in (False, True):
        write(1)
        AuditEntry.objects.update(created=long_ago)
        if not waits:
            close_log()
    assert checked_log() == "1 links, 1 checkpoints"
    assert verify_database().verdict == "not proved"
    # The hub without its secret: nothing is linked or signed any more.
    write(1)
    with (
        translation.override("en"),
        pytest.raises(ValueError, match="No signed checkpoint covers the entries after"),
    ):
        checked_log()
    verify_nightly()
    assert (last_verdict(), len(last_findings()[1])) == ("not proved", 1)
    shown = client.get(page, headers=english).content.decode()
    assert "not proved" in shown
    assert "not intact" not in shown
    assert (audit_log_health.check().state, audit_log_health.check().facts["unlinked"]) == ("bad", True)
    assert "is not proved" in next(said.wire for name, said, _ in audit_log_findings() if name == "audit_log")
    with translation.override("en"):
        assert next(audit_tasks(hub_actor())).title.startswith("The audit log is not proved")


def test_console_takes_no_content_out_of_the_log(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As for `vardkase export`: once the hub has officers, content takes a grant.
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path / "data"))
    AuditEntry.objects.all().delete()
    secret = "HEMLIG HÄNDELSE 4713"
    write(1)
    record(hub_actor(), LogAction.VERIFIED, Target("event", 78, title=secret), {"info": secret})
    close_log()
    approve_removals(seed)
    cursor().execute(redaction("target_kind = 'mail'", title="''"))
    staff_of(seed, "per@hub.example", "membership_officer")
    whole, old = tmp_path / "log.jsonl", tmp_path / "old.jsonl"
    run("export", whole)
    key = json.loads(run("keys", "--json"))[0]["key"]
    run("archive", (timezone.now() + timedelta(days=2)).date().isoformat(), old)
    for file in (whole, old):
        assert secret not in file.read_text()
        said = json.loads(run("verify", "--file", file, "--key", key, "--json"))
        assert (said["intact"], said["content_withheld"], said["content_removed"]) == (True, 1, 1)
    # Only such entries may be withheld, and nothing may stand in their place.
    text = whole.read_text()
    told = [json.loads(line) for line in text.splitlines()]
    for each in told:
        if each.get("withheld"):
            each["entry"]["title"] = "Något annat"
    whole.write_text("\n".join(map(json.dumps, told)))
    assert "its title or details were changed" in run("verify", "--file", whole, "--key", key, code=1)


def test_chosen_entries_are_proved_without_the_others(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path / "data"))
    AuditEntry.objects.all().delete()
    write(3, "Hemligt")
    record(Somebody(), LogAction.VERIFIED, Target("user", 7, title="Visas"), {"a": 1})
    write(2, "Hemligt")
    record(Somebody(), LogAction.VERIFIED, Target("user", 8, title="Visas"), {"a": 2})
    write(2, "Hemligt")
    file, key = tmp_path / "part.jsonl", json.loads(run("keys", "--json"))[0]["key"]
    run("export", tmp_path / "none.jsonl", "--action", "user.deleted", code=1)
    assert not (tmp_path / "none.jsonl").exists()
    run("export", file, "--action", "audit.verified")
    assert "Hemligt" not in file.read_text()
    assert "kim@example.org" in file.read_text()
    said = json.loads(run("verify", "--file", file, "--key", key, "--json"))
    assert (said["intact"], said["positions"], said["entries"], said["others"]) == (True, "4–9", 2, 4)
    told = [json.loads(line) for line in file.read_text().splitlines()]

    def verified(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> str:
        lines = [json.dumps(each) for record in told if (each := change(json.loads(json.dumps(record))))]
        file.write_text("\n".join(lines))
        return run("verify", "--file", file, "--key", key, code=1)

    def retitled(each: dict[str, Any]) -> dict[str, Any]:
        return each | {"entry": each["entry"] | {"title": "x"}} if each.get("entry") else each

    assert "its title or details were changed" in verified(retitled)
    assert "are missing" in verified(lambda each: None if each.get("position") == 5 else each)
    assert "No signed checkpoint at position 9" in verified(
        lambda each: None if each["kind"] == "checkpoint" else each
    )
    zeros = "00" * 32
    assert "is not the one that was signed" in verified(
        lambda each: each | {"head": zeros} if each["kind"] == "other" and each["position"] == 8 else each
    )
    # The page gives the same to who reads the whole log, and nothing to others.
    page = signed_in(seed.site_admin).get(reverse("audit_proof"), {"action": "audit.verified"})
    file.write_bytes(b"".join(page.streaming_content))
    assert json.loads(run("verify", "--file", file, "--key", key, "--json"))["entries"] == 2
    assert AuditEntry.objects.latest("pk").change["filters"] == {"action": "audit.verified"}
    with pytest.raises(Forbidden), file.open("wb") as output:
        export_with_proof(seed.org_admin.actor, output, {})
    nothing = signed_in(seed.site_admin).get(reverse("audit_proof"), {"action": "user.deleted"})
    assert nothing.status_code == 302


def test_log_that_nothing_covers_is_not_called_intact(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path / "data"))
    AuditEntry.objects.all().delete()
    write(3)
    found = json.loads(run("verify", "--json", code=3))
    assert (found["result"], found["not_linked"], found["covered"]) == ("not proved", 3, "none")
    close_log()
    write(1)
    found = json.loads(run("verify", "--json"))
    assert (found["result"], found["not_linked"], found["covered"]) == ("intact", 1, "up to position 3")
    newest = AuditEntry.objects.latest("pk").pk
    AuditEntry.objects.filter(pk=newest).update(created=timezone.now() - timedelta(hours=2))
    assert json.loads(run("verify", "--json", code=3))["result"] == "not proved"
    verify_nightly()
    assert "No signed checkpoint covers the entries after position 3" in last_findings()[1][0]
