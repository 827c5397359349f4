"""`vardkase membership change …`: what a member tells of itself, proposed by it and decided by an officer."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import Member, Reason, reference_of
from vardkase.cli.output import AsUser, Json, fail, result

if TYPE_CHECKING:
    from vardkase.hub.membership.members.models import ProposedChange

commands = typer.Typer(no_args_is_help=True, help="Changes of what a member tells of itself.")

AsAdministrator = Annotated[
    str, typer.Option("--as", help="The member's administrator who proposes.", metavar="EMAIL")
]
File = Annotated[Path, typer.Argument(help='What shall be otherwise, as JSON: {"address": "…"}.')]
Note = Annotated[str, typer.Option("--note", help="What the hub owner should know.")]


@commands.command("propose")
def propose(
    file: File, user: AsAdministrator, note: Note = "", data_dir: DataDir = None, json: Json = False
) -> None:
    """Propose other data of a member; the hub owner decides."""
    try:
        given = json_text.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise fail(f"{file} cannot be read as JSON.") from None
    if not isinstance(given, dict):
        raise fail(f"{file} holds no object.")
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import propose_change

        result(_shown(propose_change(acting(user), given, note)), as_json=json)


@commands.command("withdraw")
def withdraw(user: AsAdministrator, data_dir: DataDir = None) -> None:
    """Take back what was proposed."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import withdraw_change

        withdraw_change(acting(user))


@commands.command("accept")
def accept(
    member: Member, reason: Reason = "", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Take over what a member proposed."""
    _decide(member, reason, user, data_dir, accept=True, json=json)


@commands.command("refuse")
def refuse(
    member: Member, reason: Reason = "", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Refuse it, with a reason."""
    _decide(member, reason, user, data_dir, accept=False, json=json)


def _decide(member: str, reason: str, user: str, data_dir: Path | None, *, accept: bool, json: bool) -> None:
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import decide_change

        decided = decide_change(acting(user), reference_of(member), accept=accept, reason=reason)
        result(_shown(decided), as_json=json)


def _shown(row: ProposedChange) -> dict[str, Any]:
    return {"state": row.state, "fields": row.fields}
