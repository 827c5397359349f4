"""`vardkase support`: customer service from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, fail, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.customer_service.models import SupportRequest

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Customer service.")

Mail = Annotated[Path, typer.Argument(help="A mail as a file (.eml).", metavar="FILE")]
Number = Annotated[int, typer.Argument(help="The request's number.")]
StepName = Annotated[str, typer.Argument(help="take, ask, solve or reopen.")]
Text = Annotated[str, typer.Option("--text", help="What is written.")]
AnswerStep = Annotated[str, typer.Option("--step", help="ask or solve, when that is what the answer does.")]
Internal = Annotated[
    bool, typer.Option("--note", help="A note to colleagues, which the requester does not see.")
]
State = Annotated[str, typer.Option("--state", help="new, in_hand, waiting or solved; open or late.")]
Kind = Annotated[str, typer.Option("--kind", help="connection, access, content, legal or fault.")]


@commands.command("import-mail")
def import_mail(
    file: Mail, kind: Kind = "access", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Import a mail as a new request, or as a message in the request named by its subject."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}") from error
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service.incoming_mail import register_mail

        made = register_mail(acting(user), raw, kind)
        rows([{"request": made.pk, "kind": made.kind, "from": made.asker_email}], as_json=json)


@commands.command("list")
def list_requests(
    state: State = "open", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """List the desk's requests by due date."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service.queries import desk_requests, filtered

        requests = filtered(desk_requests(acting(user)), state=state).order_by("deadline", "pk")
        rows([_shown(request) for request in requests], as_json=json)


@commands.command("show")
def show(number: Number, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Show a request with its messages."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service.queries import conversation, find_desk_request

        actor = acting(user)
        request = find_desk_request(actor, number)
        messages = [f"{message.author}: {message.text}" for message in conversation(request, actor)]
        result(_shown(request) | {"said": messages if json else "\n".join(messages)}, as_json=json)


@commands.command("answer")
def answer(
    number: Number,
    text: Text = "",
    step: AnswerStep = "",
    internal: Internal = False,
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Reply to a request, or add a note for colleagues."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service import services

        made = services.answer(acting(user), number, text, step=step, internal=internal)
        result({"request": made.request_id, "by": made.author}, as_json=json)


@commands.command("step")
def step(
    number: Number, name: StepName, data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Move a request to its next state."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.customer_service import services

        result(_shown(services.step_on(acting(user), number, name)), as_json=json)


def _shown(row: SupportRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "subject": row.subject,
        "asked_by": row.asker_email,
        "deadline": row.deadline.date().isoformat(),
    }
