"""`vardkase upgrade`: what a new version would do to the database, and doing it, with a backup first."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli import cluster_upgrade, installation
from vardkase.cli.installation import DataDir
from vardkase.cli.output import Json, fail, note, result
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.core.backup.names import Manifest

PROFILES = EVERY

ROOM = 0.2
"""The part of the database's size that migrations may need besides, for tables and indexes that are rewritten."""


def upgrade(
    data_dir: DataDir = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: say what would be done (exit code 1: not ready).")
    ] = False,
    former_programs: Annotated[
        Path | None,
        typer.Option(help="The folder `bin` of the PostgreSQL that wrote the data.", metavar="FOLDER"),
    ] = None,
    put_back: Annotated[
        bool,
        typer.Option(
            "--put-back",
            help="Undo the last upgrade to another PostgreSQL: what was written since is set aside.",
        ),
    ] = False,
    discard_former: Annotated[
        bool,
        typer.Option("--discard-former", help="Delete the copies that upgrades of PostgreSQL have left."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before --put-back.")] = False,
    json: Json = False,
) -> None:
    """Bring the database to this version, after a backup if recipients are set. Stop `serve` before.

    Data of an older PostgreSQL are copied to the one that this version brings; the former stay until discarded.
    """
    if put_back:
        cluster_upgrade.put_back(data_dir, yes=yes, as_json=json)
        return
    if discard_former:
        cluster_upgrade.discard_former(data_dir, as_json=json)
        return
    if check:
        if not cluster_upgrade.check(data_dir, former_programs, as_json=json):
            _check(data_dir, as_json=json)
        return
    done = cluster_upgrade.carry_out(data_dir, former_programs)
    made: list[Manifest] = []
    applied = 0

    def prepare() -> None:
        nonlocal applied
        applied = migrate_after_backup(made)

    with installation.opened(data_dir, prepare):
        if done:
            cluster_upgrade.record_upgrade(done)
        result({"applied": applied, "backup": made[0].id if made else ""}, as_json=json)


def migrate_after_backup(made: list[Manifest] | None = None) -> int:
    """As `installation.migrate`, with a backup before the first migration of a database that has been in use."""
    taken = made if made is not None else []
    applied = installation.migrate(lambda: taken.extend(_backup()))
    if taken:
        from vardkase.cli.console import console
        from vardkase.hub.backups.services import note_made

        note_made(console(), taken[0])
    return applied


def _backup() -> list[Manifest]:
    """By the tables of the former version: nothing is asked of models."""
    from django.conf import settings

    from vardkase.core.backup.problems import BackupFailed
    from vardkase.core.backup.taking import take
    from vardkase.hub.backups.services import hub

    keys = _recipients()
    if not settings.BACKUP_STORAGE or not keys:
        note(
            "The database is migrated without a backup before: no place or no recipients for backups are set."
        )
        return []
    note("A backup is made before the database is migrated.")
    try:
        return [take(hub(keys=keys))]
    except BackupFailed as error:
        raise fail(
            f"the backup before the upgrade failed, and nothing was changed: {error} Without one: vardkase migrate."
        ) from None


def _recipients() -> list[str]:
    from vardkase.core.sql import cursor

    if not cursor().execute("SELECT to_regclass('public.backup_recipient') IS NOT NULL").fetchall()[0][0]:
        return []
    return [key for (key,) in cursor().execute("SELECT key FROM public.backup_recipient").fetchall()]


def _check(data_dir: Path | None, *, as_json: bool) -> None:
    with installation.opened(data_dir, installation.configure_django) as chosen:
        from django.conf import settings
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        import vardkase
        from vardkase.core.backup.catalogue import manifests
        from vardkase.core.backup.storage import storage_of
        from vardkase.core.sql import cursor

        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        size = int(cursor().execute("SELECT pg_database_size(current_database())").fetchall()[0][0])
        free = shutil.disk_usage(chosen).free
        backs_up = bool(settings.BACKUP_STORAGE and _recipients())
        last = manifests(storage_of(settings.BACKUP_STORAGE)) if settings.BACKUP_STORAGE else []
        found: dict[str, Any] = {
            "version": vardkase.__version__,
            "written by": last[-1].vardkase if last else "",
            "postgresql": int(cursor().execute("SHOW server_version_num").fetchall()[0][0]) // 10_000,
            "pending migrations": [str(migration) for migration, _backwards in pending],
            "database bytes": size,
            "disk free bytes": free,
            "last backup": last[-1].ended.isoformat(timespec="seconds") if last else "",
            "backup first": backs_up and bool(pending),
        }
        result(found, as_json=as_json)
    if free < size * ROOM:
        raise fail("the disk may be too full to migrate: a fifth of the database's size should be free.")
    if pending and not (backs_up or last):
        note("There is no backup. Without one there is no way back to the former version.")
