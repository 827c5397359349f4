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
    """A ThreatConnect table being imported. `untold` is complete once `documents` has been consumed."""

    def __init__(self, content: bytes, distribution: int | str | None = None) -> None:
        """`distribution` applies to every attribute. Raises Invalid if a column is missing, or there are no
        rows."""
        self._rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace").replace("\0", "")))
        self._reach = {} if distribution is None else {"distribution": distribution}
        self._places = self._head()
        self._sources: set[str] = set()
        self.untold: dict[str, FieldErrors] = {}

    def documents(self) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(self._read(), start=1):
            cells = {
                name: row[place].strip() if place < len(row) else "" for name, place in self._places.items()
            }
            found = list(_values(cells["type"], cells["value"]))
            if not found:
                about = {"type": cells["type"][:100], "value": cells["value"][:200]}
                self.untold[f"Row.{number}"] = {"Type": [ImportProblem.UNKNOWN_INDICATOR(**about)]}
                continue
            yield from ({**self._reach, **each, **_about(cells)} for each in found)
            yield from self._source(cells["source"])

    def _head(self) -> dict[str, int]:
        head = [name.strip().lower() for name in next(self._read(), [])]
        if missing := [name.title() for name in COLUMNS if name not in head]:
            raise Invalid({"header": [ImportProblem.COLUMNS_MISSING(names=missing)]})
        return {name: head.index(name) for name in COLUMNS}

    def _read(self) -> Iterator[list[str]]:
        try:
            for row in self._rows:
                if row:
                    yield row
        except csv.Error as error:
            raise Invalid(
                {"row": [ImportProblem.BAD_LINE(number=self._rows.line_num, reason=str(error))]}
            ) from error

    def _source(self, source: str) -> Iterator[dict[str, Any]]:
        if source and source not in self._sources:
            self._sources.add(source)
            kind = "link" if source.startswith(("http://", "https://")) else "comment"
            told = {"category": "External analysis", "type": kind, "value": source, "to_ids": False}
            yield {**self._reach, **told, "comment": "ThreatConnect source"}


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


def _about(cells: Mapping[str, str]) -> dict[str, Any]:
    try:
        sure = float(cells["confidence"] or 0) > SURE
    except ValueError:
        sure = False
    return {"to_ids": sure, "comment": cells["description"]}
