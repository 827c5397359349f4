"""`vardkase membership community …`: sharing groups whose members follow a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.membership import reference_of
from vardkase.cli.output import AsUser, Json, result, rows
from vardkase.hub.profiles import Profile

if TYPE_CHECKING:
    from vardkase.hub.membership.communities.models import Community

PROFILES = Profile.HUB

commands = typer.Typer(no_args_is_help=True, help="Communities: sharing groups that follow the members.")

Name = Annotated[str, typer.Argument(help="What the community and its sharing group are called.")]
Sectors = Annotated[
    list[str] | None, typer.Option("--sector", help="Members of this legal form; repeatable.")
]
Nis2 = Annotated[list[str] | None, typer.Option("--nis2", help="Members with this role in NIS2; repeatable.")]
Counties = Annotated[
    list[str] | None, typer.Option("--county", help="Members in the county with this code; repeatable.")
]
Chosen = Annotated[
    list[str] | None, typer.Option("--member", help="A member by name, id or uuid; repeatable.")
]
Hides = Annotated[
    bool | None, typer.Option("--hide-members/--show-members", help="Whether members see each other.")
]


@commands.command("list")
def list_communities(data_dir: DataDir = None, user: AsUser = "", json: Json = False) -> None:
    """List the communities with their rules and current members."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.communities.services import communities

        rows([_shown(community, as_json=json) for community in communities(acting(user))], as_json=json)


@commands.command("save")
def save(
    name: Name,
    sector: Sectors = None,
    nis2: Nis2 = None,
    county: Counties = None,
    member: Chosen = None,
    hide_members: Hides = None,
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Add a community, or edit the one with this name; rules left out keep their values."""
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.hub.membership.communities import services
        from vardkase.hub.membership.members.queries import find_membership

        actor = acting(user)
        community = services.communities(actor).filter(group__name=name).first()
        changes: dict[str, Any] = {"sectors": sector, "nis2": nis2, "counties": county}
        changes["chosen"] = (
            None
            if member is None
            else [find_membership(actor, reference_of(name)).organisation_id for name in member]
        )
        changes["hides_members"] = hide_members
        stored = services.rules_of(community) if community else {"name": name}
        fields = stored | {key: value for key, value in changes.items() if value is not None}
        made = services.save_community(actor, fields, community)
        result(_shown(made, as_json=json), as_json=json)


def _shown(row: Community, *, as_json: bool) -> dict[str, Any]:
    from vardkase.hub.membership.communities.services import drawn, rules_of

    names = list(drawn(row).order_by("name").values_list("name", flat=True))
    shown = {"id": row.pk, **rules_of(row), "members": names}
    return (
        shown
        if as_json
        else {
            key: (", ".join(map(str, value)) if isinstance(value, list) else value)
            for key, value in shown.items()
        }
    )
