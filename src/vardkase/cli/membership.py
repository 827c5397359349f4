"""`vardkase membership`: members from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.members.models import Membership
    from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Memberships: how members stand, and what is left to do.")

Member = Annotated[str, typer.Argument(help="The organisation's id, uuid or name.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


@commands.command("members")
def members(data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """List the members with their membership state."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.queries import memberships

        rows([_shown(member) for member in memberships(acting(user))], as_json=json)


@commands.command("onboarding")
def onboarding(member: Member, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Show a member's checklist."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members.queries import find_membership
        from vardkase.hub.membership.onboarding.items import checklist

        lines = checklist(find_membership(acting(user), reference_of(member)))
        shown = [{"item": line.item.name, "state": str(line.state), "detail": line.detail} for line in lines]
        rows(shown, as_json=json)


@commands.command("activate")
def activate(
    member: Member, reason: Reason = "", data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Activate a membership; a reason is required while checklist items are open."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.members import services

        result(_shown(services.activate(acting(user), reference_of(member), reason)), as_json=json)


def _shown(done: Membership | ApprovalRequest) -> dict[str, str]:
    from vardkase.hub.membership.members.state_labels import state_in_words
    from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

    if isinstance(done, ApprovalRequest):
        return {"waits_for_approval": str(done.pk), "action": done.action, "organisation": done.title}
    membership = done
    organisation = membership.organisation
    # Its periods were changed in the database, not in this object.
    organisation.refresh_from_db()
    return {
        "id": str(organisation.pk),
        "organisation": organisation.name,
        "state": membership.state,
        "standing": organisation.standing or "full",
        "state_in_words": state_in_words(membership),
        "connection": membership.connection,
    }


def reference_of(member: str) -> str:
    """The id of the organisation with this name, else the argument unchanged: an id or a uuid."""
    from vardkase.identity.organisations.queries import organisations

    named = organisations("all").filter(name__iexact=member).first()
    return str(named.pk) if named else member
