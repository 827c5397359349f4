"""`vardkase secrets …`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, choose, opened
from vardkase.cli.output import fail, note
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="The secrets of the hub itself.")


@commands.callback()
def group() -> None:
    """Makes Typer treat this as a command group although it has only one command."""


@commands.command()
def rotate(
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Somebody else may know the key: nothing signed with it counts.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Make a new secret key; what was made under the former ones still works. It holds from the next start on.

    With --leaked everybody signs in again, and links in letters that have been sent stop working.
    """
    if os.environ.get("VARDKASE_SECRET_KEY"):
        kept = "VARDKASE_LEAKED_SECRET_KEYS" if leaked else "VARDKASE_SECRET_KEY_FALLBACKS"
        also = " Move those in VARDKASE_SECRET_KEY_FALLBACKS there too." if leaked else ""
        raise fail(
            f"the key comes from VARDKASE_SECRET_KEY: set a new one there, and add the old one to {kept}.{also}"
        )
    file = choose(data_dir) / "secrets" / "django"
    if not file.exists():
        raise fail("there is no key yet: start the hub once.")
    with opened(data_dir):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.hub.audit_actions.instance import HubAction

        # Recorded first: no key is replaced without a trace.
        change = {"leaked": True} if leaked else {}
        record(
            console(), HubAction.SECRET_KEY_ROTATED, Target("setting", title="VARDKASE_SECRET_KEY"), change
        )
    kept = _rotate(file, leaked=leaked)
    note(f"Restart the hub. Keep secrets/{kept}: secrets in the database are read with it.")
    if leaked:
        note(REPLACE)


REPLACE = (
    "The restart also replaces the audit log's key: keep the new public one outside (`vardkase audit keys`). Whoever "
    "has a copy of the database as well could have read what is in it: replace second factors, the keys of other "
    "servers, and the secrets of feeds, streams and sign-in providers."
)


def _rotate(file: Path, *, leaked: bool) -> str:
    former, known = file.with_name("django.former"), file.with_name("django.leaked")
    keys = [*_keys_in(file), *_keys_in(former)]
    # The former keys first: a power cut between the two leaves nothing unreadable.
    if leaked:  # Whoever knows the key knows those beside it.
        _replace(known, "\n".join([*keys, *_keys_in(known)]))
    else:
        _replace(former, "\n".join(keys))
    _replace(file, secrets.token_urlsafe(48))
    if leaked:
        former.unlink(missing_ok=True)
    return known.name if leaked else former.name


def _keys_in(file: Path) -> list[str]:
    return file.read_text(encoding="ascii").split() if file.exists() else []


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
