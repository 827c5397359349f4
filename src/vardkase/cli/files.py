"""`vardkase files …`: where attachments are kept, and moving them to another place."""

from __future__ import annotations

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, note, result
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="Attachments and other stored files.")

OTHER_PLACE = (
    "The hub was started with its files kept in {hub}; the settings of this command say {here}. "
    "Set VARDKASE_FILES for the hub as here, restart it, and run the command again."
)
EACH = 1_000
"""Files between two lines about the progress."""


@commands.command()
def status(data_dir: DataDir = None, json: Json = False) -> None:
    """Say where files are kept, whether that works, and how many are still in their former place."""
    with opened(data_dir):
        from vardkase.core import files
        from vardkase.core.files.in_use import other_place

        try:
            files.check()
            count, size = files.waiting()
        except OSError as error:
            raise fail(f"{files.place()}: {error.strerror or error}") from None
        result({"kept in": files.place(), "to be moved": count, "bytes to be moved": size}, as_json=json)
        if other := other_place():
            note(OTHER_PLACE.format(hub=other, here=files.place()), "WARNING")


@commands.command()
def move(data_dir: DataDir = None, json: Json = False) -> None:
    """Move all files to where VARDKASE_FILES says. It may be interrupted: run it again, and it goes on.

    Restart every machine of the hub with the new setting first. People and clients go on reading meanwhile.
    """
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.core import files
        from vardkase.core.files.in_use import other_place
        from vardkase.intel.moving_stored_files import move_files

        def tell(count: int, size: int) -> None:
            if count % EACH == 0:
                note(f"{count:,} files, {size:,} bytes")

        if other := other_place():
            raise fail(OTHER_PLACE.format(hub=other, here=files.place()))
        try:
            count, size = move_files(console(), (lambda _count, _size: None) if json else tell)
        except OSError as error:
            raise fail(f"{error.strerror or error} Run the command again when that is repaired.") from None
        result({"moved": count, "bytes": size}, as_json=json)
