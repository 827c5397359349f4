"""`vardkase move-in` on a made-up dump."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.factories.misp_dump import Rows, written
from tests.hub.move_in import misp
from vardkase.cli.main import commands


def move_in(folder: Path, tables: Rows, *more: str, code: int = 0) -> Any:
    settings = folder / "settings.json"
    settings.write_text(json.dumps(misp.SETTINGS))
    given = [
        "move-in",
        "--dump",
        str(written(folder / "misp.sql", tables)),
        "--settings",
        str(settings),
        "--json",
        *more,
    ]
    answer = CliRunner().invoke(commands, given)
    if code:
        assert answer.exception is not None
        return answer
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)
