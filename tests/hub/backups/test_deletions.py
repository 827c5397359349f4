"""What was deleted after a backup does not come back with it, and is listed while backups have it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Model
from django.utils import timezone
from pyrage.x25519 import Identity

from tests.factories.content_access import operator_of
from tests.factories.intel import make_attribute, make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.backup.catalogue import deletion_lists
from vardkase.core.backup.log import Reached, store_log
from vardkase.core.backup.pending import FILE, UNFINISHED, forget, left, open_pending
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.signing import public_text
from vardkase.core.backup.storage import FolderStorage
from vardkase.core.backup.taking import Hub
from vardkase.core.backup.tools import Source
from vardkase.hub.backups.journal import Kind, enter, kept, missing, repeat, send
from vardkase.hub.backups.models import DeletedContent, StoredBackup
from vardkase.hub.backups.queries import remains, remains_until
from vardkase.intel.editing.deletion import delete_attribute, delete_event
from vardkase.intel.models import Attribute, Event

pytestmark = pytest.mark.django_db


def test_deletions_are_repeated(seed: Seed, tmp_path: Path) -> None:
    """Entered with the deletion, taken beside the backups, and carried out again where the rows are back."""
    owner, storage = Identity.generate(), FolderStorage(tmp_path / "store")
    before = timezone.now()
    gone, changed, spilled = (saved(make_event(seed.hub)) for _ in range(3))
    value = saved(make_attribute(changed))
    delete_event(seed.site_admin.actor, gone.pk)
    delete_attribute(seed.site_admin.actor, value.pk, hard=True)
    enter(Kind.SPILL, spilled.uuid, "S-7")
    enter(Kind.RETENTION, number="G-3")
    hub = Hub(
        uuid="a hub", data_dir=tmp_path, files_dir=tmp_path / "files", source=Source({}, tmp_path),
        storage=storage, storage_address="store", recipients=[owner.to_public()],
    )  # fmt: skip
    assert send(hub) == 4
    assert send(hub) == 0
    stored = [path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert not [each for each in stored if str(gone.uuid).encode() in each]
    # As in a database from before: the rows are there again.
    back = saved(make_event(seed.hub, uuid=gone.uuid))
    saved(make_attribute(changed, uuid=value.uuid))
    restore = Restore(storage=storage, identities=[owner], public_key=public_text(hub.key))
    assert repeat(kept(restore, timezone.now())) == (0, [])
    count, to_do = repeat(kept(restore, before))
    assert (count, len(to_do)) == (3, 1)
    assert "G-3" in to_do[0]
    assert not Event.objects.filter(pk__in=[back.pk, spilled.pk]).exists()
    assert not Attribute.objects.filter(uuid=value.uuid).exists()
    assert Event.objects.filter(pk=changed.pk).exists()
    lists_are_counted(hub, restore, before)


def lists_are_counted(hub: Hub, restore: Restore, before: datetime) -> None:
    """A list of the journal that somebody with access to the storage removes or makes keeps the hub closed."""
    reached = Reached(hub=hub.uuid, until=timezone.now(), position="0/1", deletions=hub.state.deletions())
    hub.state.spool.mkdir()
    store_log(hub.storage, hub.state, ["20261130T000000.000000Z"], hub.recipients, hub.key, reached, [])
    assert (missing(restore, before), missing(restore, timezone.now())) == ([], [])
    (made,) = deletion_lists(hub.storage)
    made.sign(Ed25519PrivateKey.generate())
    (name,) = [name for name in hub.storage.names("deletions/") if name.endswith(".json")]
    with hub.storage.create(name) as writer:
        writer.write(msgspec.json.encode(made))
    assert list(kept(restore, before)) == []
    assert len(missing(restore, before)) == 1
    hub.storage.remove(name)
    assert "1" in missing(restore, before)[0]
    assert missing(restore, timezone.now()) == []


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
