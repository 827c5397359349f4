"""Preview of pasted text: values found, those already in the event, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.mail_domains import domain_owners
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.file_groups import FileGroup
from vardkase.misp.freetext import URL, DetectedValue, detect
from vardkase.misp.recognition import recognise
from vardkase.misp.values import normalise, split

HOSTS = frozenset(("domain", "hostname", "url", "email", "email-src", "email-dst", "hostname|port"))
"""Types whose values may be an organisation's own."""


@dataclass(frozen=True, slots=True)
class PastedValue:
    """A value in the text; `known_types` are its types in the event, `lists` the warninglists that match, `owner` the
    organisation on the hub whose domain it is in.
    """

    found: DetectedValue
    known_types: frozenset[str] = frozenset()
    lists: list[str] = field(default_factory=list)
    owner: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.known_types)


@dataclass(frozen=True, slots=True)
class PastedValues:
    """`files`: which of the hashes are of one file."""

    values: list[PastedValue]
    unknown: list[str]
    files: list[FileGroup] = field(default_factory=list)


def pasted(actor: Actor, event_id: int | None, text: str) -> PastedValues:
    """`event_id`: the event that the values are for, None for a new one."""
    recognised = recognise(text, check=check_time)
    detected = recognised.values
    known = {} if event_id is None else _known(event_id, detected)
    hits = find_hits([CheckedValue(value.value, value.type) for value in detected])
    hosts = {value.value: host for value in detected if (host := _host_of(value))}
    owners = domain_owners(actor, set(hosts.values()))
    values = [
        PastedValue(
            value,
            frozenset(known.get(_parts(value), ())),
            [hit.name for hit in hits.get(position, ())],
            owners.get(hosts.get(value.value, ""), ""),
        )
        for position, value in enumerate(detected)
    ]
    # Known words rule out most lines; detection, which is slow, is repeated only for the rest.
    words = {value.original for value in detected}
    lines = dict.fromkeys(line.strip() for line in recognised.prose.splitlines())
    unknown = [line for line in lines if line and _is_unknown(line, words)]
    return PastedValues(values, unknown, recognised.files)


def _host_of(value: DetectedValue) -> str:
    if value.type not in HOSTS:
        return ""
    text = value.value.partition("|")[0]
    if value.type == "url":
        return match["host"].lower() if (match := URL.fullmatch(text)) else ""
    return text.rpartition("@")[2].lower().rstrip(".")


def _is_unknown(line: str, known: set[str]) -> bool:
    check_time()  # Nothing else here asks the database, which would check it.
    return not known.intersection(line.split()) and not detect(line, beyond_misp=True)


def _known(event_id: int, values: Sequence[DetectedValue]) -> dict[tuple[str, str | None], set[str]]:
    firsts = [_parts(value)[0] for value in values]
    rows = cursor().execute(KNOWN, {"event": event_id, "values": firsts}).fetchall()
    known: dict[tuple[str, str | None], set[str]] = {}
    for kind, value1, value2 in rows:
        known.setdefault((value1, value2), set()).add(kind)
    return known


def _parts(value: DetectedValue) -> tuple[str, str | None]:
    return split(value.type, normalise(value.type, value.value))


KNOWN = """
SELECT type, value1, value2 FROM attribute
WHERE event_id = %(event)s AND NOT deleted AND value1 = ANY(%(values)s::text[])
"""
