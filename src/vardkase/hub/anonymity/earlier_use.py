"""What of a draft an organisation has used on this hub before, as a thief of the database would look for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from vardkase.analysis.correlation.keys import keys_of
from vardkase.core.sql import cursor

COMMON = 3
"""Other organisations that have published a value, from which on it points to none of them."""
LOOKED_AT = 1_000
"""Uses of one value; with more it is common."""
SAME_EVENT = 5
"""Values shared with one earlier event, from which on that event is named instead of each of them; and if most are."""

LONG_SENTENCE = 40
"""Characters from which on a sentence is hardly written twice by chance."""
MOST_SENTENCES = 50
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
REFERENCE = re.compile(r"@!?\[[a-z]+\]\([^)]*\)")


@dataclass(slots=True)
class EarlierUse:
    """Of values (lower-case): the latest event of the organisation that has it; which it has reported sightings of.
    `events`: earlier events with many of the values → how many."""

    in_event: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    events: dict[int, int] = field(default_factory=dict)


def earlier_use(organisation_id: int, values: Collection[str], but: int = 0) -> EarlierUse:
    """`but`: an event that does not count."""
    of_key: dict[int, list[str]] = defaultdict(list)
    for value, key in zip(values, keys_of(values), strict=True):
        of_key[key].append(value)
    parameters = {
        "org": organisation_id,
        "keys": list(of_key),
        "common": COMMON,
        "most": LOOKED_AT,
        "but": but,
    }
    rows = cursor().execute(USED, parameters).fetchall()
    counted = Counter(event for _, events, _ in rows for event in events)
    used = EarlierUse(
        events={event: count for event, count in counted.items() if _is_same(count, len(values))}
    )
    for key, events, is_seen in rows:
        for value in of_key[key]:
            if events and not used.events.keys() & set(events):
                used.in_event[value] = max(events)
            if is_seen:
                used.seen.add(value)
    return used


def _is_same(count: int, values: int) -> bool:
    return count >= SAME_EVENT or count > values / 2


def own_texts(organisation_id: int, phrases: Collection[str], but: int = 0) -> dict[str, int]:
    """Those of `phrases` (`plain`) that are a title or report in the organisation's events, or a sentence of one → the
    latest of these."""
    parameters = {"org": organisation_id, "phrases": list(phrases), "but": but}
    parameters |= {"long": LONG_SENTENCE, "most": LOOKED_AT}
    return dict(cursor().execute(TEXTS, parameters).fetchall()) if phrases else {}


def plain(text: str) -> str:
    # Without what a copy changes: references, and how it is laid out.
    return " ".join(REFERENCE.sub("", text).split())


def sentences(text: str) -> list[str]:
    parts = (plain(part) for line in text.splitlines() for part in SENTENCE_END.split(line))
    long = {part for part in parts if len(part) >= LONG_SENTENCE}
    return [plain(text), *sorted(long, key=len, reverse=True)[:MOST_SENTENCES]]


def own_files(organisation_id: int, digests: Iterable[str], but: int = 0) -> dict[str, int]:
    """SHA-256 of files in the organisation's events → the latest of these."""
    parameters = {"org": organisation_id, "digests": list(digests), "but": but}
    return dict(cursor().execute(FILES, parameters).fetchall()) if parameters["digests"] else {}


def own_uuids(organisation_id: int, uuids: Collection[str]) -> set[str]:
    parameters = {"org": organisation_id, "uuids": list(uuids)}
    return {str(found) for (found,) in cursor().execute(UUIDS, parameters).fetchall()} if uuids else set()


