"""The command line inside a test's process: built once, as in a real program.

Typer builds all its commands for each call of its test client, and `migrate` reads every migration: together
they take longer than most commands.
"""

from __future__ import annotations

from functools import cache

import typer.testing
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from vardkase.cli import installation


@cache
def _executor() -> MigrationExecutor:
    """The test database is migrated, and stays so."""
    return MigrationExecutor(connection)


def install() -> None:
    """Make all calls of a process share them."""
    typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]
    installation.MigrationExecutor = lambda _connection: _executor()  # type: ignore[assignment, misc]
