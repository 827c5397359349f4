"""`vardkase init`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vardkase.cli import installation
from vardkase.cli.installation import DataDir
from vardkase.cli.output import Json, note, result
from vardkase.cli.progress import shown_progress
from vardkase.cli.upgrade import migrate_after_backup
from vardkase.core.database import EmbeddedPostgres, uses_external_database
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

Knowledge = Annotated[
    bool, typer.Option(help="Load taxonomies, galaxies, warninglists and the like as well.")
]


def prepare() -> dict[str, Any]:
    """Migrate the schema and create the first administrator if there are no accounts.

    Returns email, password and key, or nothing if there are accounts already. Raises Conflict while a move into it
    is half done.
    """
    migrate_after_backup()
    from vardkase.core.files.in_use import note_place
    from vardkase.exchange.feeds.services import add_first_feeds
    from vardkase.hub.move_in.queries import require_none_half_done
    from vardkase.identity.accounts.services import first_run

    require_none_half_done()
    note_place()
    made = first_run()
    if made:
        add_first_feeds()
    return {"email": made.email, "password": made.password, "key": made.key} if made else {}


def init(data_dir: DataDir = None, knowledge: Knowledge = True, json: Json = False) -> None:
    """Prepare the installation, print the first administrator's e-mail, one-time password and API key, and
    exit."""
    made: dict[str, Any] = {}
    with installation.opened(data_dir, lambda: made.update(prepare())) as chosen:
        if knowledge:
            from vardkase.knowledge.services import update_all

            with shown_progress() as progress:
                update_all(progress)
            if not uses_external_database():
                EmbeddedPostgres(chosen).release_log()
        if not made:
            note("This installation was prepared before; `vardkase key issue EMAIL` makes another key.")
        result({name: made.get(name) for name in ("email", "password", "key")}, as_json=json)
