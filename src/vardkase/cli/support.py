"""`vardkase support`: customer service from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, fail, rows

commands = typer.Typer(no_args_is_help=True, help="Customer service.")

Mail = Annotated[Path, typer.Argument(help="A mail as a file (.eml).", metavar="FILE")]
Kind = Annotated[str, typer.Option("--kind", help="connection, access, content, legal or fault.")]


@commands.command("import-mail")
def import_mail(
    file: Mail, kind: Kind = "access", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Register a mail as a request, or as one more message in the request that its subject names."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}") from error
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service.incoming_mail import register_mail

        made = register_mail(acting(user), raw, kind)
        rows([{"request": made.pk, "kind": made.kind, "from": made.asker_email}], as_json=json)
