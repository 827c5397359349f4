"""The command line in a test's own process: built once, where a program builds it once in its life.

Typer makes all its commands anew for each call of its test client, and `migrate` reads every migration: together
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
    """The database of a test is migrated, and stays so."""
    return MigrationExecutor(connection)


def install() -> None:
    """Let all calls of a process share them."""
    typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]
    installation.MigrationExecutor = lambda _connection: _executor()  # type: ignore[assignment, misc]
