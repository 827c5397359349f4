"""`vardkase migrate`."""

from __future__ import annotations

from vardkase.cli import installation
from vardkase.cli.installation import DataDir
from vardkase.cli.output import Json, result
from vardkase.hub.profiles import EVERY

PROFILES = EVERY


def migrate(data_dir: DataDir = None, json: Json = False) -> None:
    """Migrate the database schema."""
    applied = 0

    def prepare() -> None:
        nonlocal applied
        applied = installation.migrate()

    with installation.opened(data_dir, prepare):
        result({"applied": applied}, as_json=json)
