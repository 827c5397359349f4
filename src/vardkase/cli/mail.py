"""`vardkase mail …`."""

from __future__ import annotations

from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import note
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="The hub's e-mail.")

Address = Annotated[str, typer.Argument(help="Who gets the message.", metavar="EMAIL")]


@commands.callback()
def group() -> None:
    """Makes Typer treat this as a command group although it has only one command."""


@commands.command("test")
def send_test(email: Address, data_dir: DataDir = None) -> None:
    """Send a message at once, past the queue, and say what the mail server answers."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.instance.mail_server_check import send_trial_mail

        send_trial_mail(console(), email)
    note(f"The mail server has taken a message to {email}.")
