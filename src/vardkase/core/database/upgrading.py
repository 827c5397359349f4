"""Upgrades the embedded server's cluster to a newer major version, with PostgreSQL's own pg_upgrade.

The files are copied, so the former cluster stays as it was: beside the new one as `database.VERSION`, until it is
discarded. The programs of the former version are those that the data directory still has, or Debian's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vardkase.core.database import binaries, cluster
from vardkase.core.database.accounts import ServerAccount, server_account
from vardkase.core.database.cluster import read_postmaster, version_of
from vardkase.core.database.layout import ROLE, Layout, socket_folder
from vardkase.core.database.processes import die_with_parent
from vardkase.core.database.server import EmbeddedPostgres
from vardkase.core.database.unavailable import DatabaseUnavailable

type Compare = Callable[[EmbeddedPostgres], object]
"""What is in the cluster of a running server; equal before and after."""

UPGRADED = "database.upgraded"
ROOM = 1.2
"""Free space that is needed, as a part of the cluster's size."""


@dataclass(frozen=True)
class MajorUpgrade:
    """What is due: from the version of the data to that of the programs. `programs`: of the former version."""

    layout: Layout
    former: int
    brought: int
    programs: Path | None
    size: int
    free: int

    @property
    def kept(self) -> Path:
        return kept_cluster(self.layout, self.former)


def kept_cluster(layout: Layout, version: int) -> Path:
    return layout.home / f"database.{version}"


def due(data_dir: Path, programs: Path | None = None) -> MajorUpgrade | None:
    """None if there is nothing to upgrade. `programs`: where those of the former version are."""
    layout = Layout(data_dir.absolute())
    if not (layout.cluster / "PG_VERSION").exists():
        return None
    former, brought = (
        version_of(layout.cluster),
        binaries.major_version(binaries.package_folder() / "pginstall/bin"),
    )
    if former >= brought:
        return None
    size = sum(path.stat().st_size for path in layout.cluster.rglob("*") if path.is_file())
    found = programs or binaries.programs_of(former, layout.binaries)
    return MajorUpgrade(layout, former, brought, found, size, shutil.disk_usage(layout.home).free)


def require_ready(upgrade: MajorUpgrade) -> Path:
    """The programs of the former version. Raises DatabaseUnavailable if the upgrade cannot begin."""
    postmaster = read_postmaster(upgrade.layout.cluster)
    if postmaster and EmbeddedPostgres(upgrade.layout.data_dir).alive():
        raise DatabaseUnavailable(f"The database is in use (process {postmaster.pid}): stop Vårdkase first.")
    if upgrade.programs is None:
        raise DatabaseUnavailable(
            f"The programs of PostgreSQL {upgrade.former} are needed to upgrade its data: install Debian's "
            f"postgresql-{upgrade.former}, or name their folder with --former-programs."
        )
    if binaries.major_version(upgrade.programs) != upgrade.former:
        raise DatabaseUnavailable(f"{upgrade.programs} does not hold PostgreSQL {upgrade.former}.")
    if upgrade.free < upgrade.size * ROOM:
        raise DatabaseUnavailable(
            f"The disk is too full: the data are copied, which needs {int(upgrade.size * ROOM) >> 20} MB, and "
            f"{upgrade.free >> 20} MB are free."
        )
    if upgrade.kept.exists():
        raise DatabaseUnavailable(f"{upgrade.kept} is there already; move it away.")
    return upgrade.programs


