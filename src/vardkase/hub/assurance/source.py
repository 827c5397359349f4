"""Which source runs here: what ties the tests and documents that the evidence names to this installation."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

BUILT_FROM = Path(__file__).parent / "data" / "source.txt"
"""The commit of a wheel; hatch_build.py writes it when the wheel is built."""
CHECKOUT = Path(__file__).parents[4]


def source() -> str:
    """The commit, with "+ changes" if files differ from it. Empty where neither the wheel nor git knows."""
    if (CHECKOUT / ".git").exists():
        commit = _git("rev-parse", "HEAD")
        return f"{commit} + changes" if commit and _git("status", "--porcelain") else commit
    return BUILT_FROM.read_text("utf-8").strip() if BUILT_FROM.exists() else ""


def _git(*arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    done = subprocess.run(
        [program, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=30
    )
    return done.stdout.strip()
