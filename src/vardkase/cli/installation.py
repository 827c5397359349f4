"""Opens an installation: starts its database, checks its schema version, configures Django."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import django
import typer
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from vardkase.audit.tables import APPEND_ONLY, FUNCTIONS
from vardkase.cli.former_history import replace_former_history
from vardkase.cli.output import note
from vardkase.core.database import data_directory, join_or_start, uses_external_database
from vardkase.core.database.accounts import server_account
from vardkase.core.database.layout import Layout, close_to_others
from vardkase.core.database.roles import as_owner, grant_to_hub

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="VARDKASE_DATA_DIR",
        help="Where database, files and secrets are kept. Default: .data in the project.",
        show_default=False,
    ),
]

# Any fixed number: two processes that migrate one external database take turns by it.
MIGRATION_LOCK = 0x5641_5244


def choose(data_dir: Path | None) -> Path:
    """Use `data_dir` (or the default) for this process and its children, and return it."""
    if data_dir is not None:
        os.environ["VARDKASE_DATA_DIR"] = str(data_dir.expanduser().absolute())
    chosen = data_directory()
    os.environ["VARDKASE_DATA_DIR"] = str(chosen)
    # For this user alone: secrets and the database are in it.
    chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    return chosen


def configure_django() -> None:
    """Load settings and models. The database must be running: settings ask for its address.

    The console speaks English, error messages included, whatever language the pages use.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vardkase.config.settings")
    gc.disable()  # What is loaded stays: looking for garbage among it takes an eighth of the start.
    django.setup()
    gc.enable()
    translation.activate("en")


def terminal_language() -> str:
    """The language of the person at the terminal, if it is one of the hub’s: for what tells of the hub."""
    named = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "sv" if named.lower().startswith("sv") else "en"


def migrate(before: Callable[[], object] = lambda: None) -> int:
    """Migrate the schema; returns the number of applied migrations (0 is fast).

    `before` is called first if a database that has been in use is migrated; if it raises, nothing is changed.
    """
    configure_django()
    with as_owner() as hub_role, connection.cursor() as cursor:
        # A lock of the session, not of a transaction: the migrations have transactions of their own.
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            executor = MigrationExecutor(connection)
            if executor.loader.applied_migrations and _plan(executor):
                before()
            if replace_former_history(connection):
                executor = MigrationExecutor(connection)
            plan = _plan(executor)
            if plan:
                call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            if hub_role:
                grant_to_hub(hub_role, APPEND_ONLY, FUNCTIONS)
                share_secret()
            replace_leaked_key()
            return len(plan)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def share_secret() -> None:
    from vardkase.audit.chain.guard import provide_secret  # Models are ready only now.

    provide_secret()


def replace_leaked_key() -> None:
    from vardkase.audit.chain.rotation import key_is_leaked, rotate_key  # As above.
    from vardkase.cli.console import console

    if key_is_leaked():
        rotate_key(console())


def _plan(executor: MigrationExecutor) -> list[tuple[Migration, bool]]:
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextlib.contextmanager
def opened(data_dir: Path | None, prepare: Callable[[], object] = migrate) -> Iterator[Path]:
    """Keep the installation ready for the duration of a block."""
    chosen = choose(data_dir)
    if uses_external_database():
        cluster = Layout(chosen).cluster  # An embedded server may run there all the same.
        close_to_others(chosen, server_account(cluster) if cluster.exists() else None)
        prepare()
        yield chosen
        return
    with join_or_start(chosen, prepare=prepare, announce=note):
        try:
            yield chosen
        finally:
            connection.close()
