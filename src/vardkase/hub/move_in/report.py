"""The report of a move: what was taken over, what has no place here and why, what arrived switched off."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from vardkase.hub.move_in.models import Move, SwitchedOff
from vardkase.hub.move_in.steps import NOT_MOVED, STEPS


@dataclass(frozen=True, slots=True)
class Report:
    """`taken`: things per kind. `left_out`: `kind`, `why`, `count` and the first `names`. `unread`: rows of tables
    that this hub knows nothing of. `repaired`: rows with bytes that are no text, which were replaced."""

    source: dict[str, Any]
    seconds: dict[str, float]
    taken: dict[str, int]
    left_out: list[dict[str, Any]]
    not_moved: list[dict[str, Any]]
    unread: dict[str, int]
    repaired: dict[str, int]
    switched_off: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        return cls(**document)


def full_report(move: Move) -> Report:
    source = dict(move.source)
    rows: dict[str, int] = source.pop("rows", {})
    repaired: dict[str, int] = source.pop("repaired", {})
    source.pop("greatest", None)
    steps = list(move.steps.order_by("pk"))
    taken: dict[str, int] = {}
    for step in steps:
        for kind, number in step.taken.items():
            taken[kind] = taken.get(kind, 0) + number
    looked_at = {table for step in STEPS for table in step.tables} | NOT_MOVED.keys()
    return Report(
        source=source,
        seconds={step.name: step.seconds for step in steps},
        taken=taken,
        left_out=[entry for step in steps for entry in step.left_out],
        not_moved=[
            {"table": table, "count": rows[table], "why": why}
            for table, why in NOT_MOVED.items()
            if rows.get(table)
        ],
        unread={table: count for table, count in rows.items() if count and table not in looked_at},
        repaired=repaired,
        switched_off=[
            {"kind": row.kind, "id": row.thing_id, "title": row.title}
            for row in SwitchedOff.objects.filter(switched_on_at=None).order_by("kind", "thing_id")
        ],
    )
