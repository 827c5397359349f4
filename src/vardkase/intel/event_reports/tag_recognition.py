"""Recognises tags and galaxy clusters in a text: by tag, name, synonym, or ATT&CK id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.tag_names import tag_name_predicate
from vardkase.identity.access.visibility import cluster_predicate, reader_parameters

LONGEST_PHRASE = 5
"""Words of a name; the number of phrases to look up grows with it."""

SHORTEST_NAME = 4
"""Characters; "Go" and "Net" are names as well, and occur in every text."""

FEW_WORDS = 5_000
"""In a longer text, phrases are looked for among all names, since asking for so many would take seconds."""

LONGEST_TEXT = 500_000
"""Characters of a text that are searched; the rest is ignored."""

WORD = re.compile(r"\S+")
EDGES = ".,;!?()[]{}'\u2019\u201c\u201d"


def tags_in(actor: Actor, text: str) -> dict[str, str]:
    """Phrase → name of the tag it stands for. Names are compared as written, tags case-insensitively.

    Among clusters with the same name, names precede synonyms, then older ones come first; clusters in
    deprecated or disabled galaxies, and unreadable ones, are ignored.
    """
    words = WORD.findall(text[:LONGEST_TEXT])
    if len(words) <= FEW_WORDS:
        phrases = set(_phrases(words))
    else:
        # All that NAMED could find, for any reader: tags in lower case, the others as written.
        names = {name for (name,) in cursor().execute(NAMES).fetchall()}
        starts = {name.partition(" ")[0] for name in names}
        phrases = {one for one in _phrases(words, starts) if one in names or one.lower() in names}
    if not phrases:
        return {}
    sql = NAMED.format(visible=cluster_predicate(actor, "c"), known=tag_name_predicate(actor))
    rows = cursor().execute(sql, {"phrases": sorted(phrases), **reader_parameters(actor)}).fetchall()
    return dict(rows)


def _phrases(words: Sequence[str], starts: AbstractSet[str] | None = None) -> Iterator[str]:
    """With `starts`, only those that begin with one of them, also in lower case."""
    for start, word in enumerate(words):
        check_time()
        if starts is not None:
            bare = word.lstrip(EDGES)
            if starts.isdisjoint((bare, bare.lower(), last := bare.rstrip(EDGES), last.lower())):
                continue
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(words)) + 1):
            phrase = " ".join(words[start:end]).strip(EDGES)
            if SHORTEST_NAME <= len(phrase) <= 200:
                yield phrase


NAMES = """
SELECT lower(name) FROM tag WHERE NOT hide_tag
UNION ALL SELECT value FROM galaxy_cluster WHERE NOT deleted
UNION ALL SELECT value FROM galaxy_element WHERE key IN ('synonyms', 'external_id') AND length(value) <= 200
"""

# Only tags with a namespace: one that is named like a common word would be recognised in every text.
NAMED = """
WITH phrase AS MATERIALIZED (SELECT unnest(%(phrases)s::text[]) AS text),
named AS (
    SELECT phrase.text, t.name AS tag_name, 0 AS rank, t.id FROM phrase
    JOIN tag t ON lower(t.name) = lower(phrase.text) AND NOT t.hide_tag
    WHERE strpos(phrase.text, ':') > 0 AND {known}
    UNION ALL
    SELECT phrase.text, c.tag_name, 1, c.id FROM phrase JOIN galaxy_cluster c ON c.value = phrase.text
    JOIN galaxy g ON g.id = c.galaxy_id AND g.enabled AND g.namespace <> 'deprecated'
    WHERE NOT c.deleted AND {visible}
    UNION ALL
    SELECT phrase.text, c.tag_name, 2, c.id FROM phrase JOIN galaxy_element m ON m.value = phrase.text
    JOIN galaxy_cluster c ON c.id = m.galaxy_cluster_id
    JOIN galaxy g ON g.id = c.galaxy_id AND g.enabled AND g.namespace <> 'deprecated'
    WHERE m.key IN ('synonyms', 'external_id') AND NOT c.deleted AND {visible}
)
SELECT DISTINCT ON (text) text, tag_name FROM named ORDER BY text, rank, id
"""
