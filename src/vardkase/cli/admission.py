"""`vardkase membership phase list` and `invite`: phases of the opening and invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.phases.models import Phase

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Phases, and the legal preconditions that they wait for.")
plain = typer.Typer()


@commands.command("list")
def list_phases(data_dir: DataDir = None, json: Json = False) -> None:
    """List the phases and their current state."""
    with opened(data_dir):
        from django.utils import timezone

        from vardkase.hub.membership.phases.queries import phases, stored_phases

        states = {phase.number: str(phase.state) for phase in phases(timezone.now())}
        rows([_shown(phase) | {"state": states[phase.number]} for phase in stored_phases()], as_json=json)


@plain.command("invite")
def invite(
    email: Annotated[str, typer.Argument(help="Who is invited to apply; the link is mailed.")],
    language: Annotated[str, typer.Option("--language", help="sv or en.")] = "sv",
    note: Annotated[str, typer.Option("--note", help="For the officers.")] = "",
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Invite an e-mail address to apply."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.invitations import services

        made = services.invite(acting(user), email, language, note)
        shown = {"id": made.pk, "email": made.email, "expires": made.expires.date().isoformat()}
        result(shown, as_json=json)


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
