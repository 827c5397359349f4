"""`vardkase check`."""

from __future__ import annotations

import json as json_format
from typing import Annotated

import typer
from django.conf import settings
from django.db import DatabaseError

from vardkase.cli.exposed_address import exposed_address
from vardkase.cli.installation import DataDir, choose, configure_django
from vardkase.cli.output import Json
from vardkase.hub.profiles import EVERY, Profile, profile

PROFILES = EVERY


def _print(
    found: list[dict[str, str]], takes_part: str, explanation: str, not_stated: list[str], *, as_json: bool
) -> None:
    if as_json:
        whole = {"problems": found, "takes_part": takes_part, "not_stated": not_stated}
        typer.echo(json_format.dumps(whole, ensure_ascii=False))
        return
    typer.echo(explanation)
    for missing in not_stated:
        typer.echo(f"Not stated: {missing}")
    for problem in found:
        typer.echo(f"{problem['id']}: {problem['message']}")
        if problem["hint"]:
            typer.echo(f"    {problem['hint']}")
    if not found:
        typer.echo("No unsafe setting.")


def _who_takes_part() -> tuple[str, str]:
    from vardkase.hub.membership.members.queries import who_takes_part
    from vardkase.hub.membership.members.rules import WHO_TAKES_PART

    try:
        answer = who_takes_part()
    except DatabaseError:
        return "unknown", "Who takes part is not known: the database does not answer."
    return answer.value, str(WHO_TAKES_PART[answer])


Host = Annotated[str, typer.Option(envvar="VARDKASE_HOST", help="The address that `serve` is to listen on.")]


def _not_stated() -> list[str]:
    """What the hub owner has not specified yet: who decides, where to appeal, how personal data are handled."""
    from django.urls import reverse

    from vardkase.hub.correspondence.letters.wording import missing_for_decisions
    from vardkase.hub.public_pages.queries import unstated

    if profile() is not Profile.HUB:
        return []
    try:
        decisions = [
            f"{name}: no decision can be written. Officers set it on {reverse('settings')}."
            for name in missing_for_decisions()
        ]
        notice = [
            f"/about/personal-data/: {each.in_language('en').title} ({each.name}). Officers write it on "
            f"{reverse('passages')}."
            for each in unstated()
        ]
    except DatabaseError:
        return []
    return decisions + notice


def check(data_dir: DataDir = None, json: Json = False, host: Host = "127.0.0.1") -> None:
    """List unsafe settings by name; exit code 1 if there are any."""
    choose(data_dir)
    configure_django()
    from vardkase.hub.instance.unsafe_settings import unsafe_settings

    found = unsafe_settings()
    if refused := exposed_address(host, settings.TRUSTED_PROXIES):
        found.append({"id": "vardkase.VARDKASE_TRUSTED_PROXIES", "message": refused, "hint": ""})
    _print(found, *_who_takes_part(), _not_stated(), as_json=json)
    if found:
        raise typer.Exit(1)
