"""Inputs that endpoints of attributes, objects and reports share."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from vardkase.api.fields import (
    Analysis,
    AnyFlag,
    AnyNumber,
    AnyText,
    Day,
    Distribution,
    Hard,
    Seen,
    SharingGroup,
    ThreatLevel,
    Timestamp,
    Uuid,
)
from vardkase.api.inputs import Body, Params, with_fields
from vardkase.intel.columns import Entity, columns_of, sent_columns


class DeletionParams(Params, kw_only=True):
    """The older way to say it is a second argument in the path."""

    hard: Hard = False


class PartBody(Body, kw_only=True):
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    comment: AnyText = None


KINDS: dict[str, Any] = {
    "analysis": Analysis,
    "distribution": Distribution,
    "first_seen": Seen,
    "last_seen": Seen,
    "sharing_group_id": SharingGroup,
    "threat_level_id": ThreatLevel,
    "timestamp": Timestamp,
}
"""Columns that MISP writes in a form of its own; others are described by their type."""
BY_TYPE: dict[str, Any] = {
    "bigint": AnyNumber,
    "boolean": AnyFlag,
    "date": Day,
    "integer": AnyNumber,
    "smallint": AnyNumber,
    "uuid": Uuid,
}


def with_columns(base: type[Body], entity: Entity, without: Container[str] = ()) -> type[Any]:
    """`base` with a field for each column of `entity` that a document may carry; the services read the document."""
    columns = columns_of(entity)
    names = [
        name for name in sent_columns(entity) if name not in without and name not in base.__struct_fields__
    ]
    kinds = {name: KINDS.get(name) or BY_TYPE.get(columns[name].sql_type, AnyText) for name in names}
    return with_fields(base, names, kinds)
