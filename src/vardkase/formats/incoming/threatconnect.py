"""ThreatConnect's CSV export, one indicator per row: ``Type,Value,Confidence,Description,Source``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from vardkase.core.errors import FieldErrors, Invalid
from vardkase.formats.problems import ImportProblem

COLUMNS = ("type", "value", "confidence", "description", "source")
TYPES: dict[str, tuple[str, str]] = {
    "address": ("Network activity", "ip-dst"),
    "asn": ("Network activity", "AS"),
    "cidr": ("Network activity", "ip-dst"),
    "emailaddress": ("Payload delivery", "email-src"),
    "emailsubject": ("Payload delivery", "email-subject"),
    "host": ("Network activity", "domain"),
    "mutex": ("Artifacts dropped", "mutex"),
    "registrykey": ("Persistence mechanism", "regkey"),
    "url": ("Network activity", "url"),
    "useragent": ("Network activity", "user-agent"),
}
"""ThreatConnect's types, in lower case and without spaces, and where MISP puts them."""
HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
HASH = re.compile(r"[0-9a-f]+")
SURE = 51.0
"""A confidence above this is for detection, as in MISP."""


class Table:
    """A ThreatConnect table being imported. `unsupported` is complete once `documents` has been consumed."""

    def __init__(self, content: bytes, distribution: int | str | None = None) -> None:
        """`distribution` applies to every attribute. Raises Invalid if a column is missing, or there are no
        rows."""
        # Spreadsheets write a byte order mark; NUL is what PostgreSQL's text cannot contain.
        self._rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace").replace("\0", "")))
        self._reach = {} if distribution is None else {"distribution": distribution}
        header = [name.strip().lower() for name in next(self._read_rows(), [])]
        if missing := [name.title() for name in COLUMNS if name not in header]:
            raise Invalid({"header": [ImportProblem.COLUMNS_MISSING(names=missing)]})
        self._positions = {name: header.index(name) for name in COLUMNS}
        self._sources: set[str] = set()
        self.unsupported: dict[str, FieldErrors] = {}

    def documents(self) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(self._read_rows(), start=1):
            cells = {
                name: row[position].strip() if position < len(row) else ""
                for name, position in self._positions.items()
            }
            attributes = list(_values(cells["type"], cells["value"]))
            if not attributes:
                indicator = {"type": cells["type"][:100], "value": cells["value"][:200]}
                self.unsupported[f"Row.{number}"] = {"Type": [ImportProblem.UNKNOWN_INDICATOR(**indicator)]}
                continue
            yield from (
                {**self._reach, **attribute, **_confidence_and_comment(cells)} for attribute in attributes
            )
            yield from self._source_once(cells["source"])

    def _read_rows(self) -> Iterator[list[str]]:
        try:
            for row in self._rows:
                if row:
                    yield row
        except csv.Error as error:
            raise Invalid(
                {"row": [ImportProblem.BAD_LINE(number=self._rows.line_num, reason=str(error))]}
            ) from error

    def _source_once(self, source: str) -> Iterator[dict[str, Any]]:
        if source and source not in self._sources:
            self._sources.add(source)
            kind = "link" if source.startswith(("http://", "https://")) else "comment"
            attribute = {"category": "External analysis", "type": kind, "value": source, "to_ids": False}
            yield {**self._reach, **attribute, "comment": "ThreatConnect source"}


def _values(kind: str, value: str) -> Iterator[dict[str, Any]]:
    """A file yields each of its hashes, which have the form ``md5 : sha1 : sha256``."""
    plain = kind.lower().replace(" ", "").replace("_", "")
    if plain == "file":
        for digest in filter(None, (part.strip().lower() for part in value.split(":"))):
            if HASH.fullmatch(digest) and (type := HASHES.get(len(digest))):
                yield {"category": "Artifacts dropped", "type": type, "value": digest}
    elif plain in TYPES and value:
        category, type = TYPES[plain]
        yield {"category": category, "type": type, "value": value}


def _confidence_and_comment(cells: Mapping[str, str]) -> dict[str, Any]:
    try:
        is_sure = float(cells["confidence"] or 0) > SURE
    except ValueError:
        is_sure = False
    return {"to_ids": is_sure, "comment": cells["description"]}
