"""`searchall`: search for one pattern in all texts of an event."""

from __future__ import annotations

from vardkase.analysis.search.statement import Statement, like_patterns
from vardkase.analysis.search.values import pattern_sources

NOT_DELETED = frozenset((False,))


def events_with_pattern(statement: Statement, text: str) -> str:
    patterns = like_patterns(text)
    pattern = f"ANY({statement.bind(patterns, 'text[]')})"
    visible = statement.attribute(NOT_DELETED, "a", "v")
    of_attribute = "JOIN attribute a ON a.id = {id} JOIN event v ON v.id = a.event_id"
    only = statement.only_of_events("a.event_id")
    values = " UNION ".join(pattern_sources(statement, patterns))
    return f"""
    SELECT id FROM event WHERE info ILIKE {pattern}
    UNION
    SELECT a.event_id FROM ({values}) f {of_attribute.format(id="f.id")} WHERE {visible}
    UNION
    SELECT a.event_id FROM attribute a JOIN event v ON v.id = a.event_id
    WHERE a.comment <> '' AND a.comment ILIKE {pattern} AND {visible}{only}
    UNION
    SELECT t.event_id FROM event_tag t JOIN tag ON tag.id = t.tag_id WHERE tag.name ILIKE {pattern}
    UNION
    SELECT a.event_id FROM attribute_tag t JOIN tag ON tag.id = t.tag_id
    {of_attribute.format(id="t.attribute_id")} WHERE tag.name ILIKE {pattern} AND {visible}
    """
