"""Archives from others: the extracted bytes and files are limited, whatever the archive claims."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pytest

from vardkase.core.archives import ArchiveLimits, ArchiveProblem, members
from vardkase.core.errors import InvalidValue
from vardkase.core.problems import ProblemCode
from vardkase.core.zipcrypto import is_encrypted_zip

SMALL = ArchiveLimits(size=100_000, members=50)


@contextmanager
def refused_as(*codes: ProblemCode) -> Iterator[None]:
    with pytest.raises(InvalidValue) as refused:
        yield
    assert refused.value.problem.code in codes


def archive(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_archive_within_limits_is_read_with_any_compression(how: int) -> None:
    files = {"a": b"x" * 60_000, "b/c": b"", "../d": b"y" * 40_000}
    assert dict(members(archive(files, how), SMALL)) == files


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_bomb_is_refused_at_the_byte_limit(how: int) -> None:
    bomb = archive({"a": bytes(50_000_000)}, how)
    assert len(bomb) < 60_000
    with refused_as(ArchiveProblem.TOO_LARGE):
        list(members(bomb, SMALL))
    many = archive({str(number): bytes(10_000) for number in range(20)}, how)
    read = members(many, SMALL)
    assert len(list(islice(read, 10))) == 10
    with refused_as(ArchiveProblem.TOO_LARGE):
        list(read)


def test_declared_sizes_are_not_trusted() -> None:
    bomb = bytearray(archive({"a": bytes(5_000_000)}))
    directory = bomb.index(b"PK\1\2")
    bomb[directory + 24 : directory + 28] = struct.pack("<L", 10)
    with refused_as(ArchiveProblem.TOO_LARGE, ArchiveProblem.UNREADABLE):
        list(members(bytes(bomb), SMALL))


def test_too_many_files_are_refused_before_listing() -> None:
    many = archive({str(number): b"" for number in range(51)})
    with refused_as(ArchiveProblem.TOO_MANY_FILES):
        next(members(many, SMALL))
    crowd = archive({str(number): b"" for number in range(2_001)})
    assert not is_encrypted_zip(crowd)


def test_nested_archive_is_not_opened() -> None:
    inner = archive({"a": bytes(50_000_000)})
    assert dict(members(archive({"inner.zip": inner}), SMALL)) == {"inner.zip": inner}


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"PK\3\4" + bytes(30), archive({"a": b"b" * 999})[:-30]],
    ids=["nothing", "two letters", "a head", "cut off"],
)
def test_invalid_archive_is_refused_with_a_message(content: bytes) -> None:
    with refused_as(ArchiveProblem.UNREADABLE):
        list(members(content, SMALL))


def test_damaged_archive_is_refused() -> None:
    whole = archive({"a": b"abcdefgh" * 999}, zipfile.ZIP_STORED)
    with refused_as(ArchiveProblem.UNREADABLE):
        list(members(whole.replace(b"hgfe", b"xxxx").replace(b"habc", b"hxbc"), SMALL))
