"""A hub whose data an older PostgreSQL wrote: upgraded with its real programs, compared, and put back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import temporary_folder
from tests.support.processes import without_database_url
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.database import EmbeddedPostgres, binaries, cluster
from vardkase.core.database.accounts import server_account
from vardkase.core.database.layout import ROLE, Layout, close_to_others

FORMER = next(iter(sorted(Path("/usr/lib/postgresql").glob("1[67]/bin"), reverse=True)), None)
"""Debian's (`make tools-long`)."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as found:
        yield found


def vardkase(data: Path, *arguments: str, fails: bool = False) -> str:
    command = [sys.executable, "-m", "vardkase.cli.main", *arguments, "--data-dir", str(data)]
    done = subprocess.run(command, env=without_database_url(), capture_output=True, text=True, check=False)
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def make_former_cluster(data: Path, programs: Path) -> None:
    """As an earlier Vårdkase would have left it, with the programs of an older PostgreSQL."""
    layout, account = Layout(data), server_account(Layout(data).cluster)
    close_to_others(data, account)
    made = layout.home / "database"
    made.mkdir(mode=0o700)
    if account.switch:
        shutil.chown(made, account.uid, account.gid)
    command = [programs / "initdb", "-D", made, "-U", ROLE, "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [*command, "--data-checksums"], check=True, capture_output=True, env=cluster.environment(made), cwd="/",
        **account.popen_arguments(),
    )  # fmt: skip
    cluster.configure(made, account, durable=True)
    settings = "listen_addresses = ''\nmax_wal_size = '1GB'\nfsync = off\n"
    (made / "vardkase.conf").write_text(settings)


@pytest.mark.long
@pytest.mark.skipif(FORMER is None, reason="needs Debian's postgresql-17")
def test_cluster_of_an_older_postgresql(folder: Path) -> None:
    assert FORMER
    data, version = folder / "data", int(FORMER.parent.name)
    make_former_cluster(data, FORMER)
    with_former(
        data, "CREATE TABLE probe AS SELECT n, 'värde ' || n AS word FROM generate_series(1, 50000) n"
    )
    # A hub in it: the command joins the server that runs.
    server = EmbeddedPostgres(data, programs=FORMER).start()
    try:
        vardkase(data, "init", "--no-knowledge")
    finally:
        server.stop()
    # Debian's server marks columns by an option of its own, which those of an earlier Vårdkase do not have.
    with_former(data, "UPDATE pg_attribute SET attoptions = NULL WHERE attoptions[1] LIKE 'pg\\_attver=%'")
    assert "vardkase upgrade" in vardkase(data, "migrate", fails=True)
    shown = json.loads(vardkase(data, "upgrade", "--check", "--json"))
    assert (shown["postgresql"], shown["former programs"]) == (version, str(FORMER))
    wrong = ["--former-programs", str(binaries.package_folder() / "pginstall" / "bin")]
    assert str(version) in vardkase(data, "upgrade", *wrong, fails=True)
    assert with_former(data, "SELECT count(*) FROM probe") == 50_000, "a failed upgrade changes nothing"

    applied = json.loads(vardkase(data, "upgrade", "--json"))["applied"]
    assert applied == 0
    server = EmbeddedPostgres(data).start()
    try:
        with owned_by_us(data).connect() as connection:
            assert connection.info.server_version // 10_000 > version
            assert connection.execute("SELECT count(DISTINCT word) FROM probe").fetchone() == (50_000,)
            connection.execute("UPDATE auth_key SET read_only = true")
    finally:
        server.stop()

    said = json.loads(vardkase(data, "upgrade", "--put-back", "--yes", "--json"))
    assert (said["postgresql"], said["entries set aside"] > 0) == (version, True)
    assert "withdrawn and deleted again when the hub is opened" in vardkase(data, "restored")
    assert "entries of the audit log" in vardkase(data, "serve", fails=True)
    assert with_former(data, "SELECT count(*) FROM probe") == 50_000
    assert with_former(data, "SELECT bool_or(read_only) FROM auth_key") is False
    server = EmbeddedPostgres(data, programs=FORMER).start()
    try:
        assert "keys 1" in vardkase(data, "restored", "--open", "--reason", "A test")
        vardkase(data, "upgrade", "--discard-former")
    finally:
        server.stop()
    assert with_former(data, "SELECT bool_and(read_only) FROM auth_key") is True
    logged = (
        "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE action LIKE 'backup.%cluster%'"
    )
    assert with_former(data, logged) == "backup.cluster_put_back backup.former_cluster_discarded"
    assert list(data.glob("database.*")) == []
    assert "no data of a former" in vardkase(data, "upgrade", "--discard-former", fails=True)


def with_former(data: Path, statement: str) -> object:
    server = EmbeddedPostgres(data, programs=FORMER).start()
    try:
        with owned_by_us(data).connect() as connection:
            found = connection.execute(statement)
            row = found.fetchone() if found.description else None
            return row[0] if row else None
    finally:
        server.stop()
