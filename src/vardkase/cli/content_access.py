"""`vardkase content-access`: operators' access to content from the command line.

Access is ended in an operator's name and withdrawn in an officer's (`--as`). It is asked for on the pages or with the
operator's API key, and granted or refused on the pages alone: the person at the console could be both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.hub.content_access.models import ContentGrant

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="Operators' access to content.")

Number = Annotated[int, typer.Argument(help="The request's number.")]
As = Annotated[str, typer.Option("--as", help="The account that acts.", metavar="EMAIL")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@commands.command("list")
def list_requests(data_dir: DataDir = None, json: Json = False) -> None:
    """List the content access requests, newest first."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.content_access.queries import grants

        rows([_shown(grant) for grant in grants(console()).order_by("-pk")[:500]], as_json=json)


@commands.command("show")
def show(number: Number, data_dir: DataDir = None, json: Json = False) -> None:
    """List the reads made under a request."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.content_access.queries import events_read, find_grant

        read = [
            {
                "event": event.event_id,
                "uuid": str(event.event_uuid),
                "times": event.times,
                "first": event.first.isoformat(),
                "last": event.last.isoformat(),
            }
            for event in events_read(find_grant(console(), number))
        ]
        rows(read, as_json=json)


@commands.command("end")
def end(number: Number, operator: As, data_dir: DataDir = None, json: Json = False) -> None:
    """End your own content access, or withdraw your own request."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.content_access import services

        result(_shown(services.end(acting(operator), number)), as_json=json)


@commands.command("withdraw")
def withdraw(
    number: Number, officer: As, reason: Reason, data_dir: DataDir = None, json: Json = False
) -> None:
    """Revoke content access before it expires."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.content_access import services

        result(_shown(services.withdraw(acting(officer), number, reason)), as_json=json)


def _shown(grant: ContentGrant) -> dict[str, Any]:
    return {
        "number": grant.pk,
        "state": grant.state,
        "reach": grant.reach,
        "event": grant.event_id,
        "organisation": grant.organisation and grant.organisation.name,
        "hours": grant.hours,
        "asked_by": grant.asked_by_name,
        "decided_by": grant.decided_by_name,
        "ends_at": grant.ends_at and grant.ends_at.isoformat(),
    }
