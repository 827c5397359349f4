"""Zip archives with MISP's password, compared with the standard library."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.archives import unzipped
from vardkase.core.zipcrypto import encrypted_zip, is_encrypted_zip

PASSWORD = b"infected"


@given(
    st.dictionaries(st.sampled_from(["a.exe", "notes/å.txt", "empty"]), st.binary(max_size=2_000), min_size=1)
)
def test_encrypted_archive_round_trip(files: dict[str, bytes]) -> None:
    archive = encrypted_zip(files, PASSWORD)
    assert is_encrypted_zip(archive)
    assert unzipped(archive, PASSWORD) == files


def test_content_is_unreadable_without_the_password() -> None:
    archive = encrypted_zip({"a": b"harmful" * 50}, PASSWORD)
    assert b"harmful" not in archive
    # One wrong password in 256 passes the cipher's own check, and then the checksum fails.
    with pytest.raises((RuntimeError, zipfile.BadZipFile), match=r"password|CRC"):
        unzipped(archive, b"other")


def test_plain_archives_and_files_are_not_encrypted() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as plain:
        plain.writestr("a", "b")
    assert not is_encrypted_zip(out.getvalue())
    assert not is_encrypted_zip(b"MZ\x90\x00 a program")
