"""Dumps of all kinds are read alike, and what is none is refused."""

from __future__ import annotations

import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from tests.factories.misp_dump import dump
from tests.hub.move_in import misp
from vardkase.core.errors import InvalidValue
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.source import dump as reading
from vardkase.hub.move_in.source.dump import DumpReader, Rows, Table, read_dump

HEAD = b"CREATE TABLE `t` (\n  `id` int(11) NOT NULL,\n  `a-b` varchar(9) DEFAULT NULL,\n  `raw` varbinary(16)\n) ;\n"


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(InvalidValue) as raised:
        yield
    assert raised.value.problem.code.name == code


def lines(content: bytes) -> list[bytes]:
    parts = DumpReader(io.BytesIO(content))
    return [part.lines for part in parts if isinstance(part, Rows)]


def test_values_of_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    values = (
        rb"INSERT INTO `t` VALUES (1,'it''s \'x\' \\ \"\n\r\Z\%','\0\\x'),(-2,NULL,0xFF00),"
        b"\n(3,'raw\ttab\nline \xc3\xa5 \xff',_binary 'a\\0');\n"
        b"INSERT INTO `t` (`raw`, `id`) VALUES (x'00',b'101');\n-- Dump completed\n"
    )
    first = b"1\tit's 'x' \\\\ \"\\n\\r\x1a\\\\%\t\\\\x005c78\n-2\t\\N\t\\\\xFF00\n"
    second = b"3\traw\\ttab\\nline \xc3\xa5 \xef\xbf\xbd\t\\\\x6100\n"
    expected = [first + second, b"\\\\x00\t5\n"]
    assert lines(HEAD + values) == expected
    # However the file happens to be cut into pieces.
    for size in (1, 7, 64):
        monkeypatch.setattr(reading, "CHUNK", size)
        assert b"".join(lines(HEAD + values)) == b"".join(expected)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (HEAD + b"INSERT INTO `t` VALUES (1,'a',NULL),(2,'b", "UNREADABLE"),
        (HEAD + b"INSERT INTO `t` VALUES (1,'a');\n", "UNREADABLE"),
        (HEAD + b"INSERT INTO `t` VALUES (1,(SELECT 1),NULL);\n", "UNREADABLE"),
        (HEAD + HEAD, "TABLE_TWICE"),
        (b"INSERT INTO `t` VALUES (1);\n", "ROWS_WITHOUT_TABLE"),
        (b"/*!40101 SET NAMES latin1 */;\n", "ENCODING"),
    ],
)
def test_what_is_no_dump_is_refused(content: bytes, problem: str) -> None:
    with refused(problem):
        lines(content)


def test_longest_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 64)
    monkeypatch.setattr(reading, "LONGEST_ROW", 4096)
    row = b"INSERT INTO `t` VALUES (1,'%s',NULL);\n"
    assert len(lines(HEAD + row % (b"x" * 4000) + row % (b"y" * 4000))) == 2
    unpacked = io.BytesIO(HEAD + row % (b"x" * 1_000_000))
    with refused("ROW_TOO_LONG"):
        list(DumpReader(unpacked))
    assert unpacked.tell() < 5000, "what does not fit is not even read"


def test_packed_dumps_are_staged(db: None, tmp_path: Path) -> None:
    content = dump(misp.tables())
    packings: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        ".gz": gzip.compress,
        ".xz": lzma.compress,
        ".zst": zstandard.compress,
    }
    for ending, pack in packings.items():
        file = tmp_path / f"misp.sql{ending}"
        file.write_bytes(pack(content))
        staged = staging.fill(read_dump(file))
        assert (staged.rows["users"], staged.rows["cake_sessions"], staged.repaired) == (7, 1, {})
    (tmp_path / "cut.sql").write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(InvalidValue):
        staging.fill(read_dump(tmp_path / "cut.sql"))
    assert staging.is_filled(), "the former ones stay"
    with pytest.raises(InvalidValue):
        staging.fill([Table("other")])
    # Broken off between two statements: whole by its form, and what is missing would be deleted here.
    between = tmp_path / "between.sql"
    between.write_bytes(content[: content.rindex(b"CREATE TABLE")])
    with refused("INCOMPLETE"):
        staging.fill(read_dump(between))
    assert staging.fill(read_dump(between, without_comments=True)).rows["users"] == 7
    (tmp_path / "two.sql").write_bytes(HEAD + b"-- Dump completed\nCREATE TABLE `u` (\n  `id` int(11)\n) ;\n")
    with refused("INCOMPLETE"):
        list(read_dump(tmp_path / "two.sql"))
    (tmp_path / "cut.xz").write_bytes(lzma.compress(content)[:-40])
    with refused("UNPACKING"):
        list(read_dump(tmp_path / "cut.xz"))
