"""The figures of the quarterly report: one SQL statement for each part, whatever the number of rows and periods.

All figures are of three periods, side by side: the one of the report, the one before, and the same a year earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vardkase.core.sql import cursor
from vardkase.hub.membership.assessments.queries import DAYS_TO_DECIDE
from vardkase.hub.office.quarterly.periods import Period
from vardkase.hub.office.quarterly.sharing import sharing
from vardkase.hub.office.quarterly.statements import (
    APPEALS,
    CASES,
    INCIDENTS,
    LETTERS,
    MEMBERS,
    RECORDS,
    RIGHTS,
)
from vardkase.hub.public_records.cases.settings import ANSWER_DAYS
from vardkase.hub.public_records.cases.statistics import FEWEST_AUTHORITIES
from vardkase.identity.organisations.settings import host_organisation_id

type Value = int | float | None
"""None: nothing to calculate it from, or not shown because it would tell of a single organisation."""


@dataclass(slots=True)
class FigureRow:
    """`name` is a value of the table's dimension; `values` are by column, in each the value of each period."""

    name: str
    values: dict[str, list[Value]] = field(default_factory=dict)


@dataclass(slots=True)
class FigureTable:
    """`chart` is the column that is drawn as bars. `note` is a name in `wording.NOTES`."""

    name: str
    columns: Sequence[str]
    rows: list[FigureRow]
    chart: str = ""
    note: str = ""


MEMBER_COLUMNS = ("at_start", "joined", "left", "at_end", "suspended")
CASE_COLUMNS = ("registered", "concluded", "open", "overdue", "median_days", "p90_days")
RIGHTS_COLUMNS = ("registered", "items_met", "items_refused")
RECORDS_ROWS = ("registered", "released", "partly", "withheld", "not_held", "referred", "withdrawn")


def figures(periods: Sequence[Period]) -> list[FigureTable]:
    """The tables of the report. The caller has checked who asks."""
    given = {
        "since": [period.since for period in periods],
        "until": [period.until for period in periods],
        "host": host_organisation_id() or 0,
        "decide": DAYS_TO_DECIDE.value,
        "answer": ANSWER_DAYS.value,
    }
    return [
        *_members(given, len(periods)),
        FigureTable("cases", CASE_COLUMNS, _cases(given, len(periods)), chart="concluded", note="cases"),
        _sharing(periods),
        _public_records(given, len(periods)),
        _rights(given, len(periods)),
        _counted("appeals", APPEALS, given, len(periods), "count", note="appeals"),
        _counted("incidents", INCIDENTS, given, len(periods), "count"),
        _counted("letters", LETTERS, given, len(periods), "count", note="letters"),
    ]


def _members(given: dict[str, Any], periods: int) -> list[FigureTable]:
    found: dict[str, dict[str, FigureRow]] = {"sector": {}, "connection": {}, "nis2": {}}
    for place, dimension, value, *counts in _rows(MEMBERS, given):
        for name in (value, "total"):
            row = found[dimension].setdefault(name, _empty(name, MEMBER_COLUMNS, periods))
            for column, count in zip(MEMBER_COLUMNS, counts, strict=True):
                row.values[column][place] = (row.values[column][place] or 0) + count
    return [
        FigureTable(f"members_{name}", MEMBER_COLUMNS, _in_order(rows.values()), chart="at_end")
        for name, rows in found.items()
    ]


def _cases(given: dict[str, Any], periods: int) -> list[FigureRow]:
    found: dict[str, FigureRow] = {}
    for place, kind, *values in _rows(CASES, given):
        row = found.setdefault(kind, _empty(kind, CASE_COLUMNS, periods))
        for column, value in zip(CASE_COLUMNS, values, strict=True):
            row.values[column][place] = round(value, 1) if isinstance(value, float) else value
    return _in_order(found.values())


def _sharing(periods: Sequence[Period]) -> FigureTable:
    columns, rows = sharing(periods)
    lines = [FigureRow(name, {key: [*counts] for key, counts in values.items()}) for name, values in rows]
    return FigureTable(
        "sharing", columns, lines, chart="events", note="sharing" if lines else "sharing_withheld"
    )


def _public_records(given: dict[str, Any], periods: int) -> FigureTable:
    """The hub owner's own cases; those of all authorities only if so many have some that none is told of."""
    rows = {name: _empty(name, ("own", "all"), periods) for name in RECORDS_ROWS}
    others: dict[int, int] = {}
    for place, is_own, authorities, *counts in _rows(RECORDS, given):
        if not is_own:
            others[place] = authorities
        for name, count in zip(RECORDS_ROWS, counts, strict=True):
            for column in ("own", "all") if is_own else ("all",):
                values = rows[name].values[column]
                values[place] = (values[place] or 0) + count
    for row in rows.values():
        for place in range(periods):
            if others.get(place, 0) < FEWEST_AUTHORITIES:
                row.values["all"][place] = None
    return FigureTable(
        "public_records", ("own", "all"), list(rows.values()), chart="own", note="public_records"
    )


def _rights(given: dict[str, Any], periods: int) -> FigureTable:
    found: dict[str, FigureRow] = {}
    for place, right, *counts in _rows(RIGHTS, given):
        row = found.setdefault(right, _empty(right, RIGHTS_COLUMNS, periods))
        for column, count in zip(RIGHTS_COLUMNS, counts, strict=True):
            row.values[column][place] = count
    return FigureTable(
        "data_subject", RIGHTS_COLUMNS, list(found.values()), chart="registered", note="data_subject"
    )


def _counted(
    name: str, statement: str, given: dict[str, Any], periods: int, column: str, note: str = ""
) -> FigureTable:
    found: dict[str, FigureRow] = {}
    for place, row_name, count in _rows(statement, given):
        row = found.setdefault(row_name, _empty(row_name, (column,), periods))
        row.values[column][place] = count
    return FigureTable(name, (column,), list(found.values()), chart=column, note=note)


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    return cursor().execute(statement, given).fetchall()


def _empty(name: str, columns: Sequence[str], periods: int) -> FigureRow:
    return FigureRow(name, {column: [0] * periods for column in columns})


def _in_order(rows: Iterable[FigureRow]) -> list[FigureRow]:
    return sorted(rows, key=lambda row: row.name == "total")
