"""`vardkase sealed-link …`: an officer's key, opening a released file on the officer's own machine, and what is left.

`key` and `open` need neither a hub nor a network. Whoever prefers other programs uses `age-keygen` and `age -d`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, note, result
from vardkase.hub.profiles import Profile

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Sealed links of what was published anonymously.")


@commands.command("key")
def make_key(
    file: Annotated[Path, typer.Argument(help="The file for the private key.", metavar="FILE")],
) -> None:
    """Make an officer's key on the officer's own machine, and print its public key and fingerprint.

    The private key stays in FILE. Register the public key on the page Sealed links.
    """
    from vardkase.core.backup.sealing import write_identity
    from vardkase.hub.sealed_links.container import fingerprint_of, grouped

    try:
        public = write_identity(file)
    except FileExistsError:
        raise fail(f"{file} exists already, and a key is never overwritten. Choose another name.") from None
    except FileNotFoundError:
        raise fail(f"There is no folder {file.parent}.") from None
    except OSError as error:
        raise fail(f"{error.filename}: {error.strerror}") from None
    typer.echo(public)
    note(f"Fingerprint: {grouped(fingerprint_of(public))}")


@commands.command("open")
def open_file(
    file: Annotated[Path, typer.Argument(help="The file that was released, or handed over.", metavar="FILE")],
    key: Annotated[Path, typer.Option("--key", help="The file with your private key.", metavar="FILE")],
    target: Annotated[
        Path | None,
        typer.Option("--to", help="Where what is to be handed over is written.", metavar="FILE"),
    ] = None,
) -> None:
    """Decrypt your layer of a released file, offline.

    The officer whose layer is the outer one gets a file to hand over; the other one reads who published.
    """
    from vardkase.hub.sealed_links.own_machine import CannotOpen, is_nested, open_layer, readable

    try:
        plain = open_layer(file, key)
        if not is_nested(plain):
            typer.echo(readable(plain))
            return
        handed = target or file.with_name(f"{file.stem}-inner.age")
        with handed.open("xb") as written:
            written.write(plain)
    except CannotOpen as error:
        raise fail(str(error)) from None
    except FileExistsError as error:
        raise fail(f"{error.filename} exists already. Choose another name with --to.") from None
    except OSError as error:
        raise fail(f"{error.filename}: {error.strerror}") from None
    note(f"Your layer is open. Hand {handed} over to the other officer, who can read it; nobody else can.")


@commands.command("challenge")
def answer_challenge(
    file: Annotated[Path, typer.Argument(help="The file that the page of your key shows.", metavar="FILE")],
    key: Annotated[Path, typer.Option("--key", help="The file with your private key.", metavar="FILE")],
) -> None:
    """Print the code in the file by which the hub checks that you hold the private key, offline."""
    from vardkase.hub.sealed_links.own_machine import CannotOpen, open_layer

    try:
        typer.echo(open_layer(file, key).decode("ascii", "replace").strip())
    except CannotOpen as error:
        raise fail(str(error)) from None


@commands.command("status")
def show_status(data_dir: DataDir = None, json: Json = False) -> None:
    """Show how many officers have a valid key, and how many links the remaining keys open."""
    with opened(data_dir):
        from vardkase.hub.sealed_links.queries import status

        now = status()
        shown = {
            "officers with a valid key": now.valid,
            "valid for another month": now.lasting,
            "links": now.links,
            "can be opened": now.openable,
            "with only two keys left": now.frail,
            "can never be opened": now.unopenable,
        }
        result(
            {name.replace(" ", "_"): count for name, count in shown.items()} if json else shown, as_json=json
        )
