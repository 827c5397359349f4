"""How many members could have published a draft: as many as its author hides among. Names no member to anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vardkase.core.sql import cursor
from vardkase.hub.anonymity import drafts
from vardkase.hub.anonymity.drafts import Draft
from vardkase.hub.anonymity.self_identification import SECTOR_OR_REGION

EARLIER_EVENTS = 100
"""Of each member, its latest that everybody on the hub reads. What fewer read is not counted, or the number would tell
of it."""
MOST_TYPES = 10
MOST_TAGS = 50
OF_EVERYBODY = frozenset({"tlp", "pap", "workflow", "misp", "osint", "type", "misp-galaxy"})
"""Namespaces that say nothing of whoever uses them; a galaxy says as little as its clusters say much."""


@dataclass(frozen=True, slots=True)
class AnonymitySet:
    """`by_access`: members that may publish and have somebody who does. `by_history`: those of them that have published
    something like it, by at least half of its attribute types, its sectors and its taxonomies."""

    by_access: int
    by_history: int

    @property
    def count(self) -> int:
        """Where nobody has published anything like it, earlier events lead to nobody."""
        return self.by_history or self.by_access


def anonymity_set(draft: Draft) -> AnonymitySet:
    types: Counter[str] = Counter()
    tags: set[str] = set()
    for path, part in drafts.parts(drafts.event_of(draft)):
        if isinstance(part.get("value"), str):
            types[str(part.get("type", ""))] += 1
        tags.update(tag["name"].lower() for _path, tag in drafts.tags(path, part))
    sectors = sorted(name for name in tags if SECTOR_OR_REGION.search(name))
    namespaces = {name.partition(":")[0] for name in tags if ":" in name} - OF_EVERYBODY
    parameters = {
        "types": [name for name, _count in types.most_common(MOST_TYPES)],
        "sectors": sectors[:MOST_TAGS],
        "namespaces": [f"{name}:%" for name in sorted(namespaces)[:MOST_TAGS]],
        "latest": EARLIER_EVENTS,
    }
    by_access, by_history = cursor().execute(COUNTED, parameters).fetchall()[0]
    return AnonymitySet(by_access, by_history)


TAGGED = """
(SELECT 1 FROM unnest(known.events) k(id) JOIN event_tag l ON l.event_id = k.id AND NOT l.local
 JOIN tag t ON t.id = l.tag_id WHERE {which})
"""

COUNTED = f"""
WITH could AS (
    SELECT o.id FROM organisation o
    WHERE o.local AND o.write_period @> now() AND EXISTS (
        SELECT 1 FROM account u JOIN role r ON r.id = u.role_id
        WHERE u.org_id = o.id AND NOT u.disabled AND (u.expiration IS NULL OR u.expiration > now()) AND r.perm_publish)
), known AS (
    SELECT could.id, array(
        SELECT e.id FROM event e WHERE e.orgc_id = could.id AND e.published AND e.distribution IN (1, 2, 3)
            AND NOT e.withheld AND NOT e.quarantined
        ORDER BY e.id DESC LIMIT %(latest)s
    ) AS events FROM could
)
SELECT count(*), count(*) FILTER (WHERE known.events <> '{{}}'
    AND 2 * (
        SELECT count(*) FROM unnest(%(types)s::text[]) AS w(type) WHERE EXISTS (
            SELECT 1 FROM unnest(known.events) AS k(id) WHERE EXISTS (
                SELECT 1 FROM attribute a LEFT JOIN object o ON o.id = a.object_id
                WHERE a.event_id = k.id AND a.type = w.type AND NOT a.deleted AND a.distribution IN (1, 2, 3, 5)
                    AND coalesce(o.distribution, 5) IN (1, 2, 3, 5)))
    ) >= cardinality(%(types)s::text[])
    AND (cardinality(%(sectors)s::text[]) = 0 OR EXISTS {TAGGED.format(which="lower(t.name) = ANY(%(sectors)s)")})
    AND (cardinality(%(namespaces)s::text[]) = 0
        OR EXISTS {TAGGED.format(which="lower(t.name) LIKE ANY(%(namespaces)s)")}))
FROM known
"""
