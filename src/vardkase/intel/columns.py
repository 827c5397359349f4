"""What follows from the columns of an entity. Its model is their only specification.

COPY, rows in memory, documents, changes and look-ups take their columns from here, and `formats.misp_json.columns`
casts them for the wire: a new column is one line of a model, and a migration.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from msgspec import defstruct

from vardkase.intel.models import Attribute, Event, EventReport, Object, ObjectReference
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.event import EventInput
from vardkase.misp.fields import Readers, reader_of
from vardkase.misp.object import parse_object, parse_reference
from vardkase.misp.report import parse_report

type Entity = type[models.Model]

IDENTITY = frozenset({"id", "uuid", "event_id", "object_id"})
"""Columns that no edit changes, whatever a document says."""

SECRET = frozenset(
    (
        "private_timestamp",
        "private_sighting_timestamp",
        "private_publish_timestamp",
        "has_group_times",
        "group_changes_unpublished",
    )
)
"""What most readers must not learn (`identity.access.event_times`): no row that is read for an actor has them."""


KINDS = {"boolean": bool, "smallint": int, "integer": int, "bigint": int}


class Column(NamedTuple):
    name: str
    sql_type: str
    null: bool
    default: Any
    is_sent: bool
    """Whether a document may carry it (`models.document_columns`)."""


@cache
def columns_of(entity: Entity) -> Mapping[str, Column]:
    """The columns by name, in the order of the model."""
    return {
        str(field.column): Column(
            str(field.column),
            str(field.db_type(connection)),
            field.null,
            field.default if field.has_default() and not callable(field.default) else None,
            getattr(field, "is_sent", False),
        )
        for field in entity._meta.concrete_fields  # noqa: SLF001 - documented API of Django
    }


def sent_columns(entity: Entity) -> list[str]:
    return [name for name, column in columns_of(entity).items() if column.is_sent]


def further_readers(entity: Entity, known: Container[str]) -> Readers:
    """Readers, by type, of the columns that documents carry and whose parser does not know them (`known`)."""
    columns = columns_of(entity)
    return [
        (name, reader_of(name, KINDS.get(columns[name].sql_type, str)))
        for name in sent_columns(entity)
        if name not in known
    ]


@cache
def changeable(entity: Entity) -> Mapping[str, Column]:
    return {name: column for name, column in columns_of(entity).items() if name not in IDENTITY}


@cache
def readable_columns(entity: Entity) -> Sequence[str]:
    return tuple(name for name in columns_of(entity) if name not in SECRET)


def _joined_value(row: Any) -> str:
    value: str = row.value1
    return value if row.value2 is None else f"{value}|{row.value2}"


def new_row(entity: Entity, **further: Any) -> Any:
    """A mutable row with `further` members; what is not given has the default of its column, or None."""
    own = [(column.name, Any, column.default) for column in columns_of(entity).values()]
    members = [*own, *((name, Any, default) for name, default in further.items())]
    return defstruct(f"New{entity.__name__}", members, namespace=_namespace(own), kw_only=True, gc=False)


def read_row(entity: Entity, further: Iterable[str] = ()) -> Any:
    """A row as an actor reads it, to be filled by position."""
    own = [(name, Any) for name in readable_columns(entity)]
    members = [*own, *((name, Any) for name in further)]
    return defstruct(f"{entity.__name__}Row", members, namespace=_namespace(own), frozen=True, gc=False)


def _namespace(members: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    has_value = any(name == "value1" for name, *_ in members)
    return {"value": property(_joined_value)} if has_value else {}


if TYPE_CHECKING:
    # A row has the columns of its model with their types, and nothing else of it: it cannot be saved, and what it
    # refers to is not loaded. It costs a tenth of a model.

    class NewAttribute(Attribute):
        uuid: Any
        tags: list[dict[str, Any]]
        group_block: dict[str, Any] | None
        correlates: bool

    class NewObject(Object):
        uuid: Any
        group_block: dict[str, Any] | None
        attributes: list[NewAttribute]  # type: ignore[assignment, misc]  # in place of the model's managers
        references: list[dict[str, Any]]  # type: ignore[assignment, misc]

    class NewReference(ObjectReference):
        uuid: Any
        object_id: Any
        referenced_uuid: Any
        source_uuid: Any

    class NewReport(EventReport):
        uuid: Any
        tags: list[dict[str, Any]]
        group_block: dict[str, Any] | None

    class EventRow(Event): ...

    class AttributeRow(Attribute):
        event: EventRow

    class ObjectRow(Object):
        event: EventRow

    class ReferenceRow(ObjectReference):
        event: EventRow

    class ReportRow(EventReport):
        event: EventRow

else:
    # `group_block` is the document's SharingGroup, `correlates` whether deletion, switches and the event allow it.
    NewAttribute = new_row(Attribute, tags=(), group_block=None, correlates=False)
    NewObject = new_row(Object, group_block=None, attributes=[], references=[])
    NewReference = new_row(ObjectReference)
    NewReport = new_row(EventReport, group_block=None, tags=())
    EventRow = read_row(Event)
    AttributeRow, ObjectRow, ReferenceRow, ReportRow = (
        read_row(entity, ["event"]) for entity in (Attribute, Object, ObjectReference, EventReport)
    )

# Made into a dictionary, a document shows which members its parser knows.
FURTHER_OF_ATTRIBUTE = further_readers(
    Attribute, parse_attribute({"type": "text", "value": "x"}, dict, now=0, default_distribution=0)
)
FURTHER_OF_OBJECT = further_readers(
    Object, parse_object({"name": "x", "meta-category": "x", "template_uuid": "x"}, dict, now=0)
)
FURTHER_OF_REFERENCE = further_readers(
    ObjectReference, parse_reference({"referenced_uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}, dict, now=0)
)
FURTHER_OF_REPORT = further_readers(EventReport, parse_report({"name": "x"}, dict, now=0))
FURTHER_OF_EVENT = further_readers(Event, EventInput.__dataclass_fields__)
