"""What was deleted after a backup does not come back with it, and is listed while backups have it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Model
from django.utils import timezone
from pyrage.x25519 import Identity

from tests.factories.content_access import operator_of
from tests.factories.intel import make_attribute, make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.backup.pending import FILE, UNFINISHED, forget, left, open_pending
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.storage import FolderStorage
from vardkase.hub.backups.journal import Kind, enter, kept, repeat, send
from vardkase.hub.backups.models import DeletedContent, StoredBackup
from vardkase.hub.backups.queries import remains, remains_until
from vardkase.intel.editing.deletion import delete_attribute, delete_event
from vardkase.intel.models import Attribute, Event

pytestmark = pytest.mark.django_db


def test_deletions_are_repeated(seed: Seed, tmp_path: Path) -> None:
    """Entered with the deletion, taken beside the backups, and carried out again where the rows are back."""
    owner, storage = Identity.generate(), FolderStorage(tmp_path)
    before = timezone.now()
    gone, changed, spilled = (saved(make_event(seed.hub)) for _ in range(3))
    value = saved(make_attribute(changed))
    delete_event(seed.site_admin.actor, gone.pk)
    delete_attribute(seed.site_admin.actor, value.pk, hard=True)
    enter(Kind.SPILL, spilled.uuid, "S-7")
    enter(Kind.RETENTION, number="G-3")
    assert send(storage, [owner.to_public()]) == 4
    assert send(storage, [owner.to_public()]) == 0
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [each for each in stored if str(gone.uuid).encode() in each]
    # As in a database from before: the rows are there again.
    back = saved(make_event(seed.hub, uuid=gone.uuid))
    saved(make_attribute(changed, uuid=value.uuid))
    restore = Restore(storage=storage, identities=[owner])
    assert repeat(kept(restore, timezone.now())) == (0, [])
    count, to_do = repeat(kept(restore, before))
    assert (count, len(to_do)) == (3, 1)
    assert "G-3" in to_do[0]
    assert not Event.objects.filter(pk__in=[back.pk, spilled.pk]).exists()
    assert not Attribute.objects.filter(uuid=value.uuid).exists()
    assert Event.objects.filter(pk=changed.pk).exists()


def saved[Row: Model](row: Row) -> Row:
    row.save()
    return row


def test_remains_are_listed(seed: Seed, password_is_enough: None) -> None:
    assert remains(10) == ()
    now = timezone.now()
    unsaved = {"kind": "full", "ended": now, "until": now, "size": 1_000}
    StoredBackup.objects.create(name="a", chain="a", started=now - timedelta(days=9), **unsaved)
    StoredBackup.objects.create(name="b", chain="b", started=now - timedelta(days=2), **unsaved)
    DeletedContent.objects.create(kind=Kind.SPILL, number="S-9", at=now - timedelta(days=5))
    (found,) = remains(10)
    assert (found.backups, found.until) == (1, remains_until(now - timedelta(days=5)))
    browser = signed_in(operator_of(seed))
    page = browser.get("/backups/")
    assert page.status_code == 200
    assert "S-9" in page.content.decode()
    assert browser.get("/backups/recipients/").status_code == 403


def cut_off(folder: Path) -> None:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "django").touch()
    assert left(folder)
    raise RuntimeError


def test_hub_is_closed_until_then(tmp_path: Path) -> None:
    """A restore that fails leaves an empty folder, one that is cut off a mark; and nobody's data is removed."""
    with pytest.raises(RuntimeError), open_pending(tmp_path):
        cut_off(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / FILE).write_text(json.dumps([UNFINISHED]))
    (tmp_path / "database").mkdir()
    with open_pending(tmp_path) as pending:
        assert not (tmp_path / "database").exists()
        (tmp_path / "files").mkdir()
        pending.left = ["a retention run"]
    assert left(tmp_path) == ["a retention run"]
    for _attempt in ("closed", "open"):
        with pytest.raises(BackupFailed), open_pending(tmp_path):
            pass
        assert (tmp_path / "files").exists()
        forget(tmp_path)
    assert left(tmp_path) is None
    (tmp_path / "files").rmdir()
    with open_pending(tmp_path):
        pass
    assert left(tmp_path) is None
