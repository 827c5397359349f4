"""The search for what a request concerns: set-based, in ranges of the largest tables, with its progress reported.

It reads everything on the hub whoever may read it, and tells nobody what it reads: only where something was found, and
whose it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched, islice
from typing import Any, NamedTuple

import msgspec

from vardkase.analysis.correlation.keys import keys_of
from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import read_snapshot, read_snapshots
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.data_protection.requests.files import FileSearch, texts_in_files
from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.hub.data_protection.requests.passages import in_event, passages
from vardkase.hub.data_protection.requests.sources import AUDIT, EVERY, DataSource
from vardkase.hub.data_protection.requests.terms import SearchTerm, like_part, pattern, whole_values
from vardkase.hub.membership.members.details import FIELDS, in_words
from vardkase.misp import report_references

AT_ONCE = 100_000
"""Rows of a large table in one statement."""
VERSIONS_AT_ONCE = 50
VERSION_BYTES = 64 * 2**20
MOST = 20_000
"""Items of one request. A person in more of them needs narrower values to search for."""
MOST_LINES = 2_000
"""Lines of the audit log."""
IN_FILES = (Kind.ATTACHMENT, Kind.CASE_FILE_DOCUMENT)
IN_PASSAGES = (*IN_FILES, Kind.CASE_DOCUMENT, Kind.APPLICATION, Kind.REPORT)
"""Documents, of which only the lines that name the person are about them."""
LONG = 2_000
"""Characters above which a text of another kind is treated as a document."""


class Place(NamedTuple):
    """Where something was found, and whose it is; no `organisation_id`: the hub owner's."""

    organisation_id: int | None
    kind: Kind
    part_id: int


@dataclass(slots=True)
class FoundItem:
    event_id: int | None
    terms: set[int] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Findings:
    """`audit_lines` are those that name the person. `is_cut`: there was more than MOST."""

    items: dict[Place, FoundItem] = field(default_factory=dict)
    audit_lines: list[str] = field(default_factory=list)
    is_cut: bool = False

    def add(self, place: Place, event_id: int | None, terms: Iterable[int], version: int = 0) -> None:
        found = self.items.get(place)
        if found is None:
            if len(self.items) >= MOST:
                self.is_cut = True
                return
            found = self.items[place] = FoundItem(event_id)
        found.terms.update(terms)
        if version:
            found.versions.add(version)


def find(terms: Sequence[SearchTerm]) -> Findings:
    """What is on the hub of the person whom `terms` describe."""
    findings = Findings()
    given = _patterns(terms)
    ranges = [(source, *bounds) for source in (*EVERY, AUDIT) for bounds in _ranges(source)]
    versions = _last_version_id()
    total = len(ranges) * VERSIONS_AT_ONCE + versions
    for done, (source, first, last) in enumerate(ranges):
        report(done * VERSIONS_AT_ONCE, total)
        bounds = {"first": first, "last": last}
        if source is AUDIT:
            _add_audit_lines(findings, given | bounds)
        else:
            for part_id, event_id, org_id, places in cursor().execute(_matching(source), given | bounds):
                findings.add(Place(org_id, source.kind, part_id), event_id, places)
    _without_closed_documents(findings)
    _add_whole_values(findings, terms)
    _add_files(findings, terms)
    _add_versions(findings, terms, len(ranges) * VERSIONS_AT_ONCE, total)
    return findings


def _without_closed_documents(findings: Findings) -> None:
    """Documents of cases that nobody reads now (`case_files.closing`)."""
    filed = [place for place in findings.items if place.kind is Kind.CASE_DOCUMENT]
    kept = _open_documents(place.part_id for place in filed)
    for place in filed:
        if place.part_id not in kept:
            del findings.items[place]


def _open_documents(ids: Iterable[int]) -> set[int]:
    return set(CaseDocument.objects.filter(pk__in=list(ids)).values_list("pk", flat=True))


def _add_files(findings: Findings, terms: Sequence[SearchTerm]) -> None:
    search = FileSearch(compiled_patterns(terms))
    for held, places in search.findings():
        findings.add(Place(held.organisation_id, held.kind, held.part_id), held.event_id, places)
    findings.is_cut |= search.is_cut


def _patterns(terms: Sequence[SearchTerm]) -> dict[str, object]:
    return {
        "places": list(range(len(terms))),
        "patterns": [pattern(term) for term in terms],
        "parts": [like_part(term) for term in terms],
        "most": MOST + 1,
    }


def _ranges(source: DataSource) -> Iterator[tuple[int, int]]:
    if not source.table:
        yield 0, 0
        return
    row = cursor().execute(f"SELECT coalesce(max(id), 0) FROM {source.table}").fetchone()
    last = row[0] if row else 0
    yield from ((first, first + AT_ONCE - 1) for first in range(1, last + 1, AT_ONCE))


