"""`vardkase membership statement …`: security statements from the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import Member, reference_of
from vardkase.cli.output import Json, fail, note, read_json, result
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.statements.models import Statement

PROFILES = Profile.HUB

commands = typer.Typer(
    no_args_is_help=True,
    help="Security statements, as a member writes them. Officers review them on the pages.",
)

AsAdministrator = Annotated[
    str, typer.Option("--as", help="The member's administrator who writes.", metavar="EMAIL")
]
AsOfficer = Annotated[
    str, typer.Option("--as", help="The officer who reads; else the console.", metavar="EMAIL")
]
File = Annotated[
    Path,
    typer.Argument(help='The answers as JSON: {"risk": {"level": "3", "gap": "", "plan": "", "by": ""}, …}.'),
]
Until = Annotated[str, typer.Option("--until", help="The last day (2027-01-31) of a certificate.")]


@commands.command("show")
def show(member: Member, user: AsOfficer = "", data_dir: DataDir = None, json: Json = False) -> None:
    """Show the current statement and the draft."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.queries import find_membership
        from vardkase.hub.membership.statements import queries

        actor = acting(user)
        membership = find_membership(actor, reference_of(member))
        queries.require_statements(actor, membership)
        held, written = queries.current(membership), queries.open_statement(membership)
        shown = {"current": _shown(held) if held else None, "open": _shown(written) if written else None}
        if json:
            result(shown, as_json=True)
        else:
            lines = {
                name: f"{row['state']} {row['valid_until'] or ''}".strip() if row else "none"
                for name, row in shown.items()
            }
            result(lines, as_json=False)


@commands.command("write")
def write(
    file: File,
    user: AsAdministrator,
    submit: Annotated[bool, typer.Option("--submit", help="Submit it; it has to be complete.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Save the draft statement and list what is still required, or submit it."""
    document = read_json(file)
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.statements import services
        from vardkase.hub.membership.statements.documents import answers_of

        actor, answers = acting(user), answers_of(document)
        if submit:
            result(_shown(services.submit_statement(actor, answers)), as_json=json)
            return
        statement, missing = services.save_statement(actor, answers)
        for path, problems in missing.items():
            note(f"{path}: {' '.join(map(str, problems))}")
        result(_shown(statement), as_json=json)


@commands.command("attach")
def attach(
    measure: Annotated[str, typer.Argument(help="The measure that the file shows.")],
    file: Annotated[Path, typer.Argument(help="The file.", exists=True, dir_okay=False)],
    user: AsAdministrator,
    until: Until = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Attach a file as evidence for a measure of the draft statement."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.statements.services import add_evidence

        made = add_evidence(acting(user), measure, file.name, file.read_bytes(), valid_until=_day(until))
        result({"id": made.pk, "measure": made.measure, "name": made.name}, as_json=json)


@commands.command("detach")
def detach(
    number: Annotated[int, typer.Argument(help="The file's id, from `statement show --json`.")],
    user: AsAdministrator,
    data_dir: DataDir = None,
) -> None:
    """Remove an evidence file from the draft statement."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.statements.services import remove_evidence

        remove_evidence(acting(user), number)


def _shown(row: Statement) -> dict[str, Any]:
    return {
        "state": row.state,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "note": row.note,
        "answers": row.answers,
        "evidence": [
            {"id": evidence.pk, "measure": evidence.measure, "name": evidence.name}
            for evidence in row.evidence.order_by("pk")
        ],
    }


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise fail("--until is a day such as 2027-01-31.") from None
