"""Columns of MISP's tables, and what PostgreSQL is told of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a column are kept in the staging tables.

    Times stay text: MySQL knows dates such as 0000-00-00.
    """

    NUMBER = "bigint"
    FRACTION = "double precision"
    TEXT = "text"
    BYTES = "bytea"


NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "bit", "year"})
FRACTIONS = frozenset({"float", "double", "real", "decimal", "numeric"})
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


def kind_of(mysql_type: str) -> Kind:
    name = re.split(r"[ (]", mysql_type.lower(), maxsplit=1)[0]
    if name in NUMBERS:
        return Kind.NUMBER
    if name in FRACTIONS:
        return Kind.FRACTION
    return Kind.BYTES if name in BYTES else Kind.TEXT
