"""All detectors that run before an event is published: one list, run in order.

A detector reads the stored event as if it had the intended distribution, and changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.hub.guard.files import markings_in_files
from vardkase.hub.guard.findings import Detector, FindingPlace, GuardFinding, Severity
from vardkase.hub.guard.markings import marking_in, match_in, pattern
from vardkase.hub.guard.text_normalisation import JOINERS, PARAMETERS, plain, plain_in_sql, with_look_alikes
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.misp.distribution import Distribution

MOST = 10
"""Findings of one detector and severity in one event; counted by severity, so that `ASKS` never displaces `STOPS`."""

LONGEST = 200
"""Characters shown of a text that holds a marking."""

AROUND = 80
"""Characters before and after a marking in a longer text."""

COMMUNITY = frozenset((Distribution.COMMUNITY, Distribution.CONNECTED, Distribution.ALL))
BEYOND = frozenset((Distribution.CONNECTED, Distribution.ALL))

# FIRST, Traffic Light Protocol 2.0: RED is for the recipients alone, AMBER and AMBER+STRICT for their organisations.
REACH_OF_TLP: dict[str, tuple[frozenset[Distribution], Severity]] = {
    "red": (COMMUNITY, Severity.STOPS),
    "amber+strict": (BEYOND, Severity.ASKS),
    "amber": (BEYOND, Severity.ASKS),
}
"""Label → the distributions that go further than it allows, and what follows."""

TLP_TAG = re.compile(
    r"(?<![a-z])(?:t[li]p|traff[li]c\W*[li][li]ght\W*protoco[li])(?:[\W_]|v?\d|colou?r)*"
    r"(red|röd|amber(?:[\s+_]*str[li]ct)?)(?![a-zåäö])",
    re.IGNORECASE,
)
"""``tlp:red``, and what people write instead: ``tlp="amber strict"``, ``fr:tlp:red``, ``TLP 2.0 RED``.
Of `plain` text, in which look-alikes of l and i may be either."""


@dataclass(frozen=True, slots=True)
class ExaminedDocument:
    """An event, and its intended distribution."""

    event_id: int
    distribution: int
    sharing_group_id: int | None = None
    only_known_files: bool = False


def examine(
    event_id: int, distribution: int, sharing_group_id: int | None = None, *, only_known_files: bool = False
) -> list[GuardFinding]:
    """The findings of all detectors if the event goes to `distribution`, or to that sharing group.

    Files that were not read before are read now (seconds), unless `only_known_files`.
    """
    examined = ExaminedDocument(event_id, distribution, sharing_group_id, only_known_files)
    return [finding for detector in DETECTORS for finding in detector(examined)]


def classification_markings(examined: ExaminedDocument) -> Iterator[GuardFinding]:
    for place, number, severity, text in marked_texts(examined.event_id, MOST):
        yield GuardFinding(Detector.CLASSIFICATION, severity, FindingPlace(place), number, text)


def marked_texts(event_id: int, most: int) -> list[tuple[str, int, Severity, str]]:
    """The place, id of the part, severity and excerpt of texts with a marking; what stops first, so that notes never
    displace it.
    """
    parameters = MARKING_PARAMETERS | {"event": event_id, "limit": most}
    marked = [
        (place, number, Severity.STOPS if stops else Severity.NOTES, " ".join(text.split()))
        for place, number, stops, text in cursor().execute(MARKED, parameters)
    ]
    for place, number, text in cursor().execute(OTHER_SCRIPTS, {"event": event_id}):
        check_time()
        if found := marking_in(text):
            marked.append((place, number, found.severity, found.around(AROUND, LONGEST)))
    marked.sort(key=lambda one: (one[2] is not Severity.STOPS, one[:2]))
    return [(*one[:3], one[3][:LONGEST]) for one in marked[:most]]


def markings_of_files(examined: ExaminedDocument) -> Iterator[GuardFinding]:
    return markings_in_files(examined.event_id, only_known=examined.only_known_files)


def markings_in(texts: Iterable[str]) -> list[GuardFinding]:
    return [
        GuardFinding(Detector.CLASSIFICATION, match.marking.severity, FindingPlace.TEXT, 0, match.text)
        for text in texts
        for match in match_in(text)
    ]


def tlp_against_reach(examined: ExaminedDocument, *, of_event_alone: bool = False) -> Iterator[GuardFinding]:
    """TLP tags on the event and its parts, or `of_event_alone`, that is distributed further than they allow."""
    parameters = PARAMETERS | {
        "event": examined.event_id,
        "reach": examined.distribution,
        "group": examined.sharing_group_id,
        "host": host_organisation_id() or 0,
        "few": FEW,
    }
    rows = cursor().execute(TAGGED_EVENT if of_event_alone else TAGGED, parameters)
    counts: Counter[Severity] = Counter()
    for place, number, reach, name in rows.fetchall():
        label = tlp_label(name)
        too_far, severity = REACH_OF_TLP.get(label or "", (frozenset(), Severity.ASKS))
        if reach in too_far and counts[severity] < MOST:
            counts[severity] += 1
            yield GuardFinding(Detector.TLP, severity, FindingPlace(place), number, name)


def tlp_label(name: str) -> str | None:
    """``red``, ``amber`` or ``amber+strict`` for a tag with that meaning, in any spelling."""
    match = TLP_TAG.search(plain(name))
    if match is None:
        return None
    label = match[1].lower().replace("röd", "red")
    return "amber+strict" if label != "amber" and label.startswith("amber") else label


DETECTORS: tuple[Callable[[ExaminedDocument], Iterator[GuardFinding]], ...] = (
    classification_markings,
    markings_of_files,
    tlp_against_reach,
)

SAID = """
    SELECT 'title' AS place, 0::bigint AS id, info AS text FROM event WHERE id = %(event)s
    UNION ALL
    SELECT 'tag', 0, t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = %(event)s
    UNION ALL
    SELECT 'tag', l.attribute_id, t.name FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
    JOIN attribute a ON a.id = l.attribute_id WHERE l.event_id = %(event)s AND NOT a.deleted
    UNION ALL
    SELECT 'attribute', id, unnest(ARRAY[value1, value2, comment, object_relation]) FROM attribute
    WHERE event_id = %(event)s AND NOT deleted
    UNION ALL
    SELECT 'object', id, unnest(ARRAY[name, description, comment, meta_category]) FROM object
    WHERE event_id = %(event)s AND NOT deleted
    UNION ALL
    SELECT 'object', l.object_id, unnest(ARRAY[l.relationship_type, l.comment]) FROM object_reference l
    JOIN object o ON o.id = l.object_id WHERE l.event_id = %(event)s AND NOT l.deleted AND NOT o.deleted
    UNION ALL
    SELECT 'report', r.id, t.name FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id
    JOIN tag t ON t.id = l.tag_id WHERE r.event_id = %(event)s AND NOT r.deleted
    UNION ALL
    SELECT 'report', id, unnest(ARRAY[name, content])
    FROM event_report WHERE event_id = %(event)s AND NOT deleted
