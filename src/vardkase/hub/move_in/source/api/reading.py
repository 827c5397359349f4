"""A copy of a MISP, read as its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from vardkase.hub.move_in.source.api.copy import ApiCopy
from vardkase.hub.move_in.source.api.events import EventRows
from vardkase.hub.move_in.source.api.indexes import INDEXES, Index
from vardkase.hub.move_in.source.api.instance import taxonomy_rows
from vardkase.hub.move_in.source.api.rows import RowWriter
from vardkase.hub.move_in.source.columns import Column
from vardkase.hub.move_in.source.dump import Rows, Table


def read_copy(copy: ApiCopy, tables: Mapping[str, list[Column]]) -> Iterator[Table | Rows]:
    """All of these tables of MISP, empty where the API gives nothing of them."""
    described = {
        name: Table(name, columns, ("id",) if columns[0].name == "id" else ())
        for name, columns in tables.items()
    }
    yield from described.values()
    rows = RowWriter(described)
    _add_instance(rows, copy)
    _add_clusters(rows, copy)
    accounts: dict[str, str] = {}
    yield from _lists(rows, copy, accounts)
    events = EventRows(rows, accounts)
    for number in copy.marks:
        if (event := copy.event(number)) is None:
            rows.add("unchanged_event", {"id": number})
        else:
            events.add(event)
        yield from rows.full()
    yield from rows.rest()


def _lists(rows: RowWriter, copy: ApiCopy, accounts: dict[str, str]) -> Iterator[Rows]:
    taken: dict[str, set[str]] = {}
    for index in INDEXES:
        seen = taken.setdefault(index.table, set())
        for entry in copy.entries(index.path):
            members = entry.get(index.model, entry)
            if (number := str(members.get("id"))) in seen:
                continue
            seen.add(number)
            if index.model == "User":
                accounts[str(members["email"]).lower()] = number
            _add(rows, index, entry, members)
            yield from rows.full()


def _add(rows: RowWriter, index: Index, entry: Mapping[str, Any], members: Mapping[str, Any]) -> None:
    rows.add(index.table, members)
    for part in index.parts:
        for inner in entry.get(part.member) or members.get(part.member) or ():
            rows.add(part.table, {**inner, part.owner: members["id"]})
    if index.model == "Taxonomy" and "predicates" in entry:
        for table, row in taxonomy_rows(members["id"], entry):
            rows.add(table, row)


def _add_instance(rows: RowWriter, copy: ApiCopy) -> None:
    for instance in copy.entries("instance"):
        for name in ("schema", "default_role"):
            setting = {"schema": "db_version"}.get(name, name)
            rows.add("admin_settings", {"setting": setting, "value": instance[name]})
        for name, value in instance["settings"].items():
            rows.add("system_settings", {"setting": name, "value": msgspec.json.encode(value).decode()})


def _add_clusters(rows: RowWriter, copy: ApiCopy) -> None:
    for entry in copy.entries("clusters"):
        cluster = entry.get("GalaxyCluster", entry)
        rows.add("galaxy_clusters", cluster)
        for element in cluster.get("GalaxyElement") or ():
            rows.add("galaxy_elements", {**element, "galaxy_cluster_id": cluster["id"]})
        for relation in cluster.get("GalaxyClusterRelation") or ():
            rows.add("galaxy_cluster_relations", {**relation, "galaxy_cluster_id": cluster["id"]})
            for tag in relation.get("Tag") or ():
                carried = {"galaxy_cluster_relation_id": relation["id"], "tag_id": tag["id"]}
                rows.add("galaxy_cluster_relation_tags", carried)
