"""The report of a move: what was taken over, what has no place here and why, what arrived switched off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vardkase.audit.chain.keys import current_key, is_signed, public_keys, sign
from vardkase.hub.move_in.comparison.step import COMPARED
from vardkase.hub.move_in.models import Move, SwitchedOff
from vardkase.hub.move_in.not_moved import NOT_MOVED
from vardkase.hub.move_in.steps import STEPS

BEFORE_SWITCH_ON = frozenset(
    {
        "allowed-list expressions",
        "certificates of servers",
        "external sign-in required",
        "keys",
        "keys of servers",
        "passwords",
        "rules of feeds",
        "rules of servers",
        "second factors",
        "workflows",
    }
)
"""Kinds of what was left out that let out, let in or shut out something until the owner has seen to it."""


@dataclass(frozen=True, slots=True)
class Report:
    """`taken`: things per kind. `left_out`: `kind`, `why`, `count`, the first `names`, and
    whether the owner has to see to it `before_switch_on`. `unread`: rows of tables
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


def compared_events(report: Mapping[str, Any]) -> int | None:
    """How many events a run over the API has compared: those that are new or changed. None if it compared all."""
    return report["taken"].get(COMPARED, 0) if report["source"].get("api") else None


def full_report(move: Move) -> Report:
    source = dict(move.source)
    rows: dict[str, int] = source.pop("rows", {})
    repaired: dict[str, int] = source.pop("repaired", {})
    set_apart: list[dict[str, Any]] = source.pop("set_apart", [])
    for internal in ("greatest", "marks", "moved", "never_came", "pending"):
        source.pop(internal, None)
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
        left_out=[
            {**entry, "before_switch_on": entry["kind"] in BEFORE_SWITCH_ON}
            for entry in (*set_apart, *(entry for step in steps for entry in step.left_out))
        ],
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


def signed(report: dict[str, Any]) -> dict[str, Any]:
    made = sign(_statement(report))
    signature = {"key": made.key, "public_key": current_key().public_key, "signature": made.signature}
    return {**report, "signature": signature}


def is_of_this_hub(document: Any) -> bool:
    """Whether a report is as one of this hub’s audit keys signed it."""
    if not isinstance(document, dict) or not isinstance(signature := document.get("signature"), dict):
        return False
    report = {name: value for name, value in document.items() if name != "signature"}
    public_key = public_keys().get(str(signature.get("key")), "")
    return is_signed(_statement(report), str(signature.get("signature")), public_key)


def _statement(report: dict[str, Any]) -> dict[str, object]:
    text = json.dumps(report, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {"move_in_report": hashlib.sha256(text.encode()).hexdigest()}
