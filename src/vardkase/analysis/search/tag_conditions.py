"""Search conditions on tags. A tag matches on the event or on the attribute, depending on the scope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.analysis.search import resolve
from vardkase.analysis.search.filters import Scope, Search, Terms
from vardkase.analysis.search.statement import Statement

ON_EVENT = "EXISTS (SELECT 1 FROM event_tag et WHERE et.event_id = e.id AND et.tag_id = ANY({tags}))"
ON_ATTRIBUTE = (
    "EXISTS (SELECT 1 FROM attribute_tag at WHERE at.attribute_id = a.id AND at.tag_id = ANY({tags}))"
)
TAGGED_EVENTS = "SELECT et.event_id FROM event_tag et WHERE et.tag_id = ANY({tags})"
TAGGED_ATTRIBUTES = """
SELECT at.attribute_id FROM attribute_tag at JOIN event e ON e.id = at.event_id
WHERE at.tag_id = ANY({tags}) AND {of_event}
"""
EVENTS_OF_TAGGED_ATTRIBUTES = """
SELECT ta.event_id
FROM attribute_tag at
JOIN attribute ta ON ta.id = at.attribute_id
JOIN event te ON te.id = ta.event_id
WHERE at.tag_id = ANY({tags}) AND {visible}
"""
ON_ATTRIBUTE_OF_OBJECT = """EXISTS (
    SELECT 1 FROM attribute ta JOIN attribute_tag at ON at.attribute_id = ta.id
    WHERE ta.object_id = o.id AND at.tag_id = ANY({tags}) AND {visible})"""


def tag_conditions(statement: Statement, search: Search) -> Iterator[str]:
    """All conditions from `tags` and `event_tags`. An unknown wanted tag matches nothing."""
    if search.tags:
        for tags in _wanted(statement, search.tags):
            yield _somewhere(statement, search, tags)
        if unwanted := resolve.tag_ids(search.tags.none_of):
            yield from _nowhere(statement, search, statement.bind(unwanted, "bigint[]"))
    if search.event_tags:
        for tags in _wanted(statement, search.event_tags):
            yield ON_EVENT.format(tags=tags)
        if unwanted := resolve.tag_ids(search.event_tags.none_of):
            yield f"NOT {ON_EVENT.format(tags=statement.bind(unwanted, 'bigint[]'))}"


def tag_branches(statement: Statement, search: Search, of_event: Sequence[str]) -> tuple[str, str] | None:
    """Conditions that find attributes by a tag of their event, and by one of their own, by an index; `of_event` are
    those on the event, by which most are ruled out before their own row is read."""
    if search.scope is not Scope.ATTRIBUTES or search.tags is None:
        return None
    # One wanted tag to start from by an index is enough: the others remain conditions.
    tags = next(_wanted(statement, search.tags), None)
    if tags is None:
        return None
    attributes = TAGGED_ATTRIBUTES.format(tags=tags, of_event=" AND ".join(of_event))
    return f"a.event_id IN ({TAGGED_EVENTS.format(tags=tags)})", f"a.id IN ({attributes})"


def _wanted(statement: Statement, terms: Terms) -> Iterator[str]:
    if terms.any_of:
        yield statement.bind(resolve.tag_ids(terms.any_of), "bigint[]")
    for item in terms.all_of:
        yield statement.bind(resolve.tag_ids([item]), "bigint[]")


def _somewhere(statement: Statement, search: Search, tags: str) -> str:
    if search.scope is Scope.ATTRIBUTES:
        return f"({ON_EVENT.format(tags=tags)} OR {ON_ATTRIBUTE.format(tags=tags)})"
    if search.scope is Scope.OBJECTS:
        return f"({ON_EVENT.format(tags=tags)} OR {_on_object(statement, search, tags)})"
    visible = statement.attribute(search.deleted, "ta", "te")
    events = TAGGED_EVENTS.format(tags=tags)
    return f"e.id IN ({events} UNION ALL {EVENTS_OF_TAGGED_ATTRIBUTES.format(tags=tags, visible=visible)})"


def _nowhere(statement: Statement, search: Search, tags: str) -> Iterator[str]:
    """For events only the event's own tags count; the document omits attributes with the tag."""
    yield f"NOT {ON_EVENT.format(tags=tags)}"
    if search.scope is Scope.ATTRIBUTES:
        yield f"NOT {ON_ATTRIBUTE.format(tags=tags)}"
    if search.scope is Scope.OBJECTS:
        yield f"NOT {_on_object(statement, search, tags)}"


def _on_object(statement: Statement, search: Search, tags: str) -> str:
    visible = statement.attribute(search.deleted, "ta", "e")
    return ON_ATTRIBUTE_OF_OBJECT.format(tags=tags, visible=visible)
