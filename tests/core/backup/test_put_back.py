"""Going back to the data from before an upgrade of PostgreSQL closes the hub, as a restore does."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.cli import cluster_upgrade, restore
from vardkase.core.backup import pending
from vardkase.core.database import DatabaseUnavailable
from vardkase.hub.backups import set_back
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.intel.editing.deletion import delete_event
from vardkase.intel.models import Event

pytestmark = pytest.mark.django_db


def two_clusters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_upgrade, "uses_external_database", lambda: False)
    for name, version in (("database", "18"), ("database.17", "17")):
        (folder / name / "global").mkdir(parents=True)
        (folder / name / "PG_VERSION").write_text(version)
        (folder / name / "global" / "pg_control").touch()


def test_data_that_cannot_be_read_are_set_aside_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_clusters(tmp_path, monkeypatch)
    # The command sets it for its children: it is not for those of later tests.
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path))

    def broken(*_arguments: object) -> Any:
        raise DatabaseUnavailable("It does not start.")

    monkeypatch.setattr(cluster_upgrade, "opened", broken)
    monkeypatch.setattr(typer, "confirm", lambda *_words, **_options: False)
    with pytest.raises(typer.Exit):
        cluster_upgrade.put_back(tmp_path, yes=False, as_json=True)
    assert (tmp_path / "database" / "PG_VERSION").read_text() == "18"
    cluster_upgrade.put_back(tmp_path, yes=True, as_json=True)
    assert (tmp_path / "database" / "PG_VERSION").read_text() == "17"
    said = pending.left(tmp_path) or []
    assert (len(said), str(tmp_path / "database.18") in said[0]) == (1, True)
    assert "could not be read" in said[0]


def test_what_was_withdrawn_and_deleted_since_is_repeated(seed: Seed, tmp_path: Path) -> None:
    event, since = make_event(seed.org_a), timezone.now()
    event.save()
    Session.objects.create(
        session_key="former", session_data="x", expire_date=timezone.now() + timedelta(days=1)
    )
    copy = transaction.savepoint_create()
    AuthKey.objects.filter(user=seed.analyst.user).delete()
    User.objects.filter(pk=seed.reader.user.pk).update(disabled=True)
    role = Role.objects.create(name="Made since", perm_add=True)
    User.objects.filter(pk=seed.site_admin.user.pk).update(role=role)
    delete_event(seed.analyst.actor, event.pk)
    made = set_back.taken_note(since)
    assert (made.entries, len(made.deletions)) == (AuditEntry.objects.filter(created__gt=since).count(), 1)
    transaction.savepoint_rollback(copy)
    assert Event.objects.filter(pk=event.pk).exists()

    set_back.keep(tmp_path, made)
    assert (tmp_path / "backup" / set_back.FILE).stat().st_mode & 0o077 == 0
    pending.close(tmp_path, "put back")
    # What cannot be repeated keeps the hub closed, and is said once.
    with pytest.raises(typer.Exit):
        restore.repeat_since_upgrade(tmp_path)
    (left,) = pending.left(tmp_path) or []
    assert str(seed.site_admin.user.pk) in left
    assert not Event.objects.filter(pk=event.pk).exists()
    assert not AuthKey.objects.filter(user=seed.analyst.user).exists()
    assert User.objects.get(pk=seed.reader.user.pk).disabled
    assert User.objects.get(pk=seed.site_admin.user.pk).disabled, "no role here allows as little"
    assert not Session.objects.exists()
    entry = AuditEntry.objects.get(action="backup.cluster_put_back")
    assert (entry.change["entries"], entry.change["digest"]) == (made.entries, made.digest)
    restore.repeat_since_upgrade(tmp_path)
    assert AuditEntry.objects.filter(action="backup.cluster_put_back").count() == 1
    assert json.loads((tmp_path / pending.FILE).read_text()) == [left]
