"""`vardkase check`."""

from __future__ import annotations

import json as json_format

import typer
from django.core import checks

from vardkase.cli.installation import DataDir, choose, configure_django
from vardkase.cli.output import Json


def _print(found: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json_format.dumps({"problems": found}, ensure_ascii=False))
        return
    for problem in found:
        typer.echo(f"{problem['id']}: {problem['message']}")
        if problem["hint"]:
            typer.echo(f"    {problem['hint']}")
    if not found:
        typer.echo("No unsafe setting.")


def check(data_dir: DataDir = None, json: Json = False) -> None:
    """Refuse unsafe settings, by name. Exit code 1 when there is any."""
    choose(data_dir)
    configure_django()
    found = [
        {"id": str(message.id), "message": str(message.msg), "hint": str(message.hint or "")}
        for message in checks.run_checks(include_deployment_checks=True)
        if message.is_serious(checks.WARNING) and not message.is_silenced()
    ]
    _print(found, as_json=json)
    if found:
        raise typer.Exit(1)
