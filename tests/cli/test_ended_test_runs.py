"""An ended run of this suite leaves no process behind, whatever it had started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import waiting_run
from tests.support.processes import descendants, is_running, wait_until, without_database_url

TIMEOUT = 300.0


@pytest.mark.live
@pytest.mark.browser
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_server_outlives_its_test_run(tmp_path: Path, number: signal.Signals) -> None:
    ready, log = tmp_path / "ready", tmp_path / "log"
    command = [sys.executable, "-m", "pytest", "-n", "1", "-p", "no:cacheprovider", waiting_run.__file__]
    environment = {
        name: value for name, value in without_database_url().items() if not name.startswith("PYTEST_")
    }
    with log.open("wb") as output:
        run = subprocess.Popen(
            command,
            cwd=Path(waiting_run.__file__).parents[2],
            env={**environment, waiting_run.READY: str(ready)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until(lambda: ready.exists() or run.poll() is not None, TIMEOUT)
        assert ready.exists(), log.read_text()
        started = descendants(run.pid)
        names = " ".join(map(_name_of, started))
        assert "postgres" in names
        assert "chrom" in names
        os.kill(run.pid, number)
        run.wait(TIMEOUT)
        wait_until(lambda: not any(map(is_running, started)), TIMEOUT)
    finally:
        run.kill()
        run.wait()


def _name_of(pid: int) -> str:
    """The kernel's name of a process; empty if it has just ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