"""
"""Every text of an event that its readers get: place, id of the part (0: of the event), text."""

MARKING_PARAMETERS = {
    "stops": pattern(Severity.STOPS),
    "notes": pattern(Severity.NOTES),
    "joiners": JOINERS,
    "blanks": " " * len(JOINERS),
}
IS_ASCII = "octet_length(text) = char_length(text)"


def _excerpt(severity: Severity) -> str:
    return f"substring(plain FROM '.{{0,{AROUND}}}(?:' || %({severity})s || ').{{0,{AROUND}}}')"


AT_ONCE = 200_000
"""Characters of texts that are searched as one: PostgreSQL builds the automaton of a pattern anew for each text."""

# Of texts in ASCII, as most are. What separates them is neither a letter nor a blank, so that none is read on into the
# next.
MARKED = f"""
WITH said AS MATERIALIZED (
    SELECT place, id, translate(text, %(joiners)s, %(blanks)s) AS plain,
        sum(char_length(text)) OVER (ROWS UNBOUNDED PRECEDING) / {AT_ONCE} AS batch
    FROM ({SAID}) AS texts WHERE text <> '' AND {IS_ASCII}
), batches AS MATERIALIZED (
    SELECT batch, string_agg(plain, E'\n;\n') AS plain FROM said GROUP BY batch
), suspect AS MATERIALIZED (SELECT batch FROM batches WHERE plain ~ %(stops)s OR plain ~ %(notes)s
), marked AS MATERIALIZED (
    SELECT place, id, plain, plain ~ %(stops)s AS stops, plain ~ %(notes)s AS notes FROM said JOIN suspect USING (batch)
)
SELECT place, id, stops, CASE WHEN char_length(plain) <= {LONGEST} THEN plain
    WHEN stops THEN {_excerpt(Severity.STOPS)} ELSE {_excerpt(Severity.NOTES)} END
