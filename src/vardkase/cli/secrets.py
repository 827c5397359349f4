"""`vardkase secrets …`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

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
def rotate(data_dir: DataDir = None) -> None:
    """Make a new secret key; what was made under the former ones still works. It holds from the next start on."""
    if os.environ.get("VARDKASE_SECRET_KEY"):
        raise fail(
            "the key comes from VARDKASE_SECRET_KEY: set a new one there, and add the old one to "
            "VARDKASE_SECRET_KEY_FALLBACKS."
        )
    file = choose(data_dir) / "secrets" / "django"
    if not file.exists():
        raise fail("there is no key yet: start the hub once.")
    with opened(data_dir):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.hub.audit_actions.instance import HubAction

        # Recorded first: no key is replaced without a trace.
        record(console(), HubAction.SECRET_KEY_ROTATED, Target("setting", title="VARDKASE_SECRET_KEY"))
    _rotate(file)
    note("Restart the hub. Keep secrets/django.former: secrets in the database are read with it.")


def _rotate(file: Path) -> None:
    former = file.with_name("django.former")
    known = former.read_text(encoding="ascii") if former.exists() else ""
    # The former keys first: a power cut between the two leaves nothing unreadable.
    _replace(former, file.read_text(encoding="ascii").strip() + "\n" + known)
    _replace(file, secrets.token_urlsafe(48))


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