def _rows(source: DataSource) -> str:
    if not source.table:
        return source.rows
    return f"{source.rows} WHERE {source.key} BETWEEN %(first)s AND %(last)s"


def _matching(source: DataSource) -> str:
    return MATCHING.format(rows=_rows(source), terms=TERMS)


def _add_audit_lines(findings: Findings, given: dict[str, object]) -> None:
    wanted = MOST_LINES - len(findings.audit_lines)
    rows = (
        cursor()
        .execute(AUDIT_LINES.format(rows=_rows(AUDIT), terms=TERMS), given | {"wanted": wanted})
        .fetchall()
    )
    for text, places in rows:
        findings.audit_lines.append(text)
        findings.add(Place(None, Kind.AUDIT, 0), None, places)
    findings.is_cut |= len(findings.audit_lines) >= MOST_LINES


def _add_whole_values(findings: Findings, terms: Sequence[SearchTerm]) -> None:
    """Values that are the same but spelt in a way that the pattern does not know (addresses in IPv6)."""
    forms = [(place, form) for place, term in enumerate(terms) for form in whole_values(term)]
    given = {
        "places": [place for place, _ in forms],
        "texts": [form.strip().lower() for _, form in forms],
        "keys": keys_of(form for _, form in forms),
        "most": MOST + 1,
    }
    for part_id, event_id, org_id, places in cursor().execute(WHOLE_VALUES, given):
        findings.add(Place(org_id, Kind.ATTRIBUTE, part_id), event_id, places)


def _last_version_id() -> int:
    row = cursor().execute("SELECT coalesce(max(id), 0) FROM event_version").fetchone()
    return int(row[0]) if row else 0


def _add_versions(findings: Findings, terms: Sequence[SearchTerm], done: int, total: int) -> None:
    compiled = compiled_patterns(terms)
    rows = cursor().execute(VERSIONS).fetchall()
    for batch in batched(rows, VERSIONS_AT_ONCE):
        documents = read_snapshots(((uuid, version) for _, _, uuid, version, _ in batch), VERSION_BYTES)
        for (number, event_id, uuid, version, org_id), document in zip(batch, documents, strict=True):
            report(min(total, done + number), total)
            text = readable(document if document is not None else read_snapshot(str(uuid), version))
            if places := [place for place, each in enumerate(compiled) if each.search(text)]:
                findings.add(Place(org_id, Kind.VERSION, event_id), event_id, places, version)


def compiled_patterns(terms: Sequence[SearchTerm]) -> list[re.Pattern[str]]:
    return [re.compile(pattern(term), re.IGNORECASE) for term in terms]


def readable(document: bytes) -> str:
    """The JSON as text, in which ends of lines and escaped signs do not stick to words."""
    text = document.decode(errors="replace")
    return re.sub(r'\\([nrt"/\\])', lambda sign: " " if sign[1] in "nrt" else sign[1], text)


def texts_of(
    kind: Kind,
    part_ids: Sequence[int],
    terms: Sequence[SearchTerm],
    organisation_id: int | None,
    *,
    with_hubs_own: bool,
) -> dict[int, str]:
    """What an organisation's items of a kind say now; without those that no longer hold any of `terms`.

    Not for versions and the audit log. Of documents and long texts only the passages that name the person.
    """
    found: dict[int, list[str]] = defaultdict(list)
    if kind is Kind.CASE_DOCUMENT:
        part_ids = sorted(_open_documents(part_ids))
    given = _patterns(terms) | {"ids": list(part_ids), "org": organisation_id, "own": with_hubs_own}
    compiled = compiled_patterns(terms)
    for source in EVERY:
        if source.kind is kind:
            rows = source.rows if not source.table else f"{source.rows} WHERE {source.key} = ANY(%(ids)s)"
            texts = cursor().execute(TEXTS.format(rows=rows), given).fetchall()
            for part_id, whole in _with_references_in_words(texts) if kind is Kind.REPORT else texts:
                found[part_id] += _about_person(kind, whole, compiled)
    if kind in IN_FILES:
        said = texts_in_files(kind, part_ids, organisation_id, with_hubs_own=with_hubs_own)
        for part_id, whole in said.items():
            if named := passages(whole, compiled):
                found[part_id] += named
    return {part_id: "\n".join(dict.fromkeys(texts)) for part_id, texts in found.items()}


