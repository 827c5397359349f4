"""`vardkase membership change …`: a member's own data. Two officers accept it on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import Member, Reason, reference_of
from vardkase.cli.output import AsUser, Json, fail, read_json, result
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.members.models import ProposedChange

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Changes of a member's own data.")

AsAdministrator = Annotated[
    str, typer.Option("--as", help="The member's administrator who proposes.", metavar="EMAIL")
]
File = Annotated[Path, typer.Argument(help='The new values, as JSON: {"address": "…"}.')]
Note = Annotated[str, typer.Option("--note", help="What the hub owner should know.")]


@commands.command("propose")
def propose(
    file: File, user: AsAdministrator, note: Note = "", data_dir: DataDir = None, json: Json = False
) -> None:
    """Propose changes to a member's data; the hub owner decides."""
    given = read_json(file)
    if not isinstance(given, dict):
        raise fail(f"{file} holds no object.")
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import propose_change

        result(_shown(propose_change(acting(user), given, note)), as_json=json)


@commands.command("withdraw")
def withdraw(user: AsAdministrator, data_dir: DataDir = None) -> None:
    """Withdraw the proposed changes."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import withdraw_change

        withdraw_change(acting(user))


@commands.command("refuse")
def refuse(
    member: Member, reason: Reason = "", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Refuse what a member proposed, with a reason."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.services import refuse_change

        result(_shown(refuse_change(acting(user), reference_of(member), reason)), as_json=json)


def _shown(row: ProposedChange) -> dict[str, Any]:
    return {"state": row.state, "fields": row.fields}
