"""`vardkase membership import|list|show|step|link|schema`: membership applications."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import commands
from vardkase.cli.output import AsUser, Json, fail, note, result, rows, sentences
from vardkase.hub.profiles import Profile

__all__ = ["commands"]

if TYPE_CHECKING:
    from vardkase.hub.membership.applications.models import Application

PROFILES = Profile.HUB

File = Annotated[Path, typer.Argument(help="A JSON document of the form (see `membership schema`).")]
Number = Annotated[str, typer.Argument(help="The application's number, such as 2026-00017.")]
StepName = Annotated[str, typer.Argument(help="submit, wait, queue, complete or withdraw.")]
Note = Annotated[str, typer.Option("--note", help="Why, for the history.")]
State = Annotated[str, typer.Option("--state", help="Only those in this state.")]


@commands.command("import")
def import_file(file: File, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Register an application received by mail. Errors are reported by member path; if there are any, nothing
    is stored."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.core.errors import Invalid
        from vardkase.hub.membership.applications.services.importing import import_application, read_file

        try:
            document = read_file(file.read_bytes())
            result(_shown(import_application(acting(user), document)), as_json=json)
        except OSError as error:
            raise fail(f"{file} cannot be read: {error.strerror}") from None
        except Invalid as error:
            for line in sentences(error):
                note(line)
            raise fail("the application was refused.") from None


@commands.command("list")
def list_applications(
    state: State = "", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """List applications, newest first."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.applications.queries import applications

        rows([_shown(application) for application in applications(acting(user), state)], as_json=json)


@commands.command("show")
def show(number: Number, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Show an application with its history."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.lifecycle.services import history_of
        from vardkase.hub.membership.applications.queries import find_application
        from vardkase.hub.membership.applications.rules import APPLICATION

        application = find_application(acting(user), number)
        steps = history_of(APPLICATION, application.pk)
        history = [f"{step.at:%Y-%m-%d %H:%M} {step.step} by {step.actor_name}" for step in steps]
        result(_shown(application) | {"history": history if json else "; ".join(history)}, as_json=json)


@commands.command("step")
def step(
    number: Number,
    name: StepName,
    note: Note = "",
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Apply a transition that needs no second officer."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.applications.queries import find_application
        from vardkase.hub.membership.assessments.services.steps import take_alone

        actor = acting(user)
        application = take_alone(actor, find_application(actor, number), name, note)
        result(_shown(application), as_json=json)


@commands.command("link")
def link(number: Number, data_dir: DataDir = None, user: AsUser = "") -> None:
    """Make a new private link for an applicant and print it; all former ones end."""
    with opened(data_dir):
        from django.conf import settings

        from vardkase.cli.console import acting
        from vardkase.hub.membership.applications.access import end_links, link_address
        from vardkase.hub.membership.applications.queries import find_application

        actor = acting(user)
        typer.echo(link_address(end_links(actor, find_application(actor, number))))
        if not settings.BASE_URL:
            note("VARDKASE_BASE_URL is not set here: put the address of the hub before the link.")


@commands.command("schema")
def schema(data_dir: DataDir = None) -> None:
    """Print the JSON Schema of importable applications."""
    with opened(data_dir):
        from vardkase.hub.membership.applications.schema import json_schema

        typer.echo(json_text.dumps(json_schema(), indent=2, ensure_ascii=False))


def _shown(application: Application) -> dict[str, Any]:
    return {
        "number": application.number,
        "state": application.state,
        "organisation": application.organisation_name,
        "organisation_number": application.organisation_number,
        "sector": application.sector,
        "waits_for": application.waits_for,
    }
