"""Zip archives with MISP's password, compared with the standard library."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardkase.core.zipcrypto import encrypted_zip, is_encrypted_zip, open_encrypted_zip

PASSWORD = b"infected"
LIMIT = 1_000_000


@given(
    st.dictionaries(st.sampled_from(["a.exe", "notes/å.txt", "empty"]), st.binary(max_size=2_000), min_size=1)
)
def test_encrypted_archive_round_trip(files: dict[str, bytes]) -> None:
    archive = encrypted_zip(files, PASSWORD)
    assert is_encrypted_zip(archive)
    assert open_encrypted_zip(archive, PASSWORD, limit=LIMIT) == files


def test_content_is_unreadable_without_the_password() -> None:
    archive = encrypted_zip({"a": b"harmful" * 50}, PASSWORD)
    assert b"harmful" not in archive
    with pytest.raises(ValueError, match="password"):
        open_encrypted_zip(archive, b"other", limit=LIMIT)


def test_too_large_archive_is_refused() -> None:
    archive = encrypted_zip({"a": b"0" * 50_000}, PASSWORD)
    with pytest.raises(ValueError, match="too large"):
        open_encrypted_zip(archive, PASSWORD, limit=10_000)


def test_plain_archives_and_files_are_not_encrypted() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as plain:
        plain.writestr("a", "b")
    assert not is_encrypted_zip(out.getvalue())
    assert not is_encrypted_zip(b"MZ\x90\x00 a program")
    with pytest.raises(ValueError, match=r"."):
        open_encrypted_zip(b"MZ\x90\x00 a program", PASSWORD, limit=LIMIT)
