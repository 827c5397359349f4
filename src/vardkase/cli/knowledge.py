"""`vardkase knowledge …`."""

from __future__ import annotations

from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsLog, Json, note, result, write_as_log
from vardkase.cli.progress import shown_progress
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

commands = typer.Typer(
    no_args_is_help=True, help="Taxonomies, galaxies, object templates, warninglists, noticelists."
)

Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing when nothing is new.")]


@commands.callback()
def group() -> None:
    """Makes Typer treat this as a command group although it has only one command."""


@commands.command()
def update(data_dir: DataDir = None, quiet: Quiet = False, json: Json = False, as_log: AsLog = False) -> None:
    """Load new versions of the knowledge libraries from the installed packages."""
    if as_log:
        write_as_log()
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.instance.updates import update_with_warninglists

        with shown_progress() as progress:
            loaded = update_with_warninglists(console(), progress)
        updated = {library.name: library.updated for library in loaded}
        if not quiet:
            result(updated, as_json=json)
        elif any(updated.values()):
            note("Knowledge is up to date.")
