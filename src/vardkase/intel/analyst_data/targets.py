"""What analyst data is about and what relationships lead to, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.sql import array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    analyst_data_predicate,
    attribute_predicate,
    cluster_predicate,
    collection_predicate,
    deleted_predicate,
    event_predicate,
    galaxy_predicate,
    object_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.intel.problems import AnalystDataProblem
from vardkase.misp.analyst_data import KINDS
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

type TargetKey = tuple[str, str]
"""A type (``Event``) and a uuid in lower case."""


@dataclass(frozen=True, slots=True)
class AnalystTarget:
    """`event_id` is the event that it is or is part of; `value_type` the type of an attribute, of which `title`
    is the value."""

    kind: str
    uuid: str
    id: int
    title: str
    value_type: str = ""
    event_id: int | None = None
    event_info: str = ""


def readable_target(actor: Actor, kind: str) -> str:
    """SQL: the actor may read a target of this type, under the alias in TABLES, with the event of a part as `e`."""
    # A part is never more visible than its event.
    in_event = f"{event_predicate(actor)} AND "
    if kind in KINDS:
        return f"n.kind = {KINDS.index(kind)} AND {analyst_data_predicate(actor)}"
    predicates = {
        "Event": event_predicate(actor),
        "Attribute": in_event + f"{attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}",
        "Object": in_event + f"{object_predicate(actor, 'o')} AND {deleted_predicate(actor, 'o')}",
        "EventReport": in_event + f"{report_predicate(actor, 'p')} AND {deleted_predicate(actor, 'p')}",
        "Galaxy": galaxy_predicate(actor),
        "GalaxyCluster": cluster_predicate(actor),
        "Collection": collection_predicate(actor),
        "SharingGroup": "TRUE" if actor.is_site_admin else "g.id = ANY(%(reader_groups)s)",
    }
    return predicates.get(kind, "TRUE")


def find_targets(actor: Actor, keys: Iterable[TargetKey]) -> dict[TargetKey, AnalystTarget]:
    """Those that exist and that the actor may read, with one query per type."""
    wanted: dict[str, list[str]] = {}
    for kind, uuid in set(keys):
        wanted.setdefault(kind, []).append(uuid)
    return {
        (kind, target.uuid): target
        for kind, uuids in wanted.items()
        if kind in TABLES
        for target in _read(actor, kind, "{alias}.uuid = ANY(%(uuids)s::uuid[])", uuids=array_of(uuids))
    }


def find_target(actor: Actor, kind: str, reference: str) -> AnalystTarget:
    """One by number or uuid. Raises NotFound for what does not exist and for what is hidden."""
    number, found = as_int(reference), list[AnalystTarget]()
    if kind in TABLES and UUID.fullmatch(reference.lower()):
        found = _read(actor, kind, "{alias}.uuid = %(uuid)s::uuid", uuid=reference)
    elif kind in TABLES and number is not None and 0 < number < 2**63:
        found = _read(actor, kind, "{alias}.id = %(id)s", id=number)
    if not found:
        raise NotFound(AnalystDataProblem.TARGET_NOT_FOUND())
    return found[0]


def parts_of_events(actor: Actor, condition: str) -> str:
    """SQL: the ids of analyst data on the events (alias `e`) that fulfil `condition`, and on their readable parts."""
    # Deleted parts are left out for those who may not see them, and so is what is said of them.
    return " UNION ALL ".join(
        f"SELECT s.id FROM {TABLES[kind][0]} JOIN analyst_data s "
        f"ON s.object_uuid = {TABLES[kind][1]}.uuid AND s.object_type = '{kind}' "
        f"WHERE {condition} AND {readable_target(actor, kind)}"
        for kind in ("Event", "Attribute", "Object", "EventReport")
    )


def _read(actor: Actor, kind: str, condition: str, **parameters: Any) -> list[AnalystTarget]:
    table, alias, columns = TABLES[kind]
    sql = (
        f"SELECT {alias}.uuid::text, {alias}.id, {columns} FROM {table} "
        f"WHERE {condition.format(alias=alias)} AND {readable_target(actor, kind)}"
    )
    rows: Sequence[Sequence[Any]] = cursor().execute(sql, reader_parameters(actor) | parameters).fetchall()
    return [AnalystTarget(kind, *row) for row in rows]


OF_EVENT = "JOIN event e ON e.id ="
TITLE_LENGTH = 200
"""Characters of a text that stand for it, as a title."""
PART = "e.id, e.info"

TABLES = {
    "Event": ("event e", "e", "e.info, '', e.id, e.info"),
    "Attribute": (
        f"attribute a {OF_EVENT} a.event_id",
        "a",
        f"left(concat_ws('|', a.value1, a.value2), {TITLE_LENGTH}), a.type, {PART}",
    ),
    "Object": (f"object o {OF_EVENT} o.event_id", "o", f"o.name, '', {PART}"),
    "EventReport": (f"event_report p {OF_EVENT} p.event_id", "p", f"p.name, '', {PART}"),
    "Galaxy": ("galaxy g", "g", "g.name"),
    "GalaxyCluster": ("galaxy_cluster c", "c", "c.value"),
    "Organisation": ("organisation o", "o", "o.name"),
    "Collection": ("collection c", "c", "c.name"),
    "SharingGroup": ("sharing_group g", "g", "g.name"),
    **dict.fromkeys(
        KINDS, ("analyst_data n", "n", f"left(coalesce(n.text, n.relationship_type), {TITLE_LENGTH})")
    ),
}
"""Per type: its table, the alias with the uuid, and the columns of an AnalystTarget."""
