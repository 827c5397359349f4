"""Data directories for tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made by mkdtemp
NEEDED = 4 << 30
"""Bytes of it that a run may fill: a dozen database clusters at most at a time."""

RUN_FOLDER = "VARDKASE_TEST_RUN"
"""The environment variable with the folder of the whole run, which is removed at its end."""


PREFIX = "vardkase-test-"


def run_folder() -> Path:
    """A new folder for this run, after removing those of runs that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def open_folder() -> Path:
    """A new data directory that the database server's account can access.

    Not one of pytest's: each pytest run on the machine closes their parent folder to other accounts.
    """
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=os.environ[RUN_FOLDER]))
    folder.chmod(0o755)
    return folder


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """One for the length of a block. The end of the run removes it where the block was killed."""
    folder = open_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def use_memory() -> None:
    """Keep temporary files in memory, here and in every process started later, unless TMPDIR says where.

    A database cluster has 1,700 files, and a disk takes seconds to delete them.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < NEEDED:
        return
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:  # As in a container: tests run programs that they write.
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
