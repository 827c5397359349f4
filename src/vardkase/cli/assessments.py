"""`vardkase membership review|assess|request-completion|resume`: assessment of applications.

A named officer (`--as`) acts: the console itself is nobody. What takes two people, and an officer's declaration of
partiality, have no command: any name can be used at a console.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.applications.models import Application
    from vardkase.identity.access.actor import Actor

PROFILES = Profile.HUB

commands = typer.Typer()

Number = Annotated[str, typer.Argument(help="The application's number (2026-00017).")]
AsOfficer = Annotated[str, typer.Option("--as", help="The officer who acts.", metavar="EMAIL")]
Verdict = Annotated[str, typer.Argument(help="met, met_with_remark, not_met or not_applicable.")]


@commands.command("review")
def review(number: Number, officer: AsOfficer, data_dir: DataDir = None, json: Json = False) -> None:
    """Take up an application for review."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviews

        actor, application = _at(officer, number)
        result(_shown(reviews.review(actor, application)), as_json=json)


@commands.command("assess")
def assess(
    number: Number,
    criterion: Annotated[str, typer.Argument(help="The criterion's key, or all.")],
    verdict: Verdict,
    officer: AsOfficer,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Record the assessment of a criterion, or of all criteria not assessed yet."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments import queries
        from vardkase.hub.membership.assessments.services import reviews

        actor, application = _at(officer, number)
        known = queries.verdicts_of(application)
        left = [item.key for item in queries.criteria_of(application) if item.key not in known]
        for key in left if criterion == "all" else [criterion]:
            reviews.assess(actor, application, key, verdict, reason)
        rows(
            [{"criterion": key, "verdict": value} for key, value in queries.verdicts_of(application).items()],
            as_json=json,
        )


@commands.command("request-completion")
def request_completion(
    number: Number,
    officer: AsOfficer,
    text: Annotated[str, typer.Option(help="What is missing.")],
    step: Annotated[list[str], typer.Option(help="A part of the form to be changed; repeatable.")],
    complete_by: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day to do so; by the legal rules unless given."),
    ] = None,
    order: Annotated[
        bool, typer.Option("--order", help="An order: the application is dismissed otherwise.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Ask the applicant to complete the application, by letter and mail."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviews

        actor, application = _at(officer, number)
        last = complete_by.date() if complete_by else None
        kind = "order" if order else "question"
        result(_shown(reviews.request_completion(actor, application, text, step, last, kind)), as_json=json)


@commands.command("resume")
def resume(
    number: Number,
    officer: AsOfficer,
    note: Annotated[str, typer.Option(help="How the completion came otherwise, or that none came.")],
    arrived: Annotated[
        bool, typer.Option("--arrived", help="After an order: what was missing has arrived.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Resume the assessment without waiting for the applicant to complete the application by link."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviews

        actor, application = _at(officer, number)
        result(_shown(reviews.resume(actor, application, note, arrived=arrived)), as_json=json)


def _at(officer: str, number: str) -> tuple[Actor, Application]:
    from vardkase.cli.console import acting
    from vardkase.hub.membership.assessments.queries import find

    actor = acting(officer)
    return actor, find(actor, number)


def _shown(application: Application) -> dict[str, Any]:
    return {
        "number": application.number,
        "organisation": application.organisation_name,
        "state": application.state,
        "submitted": application.submitted and application.submitted.isoformat(),
    }
