"""Data directories for tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

RUN_FOLDER = "VARDKASE_TEST_RUN"
"""The environment variable with the folder of the whole run, which is removed at its end."""


def open_folder() -> Path:
    """A new data directory that the database server's account can access.

    Not one of pytest's: each pytest run on the machine closes their parent folder to other accounts.
    """
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=os.environ[RUN_FOLDER]))
    folder.chmod(0o755)
    return folder
