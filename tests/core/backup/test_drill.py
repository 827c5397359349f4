"""The drill of docs/operations/backup-and-restore.md, followed word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared
from tests.support.processes import without_database_url

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations" / "backup-and-restore.md"


@pytest.mark.long
def test_drill_of_the_document() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    drill = text[text.index("## The drill") : text.index("## When something was lost")]
    steps = "\n".join(re.findall(r"```sh\n(.*?)```", drill, re.DOTALL))
    assert steps.count("vardkase ") > 10
    with temporary_folder() as folder:
        data = folder / "data"
        data.mkdir()
        copy_prepared(data)
        environment = without_database_url() | {
            "VARDKASE_DATA_DIR": str(data),
            "VARDKASE_BACKUP_STORAGE": str(folder / "store"),
            "DRILL": str(folder / "drill"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        script = f"set -e\nvardkase init --no-knowledge\n{steps}"
        done = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r"^good +yes$", done.stdout, re.MULTILINE)
        assert not (folder / "drill").exists()
