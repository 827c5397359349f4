"""Files on disk and their permissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vardkase.config.environment import secret_from
from vardkase.core import files

OTHERS = 0o077


def test_files_and_their_names_are_private(tmp_path: Path, settings: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    digest = files.store(b"sample")
    kept = tmp_path / "files" / digest[:2] / digest
    assert files.read(digest) == kept.read_bytes() == b"sample"
    assert not kept.stat().st_mode & OTHERS
    assert not kept.parent.stat().st_mode & OTHERS


def test_secret_is_generated_once_and_private(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("VARDKASE_TEST_SECRET", raising=False)
    kept = tmp_path / "secrets" / "test"
    made = secret_from("VARDKASE_TEST_SECRET", kept)
    assert secret_from("VARDKASE_TEST_SECRET", kept) == made
    assert len(made) == 64
    assert not (kept.stat().st_mode | kept.parent.stat().st_mode) & OTHERS


def test_only_digests_are_valid_file_names(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    for name in ("../../etc/passwd", "", "A" * 64, "a" * 63 + "/"):
        try:
            files.read(name)
        except FileNotFoundError:
            continue
        raise AssertionError(name)
