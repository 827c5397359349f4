"""`vardkase feed …`: the hub's own feed as static files for any web server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import AsUser, Json, fail, result
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.exchange.own_feeds.writing import Exported

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="The hub's own feed, as files for a web server to serve.")

Folder = Annotated[Path, typer.Argument(help="The folder of the feed; new, empty, or a feed.", metavar="DIR")]
Distributions = Annotated[
    list[int] | None,
    typer.Option(
        "--distribution",
        help="Take what is shared this far: 1 this community, 2 connected, 3 all. May be given several times; "
        "default: only 3.",
        metavar="NUMBER",
    ),
]
SharingGroups = Annotated[
    list[str] | None,
    typer.Option(
        "--sharing-group", help="Take what is shared with this group too (id or uuid).", metavar="GROUP"
    ),
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", help="Only events with this tag; !TAG: without.", metavar="TAG")
]
Organisations = Annotated[
    list[str] | None,
    typer.Option("--org", help="Only events of this organisation; !ORG: of others.", metavar="ORG"),
]
Since = Annotated[
    str,
    typer.Option("--published-since", help="Only what was published since: 30d, 2026-01-31.", metavar="TIME"),
]
LocalTags = Annotated[bool, typer.Option("--local-tags", help="With tags that are meant for the hub alone.")]


@commands.command()
def export(
    folder: Folder,
    distribution: Distributions = None,
    sharing_group: SharingGroups = None,
    tag: Tags = None,
    org: Organisations = None,
    published_since: Since = "",
    local_tags: LocalTags = False,
    data_dir: DataDir = None,
    user: AsUser = "",
    json: Json = False,
) -> None:
    """Write the published events as a MISP feed. Later runs write only what is new; recorded in the audit
    log.

    Once the hub has officers, only an operator (`--user`) with granted content access can export.
    """
    with opened(data_dir):
        from vardkase.cli.console import acting
        from vardkase.exchange.own_feeds.content import FeedContent
        from vardkase.exchange.own_feeds.writing import event_ids, export_feed
        from vardkase.hub.content_access.exports import export_readers

        given = {"tags": tag, "org": org, "publish_timestamp": published_since}
        filters = {name: value for name, value in given.items() if value}
        content = FeedContent(tuple(distribution or [3]), tuple(sharing_group or ()), filters, local_tags)
        try:
            reader, readable = export_readers(acting(user), lambda actor: event_ids(actor, content))
            exported = export_feed(reader, folder, content, only=frozenset(readable))
        except OSError as error:
            raise fail(str(error)) from error
        result(_counts(exported), as_json=json)


@commands.command()
def refresh(
    name: Annotated[str, typer.Argument(help="The name of a feed that is defined in the hub.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="Look at every event, not only at what is new.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Update one of the hub's own feeds now."""
    with opened(data_dir):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.exchange.audit_actions import ExchangeAction
        from vardkase.exchange.own_feeds.services import find_own_feed
        from vardkase.exchange.own_feeds.tasks import refresh_and_settle

        actor = console()
        feed = find_own_feed(actor, name)
        record(actor, ExchangeAction.OWN_FEED_REFRESHED, Target.of(feed))
        try:
            result(_counts(refresh_and_settle(feed, whole=whole)), as_json=json)
        except OSError as error:
            raise fail(str(error)) from error


def _counts(exported: Exported) -> dict[str, int]:
    return {"written": exported.written, "unchanged": exported.unchanged, "removed": exported.removed}
