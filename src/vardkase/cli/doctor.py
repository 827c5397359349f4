"""`vardkase doctor`."""

from __future__ import annotations

import json as json_format
from dataclasses import dataclass

import typer
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext

from vardkase.cli.installation import DataDir, choose, configure_django, terminal_language
from vardkase.cli.output import Json
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

MARKS = {"ok": "  ", "warn": "! ", "bad": "!!"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the hub, with `state` ok, warn or bad, and what to do unless it is in order."""

    name: str
    state: str
    title: str
    said: str
    advice: str


def doctor(data_dir: DataDir = None, json: Json = False) -> None:
    """Examine the hub, and say what is wrong and what to do; exit code 1 if something has to be done now.

    Unlike other commands it starts nothing: it also tells why a hub does not run.
    """
    choose(data_dir)
    configure_django()
    with translation.override("en" if json else terminal_language()):
        found = _examined()
        is_bad = any(finding.state == "bad" for finding in found)
        if json:
            findings = [
                {name: getattr(finding, name) for name in ("name", "state", "title", "said", "advice")}
                for finding in found
            ]
            typer.echo(json_format.dumps({"healthy": not is_bad, "findings": findings}, ensure_ascii=False))
        else:
            _print(found)
    if is_bad:
        raise typer.Exit(1)


def _print(found: list[Finding]) -> None:
    for finding in found:
        typer.echo(f"{MARKS[finding.state]} {finding.title}: {finding.said}")
        if finding.advice:
            typer.echo(f"     {finding.advice}")


def _examined() -> list[Finding]:
    """The checks of the page of diagnostics, worst first; without a database, what can be told all the same."""
    from vardkase.cli.console import console
    from vardkase.hub.instance import health
    from vardkase.hub.instance.findings import worded

    try:
        checks = health.checks(console())
    except DatabaseError:
        return _without_database()
    found = []
    for check in sorted(checks, key=lambda check: list(MARKS)[::-1].index(check.state.value)):
        words = worded(check)
        details = [f"{each['id']}: {each['message']} {each['hint']}" for each in check.facts.get("found", [])]
        advice = " ".join([words.advice, *details]).strip()
        found.append(Finding(check.name, check.state.value, words.title, words.said, advice))
    return found


def _without_database() -> list[Finding]:
    from vardkase.hub.instance.readiness import OK, readiness

    parts = readiness()
    found = []
    if parts["database"] != OK:
        advice = gettext(
            "Start the hub with vardkase serve. If that fails, read postgres.log in the data folder, or check that the "
            "server of DATABASE_URL runs and accepts the account."
        )
        said = gettext("The database does not answer.")
        found.append(Finding("database", "bad", gettext("Database"), said, advice))
    else:
        advice = gettext("Run vardkase migrate, or start the hub with this version once.")
        said = gettext("The tables are not those that this version expects.")
        found.append(Finding("schema", "bad", gettext("Tables of the database"), said, advice))
    if parts["storage"] != OK:
        said = gettext("No file can be written to the data folder.")
        advice = gettext("Check that its disk has room and is writable for the account of the hub.")
        found.append(Finding("storage", "bad", gettext("Disk"), said, advice))
    return found
