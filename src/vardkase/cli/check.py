"""`vardkase check`."""

from __future__ import annotations

import json as json_format
from typing import Annotated

import typer
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import get_language, gettext

from vardkase.cli.exposed_address import EXPOSED, is_exposed
from vardkase.cli.installation import DataDir, choose, configure_django, terminal_language
from vardkase.cli.output import Json
from vardkase.core.problems import Problem, wire
from vardkase.hub.profiles import EVERY, Profile, profile

PROFILES = EVERY

type Finding = dict[str, str | Problem]


def _print(
    found: list[Finding],
    takes_part: str,
    explanation: str,
    not_stated: list[str],
    to_be_done: list[str],
    backups: list[str],
    *,
    as_json: bool,
) -> None:
    if as_json:
        whole = {
            "problems": wire(found),
            "takes_part": takes_part,
            "not_stated": not_stated,
            "office": to_be_done,
            "backups": backups,
        }
        typer.echo(json_format.dumps(whole, ensure_ascii=False))
        return
    typer.echo(explanation)
    for missing in not_stated:
        typer.echo(gettext("Not stated: %(what)s") % {"what": missing})
    for each in to_be_done:
        typer.echo(gettext("The office: %(what)s") % {"what": each})
    for each in backups:
        typer.echo(gettext("Backups: %(what)s") % {"what": each})
    for problem in found:
        name = str(problem["id"]).removeprefix("vardkase.")
        typer.echo(f"{name}: {problem['message']}")
        if problem["hint"]:
            typer.echo(f"    {problem['hint']}")
    if not found:
        typer.echo(gettext("No unsafe setting was found."))


def _who_takes_part() -> tuple[str, str]:
    from vardkase.hub.membership.members.queries import who_takes_part
    from vardkase.hub.membership.members.rules import WHO_TAKES_PART

    try:
        answer = who_takes_part()
    except DatabaseError:
        return "unknown", gettext("Who takes part is not known: the database does not answer.")
    return answer.value, str(WHO_TAKES_PART[answer])


Host = Annotated[str, typer.Option(envvar="VARDKASE_HOST", help="The address that `serve` is to listen on.")]


def _not_stated() -> list[str]:
    """What the hub owner has not specified yet: who decides and on what, and what its public statements say."""
    from django.urls import reverse

    from vardkase.hub.correspondence.letters.wording import QUESTIONS, missing_for_decisions
    from vardkase.hub.law.queries import unanswered
    from vardkase.hub.public_pages.passages import PassagePart
    from vardkase.hub.public_pages.queries import unstated

    if profile() is not Profile.HUB:
        return []
    pages = {PassagePart.PRIVACY: "public_privacy", PassagePart.ACCESSIBILITY: "public_accessibility"}
    try:
        decisions = [
            gettext("Decisions cannot be written until %(name)s is set. Officers set it under %(page)s.")
            % {"name": name, "page": reverse("settings")}
            for name in missing_for_decisions()
        ]
        decisions += [
            gettext(
                "Decisions cannot be written until a legal officer has answered under %(page)s: %(question)s"
            )
            % {"question": question, "page": reverse("law")}
            for question in unanswered(QUESTIONS)
        ]
        notice = [
            gettext("%(about)s: %(title)s (%(name)s). Officers write it under %(page)s.")
            % {
                "about": reverse(pages[each.part]),
                "title": each.in_language(get_language() or "en").title,
                "name": each.name,
                "page": reverse("passages"),
            }
            for each in unstated()
        ]
    except DatabaseError:
        return []
    return decisions + notice


def _vulnerability_contact() -> list[str]:
    from vardkase.hub.vulnerability_reports.queries import missing

    if profile() is not Profile.HUB:
        return []
    try:
        return missing()
    except DatabaseError:
        return []


def _of_the_office() -> list[str]:
    """What keeps officers from deciding and writing: letters, signatures, two people."""
    from vardkase.hub.office.readiness import to_be_done

    if profile() is not Profile.HUB:
        return []
    try:
        return to_be_done()
    except DatabaseError:
        return []


def _of_backups() -> list[str]:
    from vardkase.hub.backups.queries import warnings

    try:
        return warnings()
    except DatabaseError:
        return []


def check(data_dir: DataDir = None, json: Json = False, host: Host = "127.0.0.1") -> None:
    """List unsafe settings by name (exit code 1), what officers still have to do, and missing backups."""
    choose(data_dir)
    configure_django()
    from vardkase.hub.instance.unsafe_settings import unsafe_settings

    # Programs read JSON: their words do not depend on who is at the terminal.
    with translation.override("en" if json else terminal_language()):
        found = unsafe_settings()
        if is_exposed(host, settings.TRUSTED_PROXIES):
            said = gettext(EXPOSED) % {"host": host}
            found.append({"id": "vardkase.VARDKASE_TRUSTED_PROXIES", "message": said, "hint": ""})
        not_stated = _not_stated() + _vulnerability_contact()
        _print(found, *_who_takes_part(), not_stated, _of_the_office(), _of_backups(), as_json=json)
    if found:
        raise typer.Exit(1)