def own_numbers(organisation_id: int, numbers: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of `numbers`, each with the kind of what it is the number of, that are the organisation's."""
    if not numbers:
        return set()
    parameters = {
        "org": organisation_id,
        "kinds": [kind for kind, _ in numbers],
        "numbers": [number for _, number in numbers],
    }
    return set(cursor().execute(NUMBERS, parameters).fetchall())


def own_host_patterns(organisation_id: int, patterns: Mapping[str, object]) -> set[str]:
    """Those of `patterns` (`text_checks.host_pattern`) by which names in the organisation's events are made."""
    parameters = {"org": organisation_id, "patterns": list(patterns)}
    rows = cursor().execute(HOSTS, parameters).fetchall() if patterns else []
    return {pattern for (pattern,) in rows}


def own_tags(organisation_id: int, names: Collection[str]) -> set[str]:
    """Those of `names` (lower-case) that only this organisation may use, or has made or used by name."""
    parameters = {"org": organisation_id, "names": list(names)}
    return {name for (name,) in cursor().execute(TAGS, parameters).fetchall()} if names else set()


# Others' events count if everybody on the hub reads them: whether there are more is nobody's business.
USED = """
SELECT w.key, used.events, used.seen
FROM unnest(%(keys)s::bigint[]) AS w(key)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT e.id) FILTER (WHERE e.orgc_id = %(org)s AND e.id <> %(but)s), '{}') AS events,
        bool_or(EXISTS (SELECT 1 FROM sighting s WHERE s.attribute_id = k.attribute_id AND s.org_id = %(org)s)) AS seen,
        count(DISTINCT e.orgc_id) FILTER (WHERE e.orgc_id <> %(org)s AND e.published AND e.distribution IN (1, 2, 3)
            AND NOT e.withheld AND NOT e.quarantined AND k.distribution IN (1, 2, 3, 5)) AS others
    FROM (SELECT * FROM attribute_key WHERE key = w.key LIMIT %(most)s) k JOIN event e ON e.id = k.event_id
) used
WHERE used.others < %(common)s AND (used.seen OR used.events <> '{}')
"""

TEXTS = r"""
WITH own AS MATERIALIZED (
    SELECT id, btrim(regexp_replace(regexp_replace(said, '@!?\[[a-z]+\]\([^)]*\)', '', 'g'), '\s+', ' ', 'g')) AS said
    FROM (
        (SELECT e.id, e.info AS said FROM event e WHERE e.orgc_id = %(org)s ORDER BY e.id DESC LIMIT %(most)s)
        UNION ALL (SELECT e.id, r.content FROM event e JOIN event_report r ON r.event_id = e.id
            WHERE e.orgc_id = %(org)s ORDER BY e.id DESC LIMIT %(most)s)
    ) written WHERE id <> %(but)s
)
SELECT p.phrase, max(own.id) FROM unnest(%(phrases)s::text[]) AS p(phrase)
JOIN own ON own.said = p.phrase OR length(p.phrase) >= %(long)s AND position(p.phrase IN own.said) > 0
GROUP BY p.phrase
"""

FILES = """
SELECT a.data_sha256, max(e.id) FROM event e JOIN attribute a ON a.event_id = e.id
WHERE e.orgc_id = %(org)s AND e.id <> %(but)s AND a.type IN ('attachment', 'malware-sample')
    AND a.data_sha256 = ANY(%(digests)s)
GROUP BY a.data_sha256
"""

UUIDS = """
SELECT uuid FROM event WHERE uuid = ANY(%(uuids)s::uuid[]) AND orgc_id = %(org)s
UNION ALL SELECT a.uuid FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.uuid = ANY(%(uuids)s::uuid[]) AND e.orgc_id = %(org)s
UNION ALL SELECT o.uuid FROM object o JOIN event e ON e.id = o.event_id
    WHERE o.uuid = ANY(%(uuids)s::uuid[]) AND e.orgc_id = %(org)s
UNION ALL SELECT r.uuid FROM event_report r JOIN event e ON e.id = r.event_id
    WHERE r.uuid = ANY(%(uuids)s::uuid[]) AND e.orgc_id = %(org)s
"""

NUMBERS = """
SELECT w.kind, w.number FROM unnest(%(kinds)s::text[], %(numbers)s::bigint[]) AS w(kind, number)
WHERE CASE w.kind
    WHEN 'event' THEN EXISTS (SELECT 1 FROM event e WHERE e.id = w.number AND e.orgc_id = %(org)s)
    WHEN 'attribute' THEN EXISTS (SELECT 1 FROM attribute a JOIN event e ON e.id = a.event_id
        WHERE a.id = w.number AND e.orgc_id = %(org)s)
    WHEN 'object' THEN EXISTS (SELECT 1 FROM object o JOIN event e ON e.id = o.event_id
        WHERE o.id = w.number AND e.orgc_id = %(org)s)
    WHEN 'report' THEN EXISTS (SELECT 1 FROM event_report r JOIN event e ON e.id = r.event_id
        WHERE r.id = w.number AND e.orgc_id = %(org)s)
    WHEN 'organisation' THEN w.number = %(org)s
    WHEN 'user' THEN EXISTS (SELECT 1 FROM account u WHERE u.id = w.number AND u.org_id = %(org)s)
    ELSE false END
"""

# The first label of a host name, as text_checks.host_pattern writes it.
HOSTS = r"""
SELECT DISTINCT pattern FROM event e JOIN attribute a ON a.event_id = e.id AND a.type IN ('target-machine', 'hostname'),
    regexp_replace(split_part(lower(a.value1), '.', 1), '\d+', '#', 'g') AS pattern
WHERE e.orgc_id = %(org)s AND pattern = ANY(%(patterns)s)
"""

TAGS = """
SELECT lower(t.name) FROM tag t WHERE lower(t.name) = ANY(%(names)s) AND (
    t.org_id = %(org)s OR t.local_only
    OR EXISTS (SELECT 1 FROM tag_maker m WHERE m.tag_id = t.id AND m.org_id = %(org)s)
        AND NOT EXISTS (SELECT 1 FROM tag_maker m WHERE m.tag_id = t.id AND m.org_id <> %(org)s))
"""
