"""`vardkase membership do|waive|reopen|test`: items of a member's onboarding checklist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import Member, reference_of
from vardkase.cli.output import AsUser, Json, fail, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.identity.access.actor import Actor

PROFILES = Profile.HUB

commands = typer.Typer()

Item = Annotated[str, typer.Argument(help="The item, as `membership onboarding` lists it.")]
Values = Annotated[
    list[str] | None,
    typer.Argument(help="What it needs: NAME=VALUE, or NAME=@FILE. Without it, what is missing is listed."),
]


@commands.command("do")
def do(
    member: Member,
    item: Item,
    values: Values = None,
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Complete a checklist item: administrator, sync_user, networks, certificate, domain, server or
    organisation."""
    fields = dict(_pair(value) for value in values or [])
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.onboarding.actions import do_item

        actor = acting(user)
        do_item(actor, reference_of(member), item, fields)
        _show(actor, member, json=json)


@commands.command("waive")
def waive(
    member: Member,
    item: Item,
    note: Annotated[str, typer.Option("--note", help="Why it is not needed.")] = "",
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Waive a checklist item that the member does not need."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.onboarding import services

        actor = acting(user)
        services.waive(actor, reference_of(member), item, note)
        _show(actor, member, json=json)


@commands.command("reopen")
def reopen(
    member: Member, item: Item, data_dir: DataDir = None, user: AsUser = "", json: Json = False
) -> None:
    """Revoke the waiver of a checklist item."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.onboarding import services

        actor = acting(user)
        services.reopen(actor, reference_of(member), item)
        _show(actor, member, json=json)


@commands.command("test")
def try_connection(member: Member, data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """Test the hub's connection to a member's instance now."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.onboarding import services

        test = services.test_connection(acting(user), reference_of(member))
        result({**test.result, "fault": test.fault, "said": str(test.said or "")}, as_json=json)


def _show(actor: Actor, member: str, *, json: bool) -> None:
    from vardkase.hub.membership.members.queries import find_membership
    from vardkase.hub.membership.onboarding.items import checklist

    lines = checklist(find_membership(actor, reference_of(member)))
    shown = [{"item": line.item.name, "state": str(line.state), "detail": line.detail} for line in lines]
    rows(shown, as_json=json)


def _pair(written: str) -> tuple[str, str]:
    name, found, value = written.partition("=")
    if not found:
        raise fail(f"“{written}” is not NAME=VALUE.", 2)
    if not value.startswith("@"):
        return name, value
    try:
        return name, Path(value[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise fail(f"{value[1:]} cannot be read.") from None