FROM marked WHERE stops OR notes ORDER BY NOT stops, place, id LIMIT %(limit)s
"""
# A pattern with every look-alike of every letter takes PostgreSQL seconds to compile, in each connection.
OTHER_SCRIPTS = f"SELECT place, id, text FROM ({SAID}) AS texts WHERE NOT {IS_ASCII}"

IS_TLP = f"""({plain_in_sql("t.name")} ~ '{with_look_alikes("[Tt][LlIi][Pp]")}' OR t.name ILIKE '%%traffic%%light%%')"""

FEW = 2
"""With fewer others on the hub, sharing with all of them is still a choice of recipients."""

# Sharing groups that hold everybody who reads here, but the hub owner: to share with one is to share with the hub.
OPEN_GROUPS = """
others AS (
    SELECT o.id FROM organisation o JOIN event e ON e.id = %(event)s
    WHERE o.local AND o.read_period @> now() AND o.id NOT IN (e.org_id, %(host)s)
), open_groups AS (
    SELECT g.id FROM sharing_group g WHERE g.active AND (
        EXISTS (SELECT 1 FROM sharing_group_server s
            WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs)
        OR (SELECT count(*) FROM others) >= %(few)s AND NOT EXISTS (
            SELECT 1 FROM others o WHERE o.id <> g.org_id AND NOT EXISTS (
                SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = o.id)))
)"""


def _reach(distribution: str, group: str) -> str:
    """SQL for a part's distribution: a sharing group of all members counts as the whole hub (1), another as 0."""
    is_open = f"{group} IN (SELECT id FROM open_groups)"
    return f"CASE WHEN {distribution} IS DISTINCT FROM 4 THEN {distribution} WHEN {is_open} THEN 1 ELSE 0 END"


OF_EVENT = _reach("%(reach)s::int", "%(group)s::bigint")

TAGGED_EVENT = f"""
WITH {OPEN_GROUPS}
SELECT 'tag', 0::bigint, {OF_EVENT}, t.name FROM event_tag l JOIN tag t ON t.id = l.tag_id
WHERE l.event_id = %(event)s AND {IS_TLP}
"""

# How far a part goes: 5 is as its event, and what an object or its own distribution keeps closer stays closer.
TAGGED = f"""
{TAGGED_EVENT}
UNION ALL
SELECT 'attribute', a.id, least({OF_EVENT}, nullif({_reach("a.distribution", "a.sharing_group_id")}, 5),
        nullif({_reach("o.distribution", "o.sharing_group_id")}, 5)), t.name
FROM attribute_tag l JOIN tag t ON t.id = l.tag_id JOIN attribute a ON a.id = l.attribute_id
LEFT JOIN object o ON o.id = a.object_id
WHERE l.event_id = %(event)s AND NOT a.deleted AND {IS_TLP}
UNION ALL
SELECT 'report', r.id, least({OF_EVENT}, nullif({_reach("r.distribution", "r.sharing_group_id")}, 5)), t.name
FROM event_report r JOIN event_report_tag l ON l.event_report_id = r.id JOIN tag t ON t.id = l.tag_id
WHERE r.event_id = %(event)s AND NOT r.deleted AND {IS_TLP}
"""