def _with_references_in_words(reports: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """A UUID says nothing to a person, and may be derived from a value that is not about them."""
    wanted = {
        each.target
        for _, text in reports
        for each in report_references.references(text)
        if each.kind in report_references.BY_UUID
    }
    values = {"reports": [part_id for part_id, _ in reports], "uuids": list(wanted)}
    rows = cursor().execute(REFERRED_TO, values).fetchall() if wanted else []
    named = {(part_id, uuid): text for part_id, uuid, text in rows}
    for part_id, text in reports:
        of_report = {uuid: words for (report_id, uuid), words in named.items() if report_id == part_id}
        yield part_id, report_references.in_words(text, of_report)


def _about_person(kind: Kind, text: str, compiled: Sequence[re.Pattern[str]]) -> list[str]:
    if kind is Kind.MEMBERSHIP:
        return _own_details(text, compiled)
    if kind is Kind.APPLICATION:
        # The answers are one line of JSON after the address.
        lines = [
            _own_details(line, compiled) if line.startswith("{") else [line] for line in text.split("\n")
        ]
        return passages("\n".join(each for line in lines for each in line), compiled)
    if kind in IN_PASSAGES or len(text) > LONG:
        return passages(text, compiled)
    return [text]


def _own_details(text: str, compiled: Sequence[re.Pattern[str]]) -> list[str]:
    """Of a member's details in JSON those that name the person, in words: the other contacts are other people's."""
    try:
        details = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return passages(text, compiled)
    lines = []
    for name, value in details.items():
        for each in value if isinstance(value, list) else [value]:
            words = in_words(each)
            if name in FIELDS and any(pattern.search(words) for pattern in compiled):
                lines.append(f"{FIELDS[name].label}: {words}")
    return lines or passages(text, compiled)


def excerpts(uuid: str, versions: Sequence[int], terms: Sequence[SearchTerm]) -> str:
    """What was found in published versions: the fields that name the person."""
    compiled = compiled_patterns(terms)
    lines: dict[str, None] = {}
    for version in versions:
        lines |= dict.fromkeys(in_event(read_snapshot(uuid, version), compiled))
    return "\n".join(islice(lines, MOST_LINES))


# `part` is in all that the pattern matches: it leaves out nearly every row at a fraction of the cost.
TERMS = "unnest(%(places)s::int[], %(patterns)s::text[], %(parts)s::text[]) AS t (place, pattern, part)"
MATCHING = """
SELECT x.part_id, x.event_id, x.org_id, array_agg(DISTINCT t.place)
FROM ({rows}) x
JOIN {terms} ON x.text ILIKE t.part AND x.text ~* t.pattern
GROUP BY x.part_id, x.event_id, x.org_id
ORDER BY x.part_id LIMIT %(most)s
"""
AUDIT_LINES = """
SELECT x.text, array_agg(DISTINCT t.place)
FROM ({rows}) x
JOIN {terms} ON x.text ILIKE t.part AND x.text ~* t.pattern
GROUP BY x.text ORDER BY x.text LIMIT %(wanted)s
"""
TEXTS = """
SELECT x.part_id, x.text FROM ({rows}) x
WHERE x.part_id = ANY(%(ids)s::bigint[]) AND x.text ~* ANY(%(patterns)s::text[])
    AND (x.org_id = %(org)s OR (%(own)s AND x.org_id IS NULL))
"""
REFERRED_TO = """
SELECT r.id, a.uuid::text, concat_ws('|', a.value1, a.value2)
FROM event_report r JOIN attribute a ON a.event_id = r.event_id
WHERE r.id = ANY(%(reports)s::bigint[]) AND a.uuid = ANY(%(uuids)s::uuid[]) AND NOT a.deleted
UNION ALL
SELECT r.id, o.uuid::text, o.name FROM event_report r JOIN object o ON o.event_id = r.event_id
WHERE r.id = ANY(%(reports)s::bigint[]) AND o.uuid = ANY(%(uuids)s::uuid[]) AND NOT o.deleted
"""
# Two values may share a key: their texts are compared as well.
WHOLE_VALUES = """
SELECT a.id, a.event_id, e.org_id, array_agg(DISTINCT given.place)
FROM unnest(%(places)s::int[], %(texts)s::text[], %(keys)s::bigint[]) AS given (place, text, key)
JOIN attribute_key k ON k.key = given.key
JOIN attribute a ON a.event_id = k.event_id AND a.id = k.attribute_id
JOIN event e ON e.id = a.event_id AND NOT e.quarantined
WHERE lower(trim(a.value1)) = given.text OR lower(trim(a.value2)) = given.text
GROUP BY a.id, a.event_id, e.org_id ORDER BY a.id LIMIT %(most)s
"""
# Whose a version is, is who was controller when it was published; from before there was a register, the owner.
VERSIONS = """
SELECT v.id, v.event_id, v.event_uuid, v.version, coalesce((
    SELECT p.organisation_id FROM publishing_controller p
    WHERE p.event_uuid = v.event_uuid AND p.since <= v.published_at ORDER BY p.since DESC LIMIT 1
), e.org_id)
FROM event_version v LEFT JOIN event e ON e.id = v.event_id
WHERE NOT coalesce(e.quarantined, FALSE) ORDER BY v.id
"""