def upgrade_cluster(
    upgrade: MajorUpgrade, compare: Compare, announce: Callable[[str], None] = lambda _message: None
) -> None:
    """Raises DatabaseUnavailable; the cluster is then the former one, unchanged."""
    former, layout = require_ready(upgrade), upgrade.layout
    account = server_account(layout.cluster)
    programs = binaries.install(layout.binaries)
    announce(f"The data of PostgreSQL {upgrade.former} are counted.")
    # It also replays what a crash left, and leaves the files as after an orderly end.
    before = _looked_at(EmbeddedPostgres(layout.data_dir, announce=announce, programs=former), compare)
    target = layout.home / UPGRADED
    shutil.rmtree(target, ignore_errors=True)
    try:
        cluster.create_cluster(target, programs, account)
        cluster.configure(target, account, durable=True)
        announce(f"They are copied to PostgreSQL {upgrade.brought}.")
        _pg_upgrade(upgrade, former, programs, target, account)
        layout.cluster.rename(upgrade.kept)
        try:
            target.rename(layout.cluster)
            announce("The copy is started and compared.")
            after = _looked_at(EmbeddedPostgres(layout.data_dir, announce=announce), compare)
            if before != after:
                raise DatabaseUnavailable("The upgraded data differ from the former: nothing was changed.")
        except BaseException:
            shutil.rmtree(layout.cluster, ignore_errors=True)
            upgrade.kept.rename(layout.cluster)
            raise
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _looked_at(server: EmbeddedPostgres, compare: Compare) -> object:
    server.start()
    try:
        return compare(server)
    finally:
        server.stop()


def _pg_upgrade(
    upgrade: MajorUpgrade, former: Path, programs: Path, target: Path, account: ServerAccount
) -> None:
    sockets = socket_folder(upgrade.layout, account)
    work = upgrade.layout.home / "upgrade"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    if account.switch:
        os.chown(work, account.uid, account.gid)
    command: list[str | Path] = [programs / "pg_upgrade", "-b", former, "-B", programs]
    command += ["-d", upgrade.layout.cluster, "-D", target, "-U", ROLE, "--socketdir", sockets]
    command += ["--jobs", str(min(8, os.cpu_count() or 1))]
    try:
        done = subprocess.run(
            command, env=cluster.environment(work), cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            preexec_fn=die_with_parent(signal.SIGTERM), **account.popen_arguments(),
        )  # fmt: skip
    finally:
        shutil.rmtree(work, ignore_errors=True)
        sockets.rmdir()
    if done.returncode:
        said = " ".join(done.stdout.split())[-300:]
        faults = " ".join(_faults(target / "pg_upgrade_output.d"))[:900]
        raise DatabaseUnavailable(f"pg_upgrade failed, and nothing was changed: {faults or said}")


def _faults(folder: Path) -> Iterator[str]:
    # What pg_upgrade refers to, in files that are removed with the unfinished copy.
    for path in sorted(folder.rglob("*.log")) + sorted(folder.rglob("*.txt")):
        for line in path.read_text(errors="replace").splitlines():
            if "error:" in line.lower() or "fatal:" in line.lower() or path.suffix == ".txt":
                yield line.strip()


def kept_versions(data_dir: Path) -> list[int]:
    home = Layout(data_dir.absolute()).home
    found = (path.name.removeprefix("database.") for path in home.glob("database.*") if path.is_dir())
    return sorted((int(name) for name in found if name.isdecimal()), reverse=True)


def copied_at(data_dir: Path, version: int) -> datetime:
    """When the former server was stopped for good: its data are as they were then."""
    control = kept_cluster(Layout(data_dir.absolute()), version) / "global" / "pg_control"
    return datetime.fromtimestamp(control.stat().st_mtime, UTC)


def put_back(data_dir: Path, version: int) -> Path:
    """Make the former cluster the current one again; returns where the upgraded one is now.

    Raises DatabaseUnavailable while a server runs.
    """
    layout = Layout(data_dir.absolute())
    if EmbeddedPostgres(layout.data_dir).alive():
        raise DatabaseUnavailable("The database is in use: stop Vårdkase first.")
    aside = kept_cluster(layout, version_of(layout.cluster))
    layout.cluster.rename(aside)
    kept_cluster(layout, version).rename(layout.cluster)
    return aside


def discard(data_dir: Path, version: int) -> None:
    layout = Layout(data_dir.absolute())
    shutil.rmtree(kept_cluster(layout, version))
    binaries.forget_other_versions(layout.binaries)
