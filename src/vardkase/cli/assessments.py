"""`vardkase membership review|assess|propose|decide|…`: assessing applications from the command line.

Reviewing and deciding are done by an officer with a name (`--as`): the console itself is nobody. Who sits there is one
person, in whoever's name: a proposal made at the console is answered elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, result, rows

if TYPE_CHECKING:
    from vardkase.hub.membership.applications.models import Application
    from vardkase.identity.access.actor import Actor

commands = typer.Typer()

Number = Annotated[str, typer.Argument(help="The application's number (2026-00017).")]
AsOfficer = Annotated[str, typer.Option("--as", help="The officer who acts.", metavar="EMAIL")]
Outcome = Annotated[str, typer.Argument(help="approve or reject.")]
Words = Annotated[str, typer.Option("--reasons", help="The reasons that stand in the decision.")]
Exception_ = Annotated[str, typer.Option("--exception", help="Why, although a criterion is not met.")]
Verdict = Annotated[str, typer.Argument(help="met, met_with_remark, not_met or not_applicable.")]


@commands.command("review")
def review(number: Number, officer: AsOfficer, data_dir: DataDir = None, json: Json = False) -> None:
    """Take an application up for review."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviewing

        actor, application = _at(officer, number)
        result(_shown(reviewing.review(actor, application)), as_json=json)


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
    """Put down what is found of a criterion, or of all that nobody has assessed."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments import queries
        from vardkase.hub.membership.assessments.services import reviewing

        actor, application = _at(officer, number)
        known = queries.verdicts_of(application)
        left = [each.key for each in queries.criteria_of(application) if each.key not in known]
        for key in left if criterion == "all" else [criterion]:
            reviewing.assess(actor, application, key, verdict, reason)
        rows(
            [{"criterion": key, "verdict": each} for key, each in queries.verdicts_of(application).items()],
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
        typer.Option(formats=["%Y-%m-%d"], help="The last day to do so; in three weeks unless given."),
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Ask the applicant for a completion, by letter and mail."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviewing

        actor, application = _at(officer, number)
        last = complete_by.date() if complete_by else None
        result(_shown(reviewing.request_completion(actor, application, text, step, last)), as_json=json)


@commands.command("resume")
def resume(
    number: Number,
    officer: AsOfficer,
    note: Annotated[str, typer.Option(help="How the completion came otherwise, or that none came.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Go on with the assessment without a completion by the applicant's link."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviewing

        actor, application = _at(officer, number)
        result(_shown(reviewing.resume(actor, application, note)), as_json=json)


@commands.command("propose")
def propose(
    number: Number,
    outcome: Outcome,
    officer: AsOfficer,
    reasons: Words,
    exception: Exception_ = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Propose how to decide, to a second officer."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import deciding

        actor, application = _at(officer, number)
        made = deciding.propose(actor, application, outcome, reasons, exception)
        result(
            {"proposal": made.pk, "outcome": made.outcome, "proposed_by": made.proposed_by_name}, as_json=json
        )


@commands.command("decide")
def decide(
    number: Number,
    answer: Annotated[str, typer.Argument(help="agree, return or oppose.")],
    officer: AsOfficer,
    proposal: Annotated[int, typer.Option(help="The proposal's id, from `propose`.")],
    text: Annotated[str, typer.Option(help="The question, or the reasons for the opposite.")] = "",
    exception: Exception_ = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Answer a proposal as the second officer."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import deciding

        actor, application = _at(officer, number)
        result(_shown(deciding.decide(actor, application, proposal, answer, text, exception)), as_json=json)


@commands.command("take-back")
def take_back(
    number: Number,
    officer: AsOfficer,
    proposal: Annotated[int, typer.Option(help="The proposal's id, from `propose`.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Take one's own proposal back."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import deciding

        actor, application = _at(officer, number)
        deciding.take_back(actor, application, proposal)
        result(_shown(application), as_json=json)


@commands.command("declare-partial")
def declare_partial(
    number: Number,
    officer: AsOfficer,
    reason: Annotated[str, typer.Option(help="Why one is partial, or is not.")],
    impartial: Annotated[
        bool, typer.Option(help="One is not partial although the application names one.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Take no further part in a case in which one is partial."""
    with opened(data_dir):
        from vardkase.hub.membership.assessments.services import reviewing

        actor, application = _at(officer, number)
        reviewing.declare_partial(actor, application, reason, partial=not impartial)
        result(_shown(application), as_json=json)


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
