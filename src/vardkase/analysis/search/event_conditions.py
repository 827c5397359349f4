"""Search conditions on the event (alias `e`), shared by all scopes."""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.analysis.search import resolve
from vardkase.analysis.search.filters import Range, Search, Terms
from vardkase.analysis.search.statement import Statement, split_items
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import (
    event_publish_timestamp,
    event_published,
    event_timestamp,
    knows_private,
)

GALAXY_ELEMENT = """e.id IN (
    SELECT et.event_id
    FROM galaxy_element ge
    JOIN galaxy_cluster gc ON gc.id = ge.galaxy_cluster_id
    JOIN tag t ON lower(t.name) = lower(gc.tag_name)
    JOIN event_tag et ON et.tag_id = t.id
    WHERE ge.key = {key} AND {value} AND {visible})"""


def event_conditions(statement: Statement, search: Search) -> Iterator[str]:
    yield statement.event()
    yield from _identity(statement, search)
    yield from _creator(statement, search)
    yield from _columns(statement, search)
    for key, value in search.galaxy_elements:
        yield GALAXY_ELEMENT.format(
            key=statement.bind(key, "text"),
            value=text_condition(statement, "ge.value", value, fold=True),
            visible=_visible_cluster(statement.actor),
        )


def range_condition(statement: Statement, column: str, wanted: Range | None) -> Iterator[str]:
    if wanted and wanted.start is not None:
        yield f"{column} >= {statement.bind(wanted.start, 'bigint')}"
    if wanted and wanted.end is not None:
        yield f"{column} <= {statement.bind(wanted.end, 'bigint')}"


def changed_condition(statement: Statement, wanted: Range | None) -> Iterator[str]:
    """The event's last change that the reader may know of, within inclusive bounds; indexes serve all times."""
    knows = knows_private(statement.actor)
    known = event_timestamp(statement.actor)
    if wanted and wanted.start is not None:
        start = statement.bind(wanted.start, "bigint")
        private = f"e.private_timestamp > 0 AND e.private_timestamp >= {start} AND {knows}"
        yield f"(e.timestamp >= {start} OR ({private}) OR (e.has_group_times AND {known} >= {start}))"
    if wanted and wanted.end is not None:
        end = statement.bind(wanted.end, "bigint")
        yield f"e.timestamp <= {end} AND (e.private_timestamp <= {end} OR NOT {knows})"
        yield f"(NOT e.has_group_times OR {known} <= {end})"


def published_condition(statement: Statement, wanted: Range | None) -> Iterator[str]:
    """The event's last publication that the reader may know of, within inclusive bounds."""
    known = event_publish_timestamp(statement.actor)
    if wanted and wanted.start is not None:
        start = statement.bind(wanted.start, "bigint")
        yield f"(e.publish_timestamp >= {start} OR (e.has_group_times AND {known} >= {start}))"
    if wanted and wanted.end is not None:
        end = statement.bind(wanted.end, "bigint")
        yield f"e.publish_timestamp <= {end} AND (NOT e.has_group_times OR {known} <= {end})"


def text_condition(statement: Statement, column: str, terms: Terms, *, fold: bool) -> str:
    """`column` by the item grammar; `fold` ignores case. NULL matches nothing."""
    like = "ILIKE" if fold else "LIKE"
    target = f"lower({column})" if fold else column
    conditions = []
    if terms.wanted:
        exact, patterns = split_items(terms.wanted)
        wanted = [f"{target} = ANY({_texts(statement, exact, fold)})"] if exact or not patterns else []
        if patterns:
            wanted.append(f"{column} {like} ANY({statement.bind(patterns, 'text[]')})")
        conditions.append(f"({' OR '.join(wanted)})")
    exact, patterns = split_items(terms.none_of)
    if exact:
        conditions.append(f"{target} <> ALL({_texts(statement, exact, fold)})")
    if patterns:
        conditions.append(f"{column} NOT {like} ALL({statement.bind(patterns, 'text[]')})")
    return " AND ".join(conditions)


def _texts(statement: Statement, items: list[str], fold: bool) -> str:
    return statement.bind([item.lower() if fold else item for item in items], "text[]")


def _identity(statement: Statement, search: Search) -> Iterator[str]:
    if search.eventid and "all" not in search.eventid.wanted:
        if search.eventid.wanted:
            yield f"e.id = ANY({statement.bind(resolve.event_ids(search.eventid.wanted), 'bigint[]')})"
        if search.eventid.none_of:
            yield f"e.id <> ALL({statement.bind(resolve.event_ids(search.eventid.none_of), 'bigint[]')})"
    if search.id_list is not None and search.tags is None:
        yield f"e.id = ANY({statement.bind(list(search.id_list), 'bigint[]')})"
    if search.event_uuid and search.event_uuid.wanted:
        yield f"e.uuid = ANY({statement.bind(resolve.uuids_in(search.event_uuid.wanted), 'uuid[]')})"
    if search.extending and search.extending.wanted:
        ids = resolve.event_ids(search.extending.wanted)
        parents = f"SELECT uuid FROM event WHERE id = ANY({statement.bind(ids, 'bigint[]')})"
        uuids = statement.bind(resolve.uuids_in(search.extending.wanted), "uuid[]")
        yield f"(e.extends_uuid = ANY({uuids}) OR e.extends_uuid IN ({parents}))"


def _creator(statement: Statement, search: Search) -> Iterator[str]:
    if search.org and search.org.wanted:
        ids = resolve.organisation_ids(search.org.wanted)
        yield f"e.orgc_id = ANY({statement.bind(ids, 'bigint[]')})"
    if search.org and search.org.none_of:
        ids = resolve.organisation_ids(search.org.none_of)
        yield f"e.orgc_id <> ALL({statement.bind(ids, 'bigint[]')})"
    for column, terms in (("sector", search.org_sector), ("nationality", search.org_nationality)):
        if terms:
            condition = text_condition(statement, f"o.{column}", terms, fold=True)
            yield f"e.orgc_id IN (SELECT o.id FROM organisation o WHERE {condition})"
    if search.org_local is not None:
        wanted = statement.bind(True in search.org_local, "boolean")
        yield f"e.orgc_id IN (SELECT o.id FROM organisation o WHERE o.local = {wanted})"


def _columns(statement: Statement, search: Search) -> Iterator[str]:
    if search.published is not None:
        yield f"{event_published(statement.actor)} = {statement.bind(True in search.published, 'boolean')}"
    if search.protected is not None:
        yield f"e.protected = {statement.bind(True in search.protected, 'boolean')}"
    for column, numbers in (("threat_level_id", search.threat_level), ("distribution", search.distribution)):
        if numbers is not None:
            yield f"e.{column} = ANY({statement.bind(list(numbers), 'bigint[]')})"
    yield from changed_condition(statement, search.event_timestamp)
    yield from published_condition(statement, search.publish_timestamp)
    if search.date and search.date.start:
        yield f"e.date >= {statement.bind(search.date.start, 'date')}"
    if search.date and search.date.end:
        yield f"e.date <= {statement.bind(search.date.end, 'date')}"
    if search.eventinfo:
        yield text_condition(statement, "e.info", search.eventinfo, fold=True)


def _visible_cluster(actor: Actor) -> str:
    if actor.is_site_admin:
        return "TRUE"
    return (
        '(gc."default" OR gc.distribution IN (1, 2, 3) OR gc.org_id = %(reader_org)s OR '
        "(gc.distribution = 4 AND gc.sharing_group_id = ANY(%(reader_groups)s)))"
    )
