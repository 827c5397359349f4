"""Backups on an S3-compatible server, and of an external PostgreSQL over the network."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.folders import temporary_folder
from tests.support.object_storage import BUCKET, object_storage
from tests.support.ports import free_port
from tests.support.processes import without_database_url
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import make_identity
from vardkase.core.backup.storage import storage_of
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.database import binaries, die_with_parent, join_or_start
from vardkase.core.database.accounts import server_account
from vardkase.core.database.cluster import create_cluster, read_postmaster
from vardkase.core.database.layout import Layout

pytestmark = pytest.mark.long


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as found:
        yield found


def vardkase(data: Path, environment: dict[str, str], *arguments: str, fails: bool = False) -> str:
    command = [sys.executable, "-m", "vardkase.cli.main", *arguments, "--data-dir", str(data)]
    done = subprocess.run(
        command, env=without_database_url() | environment, capture_output=True, text=True, check=False
    )
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def test_external_database_backed_up_to_object_storage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TCP with a password: base backups and the log where the account may replicate, else an export."""
    data = folder / "data"
    with external_server(folder / "server") as server, object_storage(folder) as found:
        with server.administered() as connection:
            connection.execute("CREATE ROLE outside LOGIN PASSWORD 'p w'")
            connection.execute("CREATE DATABASE outside OWNER outside")
            connection.execute("CREATE DATABASE again OWNER outside")
        url = f"postgresql://outside:p%20w@127.0.0.1:{server.port}/outside"
        away = found | {"VARDKASE_BACKUP_STORAGE": f"s3://{BUCKET}/hub"}
        there = away | {"DATABASE_URL": url}
        vardkase(data, there, "init", "--no-knowledge")
        public = make_identity(folder / "identity")
        vardkase(data, there, "backup", "recipients", "propose", f"Owner {public}", "--reason", "Test")
        signed_by = vardkase(data, there, "backup", "recipients", "list", "--signing-key").strip()
        exported = json.loads(vardkase(data, there, "backup", "run", "--json"))
        assert (exported["kind"], exported["verified"]) == ("export", True)
        with server.administered("outside") as connection:
            connection.execute("ALTER ROLE outside REPLICATION")
            assert "pg_switch_wal" in vardkase(data, there, "backup", "run", "--full", fails=True)
            connection.execute("GRANT EXECUTE ON FUNCTION pg_switch_wal TO outside")
        whole = json.loads(vardkase(data, there, "backup", "run", "--full", "--json"))
        assert (whole["kind"], whole["verified"]) == ("full", True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE probe AS SELECT 'late' AS word")
        assert json.loads(vardkase(data, there, "backup", "run", "--json"))["kind"] == "incremental"
        identity = ["--identity", str(folder / "identity")]
        assert json.loads(vardkase(data, there, "backup", "verify", *identity, "--json"))["good"] is True
        keys = [*identity, "--signed-by", signed_by]
        # A copy of a cluster becomes a folder; an export goes into an empty database.
        refused = vardkase(folder / "restored", there, "restore", *keys, fails=True)
        assert "DATABASE_URL" in refused
        assert list((folder / "restored").iterdir()) == []
        again = there | {"DATABASE_URL": url.replace(f":{server.port}/outside", f":{server.port}/again")}
        vardkase(folder / "imported", again, "restore", *keys, "--backup", exported["backup"])
        with psycopg.connect(again["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM backup_recipient").fetchone() == (1,)
        # Without the other server: the hub is one with the PostgreSQL that Vårdkase brings.
        vardkase(folder / "copy", away, "restore", *keys)
        with join_or_start(folder / "copy"), owned_by_us(folder / "copy").connect() as connection:
            assert connection.execute("SELECT word FROM probe").fetchone() == ("late",)
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        with pytest.raises(BackupFailed) as failed:
            list(storage_of(away["VARDKASE_BACKUP_STORAGE"]).names())
        assert failed.value.has(BackupProblem.STORAGE_FAILED)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that is not the hub's own, with a socket in `folder` for whoever administers it."""

    folder: Path
    port: int

    def administered(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="vardkase", dbname=database, autocommit=True
        )


def external_server(folder: Path) -> contextlib.AbstractContextManager[Server]:
    folder.mkdir()
    folder.chmod(0o755)
    layout = Layout(folder)
    create_cluster(layout.cluster, binaries.install(layout.binaries), server_account(layout.cluster))
    return server_on(folder)


@contextlib.contextmanager
def server_on(folder: Path) -> Iterator[Server]:
    layout, account = Layout(folder), server_account(Layout(folder).cluster)
    folder.chmod(0o755)
    programs = binaries.install(layout.binaries)
    sockets = folder / "sockets"
    sockets.mkdir()
    rules = layout.cluster / "outside_hba.conf"
    rules.write_text(RULES)
    if account.switch:
        for path in (sockets, rules):
            os.chown(path, account.uid, account.gid)
    port = free_port()
    command: list[str | Path] = [programs / "postgres", "-D", layout.cluster, "-k", sockets, "-p", str(port)]
    for setting in ("listen_addresses=127.0.0.1", f"hba_file={rules}", "summarize_wal=on", "fsync=off"):
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd="/", preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509
            **account.popen_arguments(),
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while (found := read_postmaster(layout.cluster)) is None or found.status != "ready":
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((folder / "log").read_text())
            time.sleep(0.05)
        yield Server(sockets, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


RULES = """
local all all trust
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""
