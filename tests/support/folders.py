"""Data directories for tests."""

from __future__ import annotations

from pathlib import Path

import pytest


def open_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new data directory that the database server's own account can reach, which pytest's are not to others."""
    folder = tmp_path_factory.mktemp("data")
    for part in (folder, *folder.parents):
        if "pytest" in str(part):
            part.chmod(0o755)
    return folder
