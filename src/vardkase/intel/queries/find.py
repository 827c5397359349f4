"""Look-up of one object by id or UUID, as far as visible to the actor.

All raise the same `NotFound` for what does not exist and for what is hidden, so that nobody can tell them apart.
Soft-deleted parts are found only when `deleted=True` is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from vardkase.core.errors import NotFound
from vardkase.core.problems import ProblemCode
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp, event_published, event_timestamp
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    object_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.intel.columns import (
    AttributeRow,
    Entity,
    EventRow,
    ObjectRow,
    ReferenceRow,
    ReportRow,
    readable_columns,
)
from vardkase.intel.models import Attribute, Event, EventReport, Object, ObjectReference
from vardkase.intel.problems import AttributeProblem, EventProblem, EventReportProblem, ObjectProblem

type Reference = int | str | UUID
"""A MISP id or a uuid, as numbers or as text."""

BIGGEST_ID = 2**63 - 1
LONGEST_ID = 19  # Digits of BIGGEST_ID
OBJECT = 1
"""MISP's number for references to an object; 0 stands for an attribute."""
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def find_event(
    actor: Actor, reference: Reference, *, missing: ProblemCode = EventProblem.NOT_FOUND
) -> EventRow:
    """The event, if the actor may read it; `missing` is the problem that the endpoint reports otherwise."""
    _record_access(actor, "event", reference)
    row = _fetch_one(
        f"SELECT {_event_columns(actor)} FROM event e WHERE {matches('e', reference)} "
        f"AND {event_predicate(actor)}",
        actor,
        reference,
        missing,
    )
    return EventRow(*row)


def find_attribute(actor: Actor, reference: Reference, *, deleted: bool = False) -> AttributeRow:
    _record_access(actor, "attribute", reference)
    visible = attribute_predicate(actor, "p")
    return AttributeRow(
        *_part(actor, Attribute, "attribute", visible, reference, deleted, AttributeProblem.NOT_FOUND)
    )


def find_attribute_of(
    actor: Actor, event: EventRow, reference: Reference, *, deleted: bool = False
) -> AttributeRow:
    """As `find_attribute`, but NotFound if it is another event's: what the actor may do was asked of this one."""
    found = find_attribute(actor, reference, deleted=deleted)
    if found.event_id != event.id:
        raise NotFound(AttributeProblem.NOT_FOUND())
    return found


def find_object(actor: Actor, reference: Reference, *, deleted: bool = False) -> ObjectRow:
    _record_access(actor, "object", reference)
    visible = object_predicate(actor, "p")
    return ObjectRow(*_part(actor, Object, "object", visible, reference, deleted, ObjectProblem.NOT_FOUND))


def attributes_of_thing(actor: Actor, reference: Reference) -> list[int]:
    """The attribute with this id or uuid, deleted or not; or the live ones of the object or event with this
    uuid."""
    kinds = ["a.id = %(reference)s::bigint"] if _is_id(str(reference)) else []
    for table in ("attribute",) if kinds else ("attribute", "object", "event"):
        _record_access(actor, table, str(reference))
    if is_reference(str(reference)) and not kinds:
        kinds = [
            "a.uuid = %(reference)s::uuid",
            "a.object_id = (SELECT id FROM object WHERE uuid = %(reference)s::uuid) AND NOT a.deleted",
            "a.event_id = (SELECT id FROM event WHERE uuid = %(reference)s::uuid) AND NOT a.deleted",
        ]
    visible = f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
    sql = " UNION ".join(
        f"SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id WHERE {kind} AND {visible}"
        for kind in kinds
    )
    if not sql:
        return []
    parameters = reader_parameters(actor) | {"reference": str(reference)}
    return [row[0] for row in cursor().execute(f"{sql} ORDER BY 1", parameters).fetchall()]


def attributes_in(actor: Actor, event_id: int) -> list[int]:
    sql = (
        "SELECT a.id FROM attribute a JOIN event e ON e.id = a.event_id WHERE a.event_id = %(event)s "
        f"AND NOT a.deleted AND {event_predicate(actor)} AND {attribute_predicate(actor)} ORDER BY a.id"
    )
    return [row[0] for row in cursor().execute(sql, {"event": event_id, **reader_parameters(actor)})]


