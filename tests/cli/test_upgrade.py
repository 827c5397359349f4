"""A hub of an older version is backed up before it is migrated, and `upgrade --check` says what would be done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared
from tests.support.processes import without_database_url
from vardkase.core.backup.sealing import make_identity
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.database import EmbeddedPostgres

pytestmark = pytest.mark.long


def vardkase(data: Path, *arguments: str, fails: bool = False) -> str:
    environment = without_database_url() | {"VARDKASE_BACKUP_STORAGE": str(data.parent / "store")}
    command = [sys.executable, "-m", "vardkase.cli.main", *arguments, "--data-dir", str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def make_older(data: Path) -> None:
    """Leave the folder as one where a migration was never applied, one that can be applied twice."""
    with owned_by_us(data).connect() as connection:
        connection.execute("DELETE FROM django_migrations WHERE (app, name) = ('move_in', '0003_schema')")


def test_older_hub_is_backed_up_before_it_is_migrated() -> None:
    with temporary_folder() as folder:
        data = folder / "data"
        data.mkdir()
        copy_prepared(data)
        vardkase(data, "init", "--no-knowledge")
        public = make_identity(folder / "identity")
        vardkase(data, "backup", "recipients", "propose", f"Owner {public}", "--reason", "Test")
        signed_by = vardkase(data, "backup", "recipients", "list", "--signing-key").strip()
        server = EmbeddedPostgres(data).start()
        try:
            make_older(data)
            said = json.loads(vardkase(data, "upgrade", "--check", "--json"))
            assert said["pending migrations"] == ["move_in.0003_schema"]
            assert (said["backup first"], said["last backup"]) == (True, "")
            done = json.loads(vardkase(data, "upgrade", "--json"))
            assert (done["applied"], bool(done["backup"])) == (1, True)
            said = json.loads(vardkase(data, "upgrade", "--check", "--json"))
            assert (said["pending migrations"], said["backup first"]) == ([], False)
            (listed,) = json.loads(vardkase(data, "backup", "list", "--json"))
            assert listed["backup"] == done["backup"]
            # Where the backup fails, nothing is migrated.
            make_older(data)
            (folder / "store").rename(folder / "away")
            (folder / "store").write_text("not a folder")
            assert "backup before the upgrade failed" in vardkase(data, "upgrade", fails=True)
            (folder / "store").unlink()
            (folder / "away").rename(folder / "store")
            assert len(json.loads(vardkase(data, "upgrade", "--check", "--json"))["pending migrations"]) == 1
        finally:
            server.stop()
        # The way back: what was there before, with the schema of then.
        keys = ["--identity", str(folder / "identity"), "--signed-by", signed_by]
        vardkase(folder / "former", "restore", *keys, "--backup", done["backup"])
        assert (
            json.loads(vardkase(folder / "former", "upgrade", "--check", "--json"))["pending migrations"]
            == []
        )
