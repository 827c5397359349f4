"""The programs that exports are for: an export that they reject is not valid."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

SYSTEM = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def run_tool(name: str, *arguments: str, text: str | None = None) -> tuple[int, str]:
    """Exit code and all output. When it is missing, skips on a developer's machine and fails in CI."""
    path = shutil.which(name, path=SYSTEM)
    if path is None:
        refuse(f"{name} is not installed; `make test` installs it on Debian")
    ran = subprocess.run(
        [str(path), *arguments], input=text, capture_output=True, text=True, timeout=120, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def refuse(reason: str) -> None:
    """Skip on a developer's machine, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
