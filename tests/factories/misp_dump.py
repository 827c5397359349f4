"""Writes dumps as mysqldump does, of a MISP that a test makes up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vardkase.hub.move_in.source.columns import Kind
from vardkase.hub.move_in.staging import known_tables

TYPES = {Kind.NUMBER: "int(11)", Kind.FRACTION: "float", Kind.TEXT: "longtext", Kind.BYTES: "blob"}
ESCAPES = str.maketrans(
    {"\0": "\\0", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\\": "\\\\", "\x1a": "\\Z"}
)
HEAD = "-- MariaDB dump 10.19\n/*!40101 SET NAMES utf8mb4 */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n"
END = "-- Dump completed on 2026-11-28 18:00:00\n"

type Rows = Mapping[str, list[dict[str, Any]]]


def written(path: Path, rows: Rows) -> Path:
    path.write_bytes(dump(rows))
    return path


def dump(rows: Rows) -> bytes:
    parts = [HEAD.encode()]
    for table, columns in sorted(known_tables().items()):
        described = ",\n".join(f"  `{column.name}` {TYPES[column.kind]} DEFAULT NULL" for column in columns)
        key = ",\n  PRIMARY KEY (`id`)" if columns[0].name == "id" else ""
        parts.append(f"CREATE TABLE `{table}` (\n{described}{key}\n) ENGINE=InnoDB;\n".encode())
        if given := rows.get(table):
            lines = [
                b"("
                + b",".join(_value(row.get(column.name, _missing(column.kind))) for column in columns)
                + b")"
                for row in given
            ]
            parts.append(f"INSERT INTO `{table}` VALUES\n".encode() + b",\n".join(lines) + b";\n")
    return b"".join([*parts, END.encode()])


def _missing(kind: Kind) -> int | None:
    return 0 if kind is Kind.NUMBER else None


def _value(value: Any) -> bytes:
    if value is None:
        return b"NULL"
    if isinstance(value, bytes):
        return b"0x" + value.hex().encode()
    if isinstance(value, str):
        return f"'{value.translate(ESCAPES)}'".encode()
    return str(int(value)).encode()
