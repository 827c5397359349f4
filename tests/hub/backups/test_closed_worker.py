"""No job runs on a restored hub before what was deleted after the backup is deleted again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from vardkase.core.backup.pending import FILE


def test_worker_does_not_run_on_a_closed_hub(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('["Something is left."]')
    command = [sys.executable, "-m", "vardkase.cli.main", "worker", "--data-dir", str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert "Something is left." in answer.stderr
