"""Stored files that nothing refers to are removed from disk; the others stay."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.calls import send
from tests.factories import make_event
from tests.factories.applications import VISITOR, applicant
from tests.factories.memberships import at_the_screen, make_desk, member
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.core import files
from vardkase.core.schedules import find
from vardkase.hub.membership.applications.models import Attachment
from vardkase.hub.membership.applications.services import conversation, drafting, queueing
from vardkase.hub.membership.statements import services as statements
from vardkase.hub.membership.statements.models import Evidence
from vardkase.intel.models import Attribute, Event
from vardkase.intel.unused_files import GRACE, remove_unused_files

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a)
    event.save()
    return event


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def make_old(folder: Path) -> None:
    """Makes every stored file older than the grace period."""
    then = (datetime.now().astimezone() - GRACE - timedelta(hours=1)).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def attach(seed: Seed, event: Event, content: bytes, **more: Any) -> Any:
    document = {"type": "attachment", "category": "Payload delivery", "value": "a.bin"} | more
    document["data"] = base64.b64encode(content).decode()
    return send(seed.analyst.key, "POST", f"/attributes/add/{event.pk}", document)


def test_file_is_removed_with_its_attribute_or_event(seed: Seed, event: Event, folder: Path) -> None:
    """Soft deletion can be undone and keeps the file; hard deletion and deleting the event do not."""
    attach(seed, event, b"one")
    attach(seed, event, b"two", value="b.bin")
    one, two = Attribute.objects.order_by("pk")
    make_old(folder)
    assert send(seed.analyst.key, "POST", f"/attributes/delete/{one.pk}").status_code == 200
    assert remove_unused_files() == 0
    assert send(seed.analyst.key, "POST", f"/attributes/delete/{one.pk}/1").status_code == 200
    assert remove_unused_files() == 1
    assert on_disk(folder) == {two.data_sha256}
    entry = AuditEntry.objects.get(action="file.removed_unused")
    assert entry.change == {"count": 1, "bytes": 3}
    assert send(seed.org_admin.key, "POST", f"/events/delete/{event.pk}").status_code == 200
    assert remove_unused_files() == 1
    assert on_disk(folder) == set()


def test_file_shared_by_two_attributes_stays(seed: Seed, event: Event, folder: Path) -> None:
    attach(seed, event, b"same")
    attach(seed, event, b"same", value="b.bin")
    make_old(folder)
    first = event.attributes.order_by("pk")[0]
    send(seed.analyst.key, "POST", f"/attributes/delete/{first.pk}/1")
    assert remove_unused_files() == 0
    assert files.read(first.data_sha256 or "") == b"same"


def test_file_of_refused_request_is_removed_once_old(seed: Seed, event: Event, folder: Path) -> None:
    """A running request has stored its file but not yet the row, so new files stay."""
    assert attach(seed, event, b"refused", category="No such category").status_code == 403
    assert len(on_disk(folder)) == 1
    assert remove_unused_files() == 0
    make_old(folder)
    assert remove_unused_files() == 1
    assert on_disk(folder) == set()


def test_restored_file_counts_as_new(seed: Seed, folder: Path) -> None:
    digest = files.store(b"again")
    make_old(folder)
    assert files.store(b"again") == digest
    assert remove_unused_files() == 0
    assert files.read(digest) == b"again"


def test_partial_file_of_killed_writer_is_removed_once_old(seed: Seed, folder: Path) -> None:
    kept = folder / files.store(b"whole")[:2]
    (kept / "tmpx1y2z3").write_bytes(b"half")
    assert remove_unused_files() == 0
    assert len(on_disk(folder)) == 2
    make_old(folder)
    assert remove_unused_files() == 1
    assert on_disk(folder) == set()


def test_removed_evidence_is_deleted_from_disk(
    seed: Seed, mail: Any, password_is_enough: None, folder: Path
) -> None:
    desk = make_desk(seed)
    member(desk, seed.org_b, statement=False)
    at_the_member = at_the_screen(desk.admin)
    for content in (PDF, PDF + b"2"):
        statements.add_evidence(at_the_member, "risk", "risk.pdf", content)
    first, second = Evidence.objects.order_by("pk")
    statements.remove_evidence(at_the_member, first.pk)
    make_old(folder)
    assert remove_unused_files() >= 1
    assert first.digest not in on_disk(folder)
    assert second.digest in on_disk(folder)


def test_attachments_of_expired_draft_are_deleted_from_disk(
    seed: Seed, folder: Path, time_machine: Any
) -> None:
    application, _token = drafting.begin(VISITOR, "sven@sjukhus.example")
    conversation.add_evidence(applicant(application), application, "risk", [("risk.pdf", PDF)])
    digest = Attachment.objects.get().digest
    make_old(folder)
    assert remove_unused_files() == 0
    time_machine.move_to(datetime.now().astimezone() + timedelta(days=91))
    assert queueing.forget_drafts() == 1
    assert remove_unused_files() == 1
    assert digest not in on_disk(folder)


def test_removal_is_scheduled(seed: Seed) -> None:
    schedule = find("files.remove_unused")
    assert schedule is not None
    assert schedule.on
    assert schedule.work is remove_unused_files
