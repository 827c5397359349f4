"""`vardkase membership phase …` and `invite`: when the hub is open to whom, and who is invited."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, fail, result, rows

if TYPE_CHECKING:
    from vardkase.hub.membership.phases.models import Phase
    from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

commands = typer.Typer(no_args_is_help=True, help="Phases, and the legal preconditions that they wait for.")
plain = typer.Typer()

Number = Annotated[int, typer.Argument(help="The phase's number.")]
Opens = Annotated[str | None, typer.Option("--opens", help="Its first day (2027-01-31), or none.")]
Closes = Annotated[str | None, typer.Option("--closes", help="The day on which it is over, or none.")]
Sectors = Annotated[list[str] | None, typer.Option("--sector", help="All whom it admits; repeatable.")]
OnlyInvited = Annotated[
    bool | None, typer.Option("--invitation-only/--without-invitation", help="Whether it goes by invitation.")
]
Name = Annotated[str, typer.Argument(help="The precondition, as `phase list` names it.")]


@commands.command("list")
def list_phases(data_dir: DataDir = None, json: Json = False) -> None:
    """List the phases as they are today."""
    with opened(data_dir):
        from django.utils import timezone

        from vardkase.hub.membership.phases.queries import phases, stored_phases

        states = {each.number: str(each.state) for each in phases(timezone.now())}
        rows([_shown(each) | {"state": states[each.number]} for each in stored_phases()], as_json=json)


@commands.command("edit")
def edit(
    number: Number,
    opens: Opens = None,
    closes: Closes = None,
    sector: Sectors = None,
    invitation_only: OnlyInvited = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the second person.")] = "",
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Propose to change a phase; what is not named stays. A second person approves on the pages."""
    days = {
        name: _no_day(value) for name, value in (("opens", opens), ("closes", closes)) if value is not None
    }
    asked = {"sectors": sector, "invitation_only": invitation_only}
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.phases.services import propose_change

        given = days | {name: value for name, value in asked.items() if value is not None}
        result(proposed(propose_change(acting(user), number, given, reason)), as_json=json)


@commands.command("in-force")
def in_force(
    name: Name,
    since: Annotated[str, typer.Option("--since", help="From which day (2027-01-31).")],
    reference: Annotated[str, typer.Option("--reference", help="By which act or decision.")],
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Propose to record that a legal precondition is in force. A second person approves on the pages."""
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise fail("--since is a day such as 2027-01-31.") from None
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.phases.services import propose_in_force

        result(proposed(propose_in_force(acting(user), name, day, reference)), as_json=json)


@commands.command("revoke")
def revoke(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Propose to record that a legal precondition is not in force any more."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.phases import services

        result(proposed(services.propose_revoking(acting(user), name, reason)), as_json=json)


@plain.command("invite")
def invite(
    email: Annotated[str, typer.Argument(help="Who is invited to apply; the link is mailed.")],
    language: Annotated[str, typer.Option("--language", help="sv or en.")] = "sv",
    note: Annotated[str, typer.Option("--note", help="For the officers.")] = "",
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Invite an address to apply."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.invitations import services

        made = services.invite(acting(user), email, language, note)
        shown = {"id": made.pk, "email": made.email, "expires": made.expires.date().isoformat()}
        result(shown, as_json=json)


def _no_day(written: str) -> str | None:
    return None if written == "none" else written


def _shown(row: Phase) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title_en,
        "opens": row.opens.isoformat() if row.opens else None,
        "closes": row.closes.isoformat() if row.closes else None,
        "sectors": row.sectors,
        "invitation_only": row.invitation_only,
        "preconditions": row.preconditions,
    }


def proposed(request: ApprovalRequest) -> dict[str, Any]:
    """A request that waits for a second person, as a command prints it."""
    return {"approval_request": request.pk, "about": request.title, "state": str(request.state_now)}
