"""`searchall`: search for one pattern in all texts of an event."""

from __future__ import annotations

from vardkase.analysis.search.statement import NOT_DELETED, ONE_BY_ONE, Statement, like_patterns
from vardkase.analysis.search.values import BOTH_PARTS, are_common, pattern_sources, with_patterns


def events_with_pattern(statement: Statement, text: str) -> str:
    patterns = like_patterns(text)
    pattern = f"ANY({statement.bind(patterns, 'text[]')})"
    visible = statement.attribute(NOT_DELETED, "a", "v")
    of_attribute = "JOIN attribute a ON a.id = {id} JOIN event v ON v.id = a.event_id"
    only = statement.only_of_events("a.event_id")
    return f"""
    SELECT id FROM event WHERE info ILIKE {pattern}
    UNION
    {_with_value(statement, patterns)}
    UNION
    SELECT a.event_id FROM attribute a JOIN event v ON v.id = a.event_id
    WHERE a.comment <> '' AND a.comment ILIKE {pattern} AND {visible}{only}
    UNION
    SELECT t.event_id FROM event_tag t JOIN tag ON tag.id = t.tag_id WHERE tag.name ILIKE {pattern}
    UNION
    SELECT a.event_id FROM attribute_tag t JOIN tag ON tag.id = t.tag_id
    {of_attribute.format(id="t.attribute_id")} WHERE tag.name ILIKE {pattern} AND {visible}
    """


def _with_value(statement: Statement, patterns: list[str]) -> str:
    visible = statement.attribute(NOT_DELETED, "a", "v")
    if are_common(patterns):
        like = with_patterns(statement, tuple(patterns), BOTH_PARTS)
        rows = f"SELECT 1 FROM attribute a WHERE a.event_id = v.id AND {like} AND {visible}"
        return f"SELECT v.id FROM event v WHERE EXISTS ({rows}{ONE_BY_ONE}){statement.only_of_events('v.id')}"
    found = " UNION ".join(pattern_sources(statement, patterns))
    return (
        f"SELECT a.event_id FROM ({found}) f JOIN attribute a ON a.id = f.id "
        f"JOIN event v ON v.id = a.event_id WHERE {visible}"
    )