def find_reference(actor: Actor, reference: Reference, *, deleted: bool = False) -> ReferenceRow:
    _record_access(actor, "object_reference", reference)
    visible = (
        "EXISTS (SELECT 1 FROM object o WHERE o.id = p.object_id AND " + object_predicate(actor, "o") + ")"
    )
    row = _part(
        actor,
        ObjectReference,
        "object_reference",
        visible,
        reference,
        deleted,
        ObjectProblem.REFERENCE_NOT_FOUND,
    )
    return ReferenceRow(*row)


def find_reference_with_target(actor: Actor, reference: Reference) -> ReferenceRow:
    row = find_reference(actor, reference)
    find_target = find_object if row.referenced_type == OBJECT else find_attribute
    try:
        find_target(actor, row.referenced_uuid)
    except NotFound:
        raise NotFound(ObjectProblem.REFERENCE_NOT_FOUND()) from None
    return row


def find_report(actor: Actor, reference: Reference, *, deleted: bool = False) -> ReportRow:
    _record_access(actor, "event_report", reference)
    visible = report_predicate(actor, "p")
    return ReportRow(
        *_part(actor, EventReport, "event_report", visible, reference, deleted, EventReportProblem.NOT_FOUND)
    )


def _part(
    actor: Actor,
    entity: Entity,
    table: str,
    visible: str,
    reference: Reference,
    deleted: bool,
    missing: ProblemCode,
) -> list[Any]:
    hidden = deleted_predicate(actor, "p") if deleted else "NOT p.deleted"
    own = [f"p.{name}" for name in readable_columns(entity)]
    columns = _fetch_one(
        f"SELECT {', '.join(own)}, {_event_columns(actor)} FROM {table} p "
        f"JOIN event e ON e.id = p.event_id WHERE {matches('p', reference)} "
        f"AND {event_predicate(actor)} AND {visible} AND {hidden}",
        actor,
        reference,
        missing,
    )
    return [*columns[: len(own)], EventRow(*columns[len(own) :])]


def _record_access(actor: Actor, table: str, reference: Reference) -> None:
    if actor.content_access is None:
        return
    # With content access each read is recorded before it happens. This has to come before the visibility rule, which
    # lets such an actor read only the events that have been entered.
    column = "id" if table == "event" else "event_id"
    sql = f"SELECT p.{column} FROM {table} p WHERE {matches('p', reference)}"
    row = cursor().execute(sql, {"reference": reference}).fetchone()
    if row is not None:
        actor.content_access.enter(int(row[0]))


def _fetch_one(sql: str, actor: Actor, reference: Reference, missing: ProblemCode) -> tuple[Any, ...]:
    parameters = reader_parameters(actor) | {"reference": reference}
    row: tuple[Any, ...] | None = cursor().execute(sql, parameters).fetchone()
    if row is None:
        raise NotFound(missing())
    return row


def _event_columns(actor: Actor) -> str:
    columns = {name: f"e.{name}" for name in readable_columns(Event)}
    # Changes that only some readers may know of must not show in these three.
    known = {
        "timestamp": event_timestamp(actor),
        "publish_timestamp": event_publish_timestamp(actor),
        "published": event_published(actor),
    }
    return ", ".join((columns | known).values())


def matches(alias: str, reference: Reference) -> str:
    """The condition for an id or uuid; text that is neither matches nothing."""
    if isinstance(reference, UUID) or UUID_FORM.fullmatch(str(reference)):
        return f"{alias}.uuid = %(reference)s::uuid"
    if _is_id(reference):
        return f"{alias}.id = %(reference)s::bigint"
    return "FALSE"


def is_reference(text: str) -> bool:
    return _is_id(text) or UUID_FORM.fullmatch(text) is not None


def _is_id(reference: int | str) -> bool:
    text = str(reference)
    # `isdigit` alone accepts other scripts' digits, which PostgreSQL does not.
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID and int(text) <= BIGGEST_ID


def titles_by_uuid(actor: Actor, uuids: Iterable[str]) -> dict[str, tuple[int, str]]:
    rows = cursor().execute(
        f"SELECT e.uuid::text, e.id, e.info FROM event e WHERE e.uuid = ANY(%(uuids)s::uuid[]) "
        f"AND {event_predicate(actor)}",
        reader_parameters(actor) | {"uuids": list(uuids)},
    )
    return {uuid: (number, info) for uuid, number, info in rows.fetchall()}
