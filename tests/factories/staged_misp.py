"""Rows of a MISP in the staging tables, as the reader of dumps leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql

from vardkase.core.sql import cursor
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.source.dump import Table
from vardkase.hub.move_in.source.files import MispFiles
from vardkase.hub.move_in.source.settings import read_settings
from vardkase.hub.move_in.taking import LeftOut, Step, Taking
from vardkase.identity.access.actor import console_actor

type Row = dict[str, Any]


def uuid(number: int) -> str:
    return str(UUID(int=0x4000_8000_0000_0000_0000 + number, version=4))


def stage(**tables: list[Row]) -> None:
    staging.fill(Table(name, list(columns), ()) for name, columns in staging.known_tables().items())
    for name, rows in tables.items():
        for row in rows:
            columns = sql.SQL(", ").join(map(sql.Identifier, row))
            values = sql.SQL(", ").join(sql.Placeholder() * len(row))
            statement = sql.SQL("INSERT INTO move_in.{} ({}) VALUES ({})")
            cursor().execute(statement.format(sql.Identifier(name), columns, values), list(row.values()))


def take(
    steps: Iterable[Step], *, files: Path | None = None, greatest: dict[str, int] | None = None
) -> tuple[dict[str, int], dict[str, LeftOut]]:
    """What the steps took over, and what they left out, by kind."""
    taken: dict[str, int] = {}
    left_out: dict[str, LeftOut] = {}
    with MispFiles(files) as opened:
        for step in steps:
            taking = Taking(console_actor(1, "", "tester"), opened, read_settings(None), greatest or {})
            step.take(taking)
            taken |= {kind: number for kind, number in taking.taken.items() if number}
            left_out |= {entry.kind: entry for entry in taking.left_out}
    return taken, left_out


def event_row(number: int, org: int, **columns: Any) -> Row:
    return {
        "id": number, "uuid": uuid(number), "org_id": org, "orgc_id": org, "user_id": 1, "date": "2024-02-29",
        "info": f"Event {number}", "published": 0, "analysis": 0, "threat_level_id": 4, "attribute_count": 0,
        "timestamp": 1_700_000_000, "publish_timestamp": 0, "sighting_timestamp": 0, "distribution": 1,
        "sharing_group_id": 0, "locked": 0, "proposal_email_lock": 0, "disable_correlation": 0, "extends_uuid": "",
    } | columns  # fmt: skip


def attribute_row(number: int, event: int, value: str, **columns: Any) -> Row:
    first, _, second = value.partition("|")
    return {
        "id": number, "uuid": uuid(number), "event_id": event, "object_id": 0, "category": "Network activity",
        "type": "domain", "value1": first, "value2": second, "to_ids": 1, "timestamp": 1_700_000_000, "distribution": 5,
        "sharing_group_id": 0, "comment": "", "deleted": 0, "disable_correlation": 0,
    } | columns  # fmt: skip
