"""`vardkase remove`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardkase.cli.output import fail, note
from vardkase.cli.provisioning import claim
from vardkase.core.database import uses_external_database
from vardkase.core.database.removal import NotRemovable, belongings_of
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

Doomed = Annotated[
    Path,
    typer.Option("--data-dir", help="The data directory to remove. It has no default.", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def remove(data_dir: Doomed, yes: Yes = False) -> None:
    """Remove a hub for good: database, files and secrets of one data directory, wherever they are kept."""
    # Neither resolved nor created: what was named is what is looked at.
    folder = data_dir.expanduser().absolute()
    try:
        belongings = belongings_of(folder)
    except NotRemovable as refused:
        raise fail(str(refused)) from None
    note("This is removed, and cannot be brought back:")
    for each in belongings.folders:
        note(f"  {each}")
    if uses_external_database():
        note("The database that DATABASE_URL names is left as it is.")
    if not yes and not typer.confirm("Remove them?", err=True):
        raise fail("nothing was removed.")
    with claim(folder, "(being removed)") as holder:
        if holder is not None:
            raise fail(f"Vårdkase runs on {folder}: {holder}. Stop it first.")
        try:
            # Looked at again: it may have been started while the question was open.
            belongings_of(folder).remove()
        except NotRemovable as refused:
            raise fail(str(refused)) from None
        except OSError as error:
            raise fail(
                f"{error.filename} cannot be removed: {error.strerror}. Run the command again."
            ) from None
    note("Removed.")
