"""YARA rules generated from attributes: text patterns and file hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, groupby
from typing import NamedTuple

ORIGIN = "Automatically generated from non-Yara attribute(s)"

FIRST = ("ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain", "hostname", "hostname|port", "url", "uri",
         "email", "email-src", "email-dst", "user-agent", "regkey", "mutex", "named pipe", "pdb",
         "pattern-in-file", "pattern-in-memory", "windows-service-name", "jabber-id", "btc", "xmr")  # fmt: skip
BOTH = ("domain|ip", "regkey|value")

HASHES: Mapping[str, str] = {
    "md5": 'hash.md5(0, filesize) == "{}"',
    "sha1": 'hash.sha1(0, filesize) == "{}"',
    "sha256": 'hash.sha256(0, filesize) == "{}"',
    "imphash": 'pe.imphash() == "{}"',
}
DIGEST = re.compile(r"[0-9a-f]{32,64}", re.ASCII)

TYPES = frozenset((*FIRST, *BOTH, *HASHES, *(f"filename|{name}" for name in HASHES), "malware-sample"))
"""Attribute types that become rules."""

SHORTEST, LONGEST = 4, 8000
"""Bytes of a text: a shorter one is in every file, a longer one exceeds a line of a rule."""
TOGETHER = 1000
"""Attributes in one rule."""

NOT_IN_TEXT = re.compile(rb'[^ -~]|["\\]')


class Row(NamedTuple):
    uuid: str
    type: str
    value1: str
    value2: str | None
    event_uuid: str
    event_info: str


@dataclass(slots=True)
class RuleParts:
    texts: dict[str, None] = field(default_factory=dict)
    conditions: dict[str, None] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        if row.type in HASHES or row.type.startswith("filename|") or row.type == "malware-sample":
            self._add_hash(row)
            return
        for value in (row.value1, row.value2 or "") if row.type in BOTH else (row.value1,):
            escaped = text(value)
            if len(value.encode()) >= SHORTEST and len(escaped) <= LONGEST:
                self.texts[escaped] = None

    def _add_hash(self, row: Row) -> None:
        kind = "md5" if row.type == "malware-sample" else row.type.removeprefix("filename|")
        digest = (row.value1 if row.value2 is None else row.value2).lower()
        if DIGEST.fullmatch(digest):
            self.conditions[HASHES[kind].format(digest)] = None


def of_attributes(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        parts = RuleParts()
        parts.add(row)
        if parts.texts or parts.conditions:
            yield rule(
                f"MISP_ATTRIBUTE_{row.uuid.replace('-', '_')}", _meta(row, f"{row.uuid} ({row.type})"), parts
            )


def of_events(rows: Iterable[Row]) -> Iterator[str]:
    for event_uuid, group in groupby(rows, key=lambda row: row.event_uuid):
        for number, batch in enumerate(batched(group, TOGETHER), 1):
            parts = RuleParts()
            for row in batch:
                parts.add(row)
            if parts.texts or parts.conditions:
                name = f"MISP_EVENT_{event_uuid.replace('-', '_')}_PART{number}"
                yield rule(name, _meta(batch[0]), parts)


def rule(name: str, meta: Sequence[tuple[str, str]], parts: RuleParts) -> str:
    """The rule as MISP lays it out, with the modules that it needs."""
    modules = [
        module
        for module in ("hash", "pe")
        if any(f"{module}." in condition for condition in parts.conditions)
    ]
    imports = "\n".join(f'import "{module}"' for module in modules)
    # Programs for Windows hold texts in UTF-16 (`wide`) as well as in ASCII.
    strings = "".join(f'\n\t\t$ = "{pattern}" ascii wide' for pattern in parts.texts)
    conditions = [*parts.conditions, *(["any of them"] if parts.texts else [])]
    return (
        f"\n{imports}\nrule {name} : generated\n{{\n\tmeta:{meta_lines(meta)}"
        + (f"\n\tstrings:{strings}" if strings else "")
        + "\n\tcondition:\n\t\t"
        + "\n\t\tor ".join(conditions)
        + "\n}"
    )


def meta_lines(meta: Iterable[tuple[str, str]]) -> str:
    return "".join(f'\n\t\t{name} = "{text(value)[:LONGEST]}"' for name, value in meta)


def text(value: str) -> str:
    return NOT_IN_TEXT.sub(_hexadecimal, value.encode()).decode()


def _hexadecimal(match: re.Match[bytes]) -> bytes:
    return b"\\" + match[0] if match[0] in b'"\\' else b"\\x%02x" % match[0][0]


def _meta(row: Row, uuid: str = "") -> list[tuple[str, str]]:
    own = [("MISP_UUID", uuid)] if uuid else []
    return [
        ("MISP_EVENT_INFO", row.event_info),
        ("MISP_EVENT_UUID", row.event_uuid),
        ("MISP_ORIGIN", ORIGIN),
        *own,
    ]
