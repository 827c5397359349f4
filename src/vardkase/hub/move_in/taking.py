"""What a step is given, and what it reports.

A **step** takes over one kind of thing from the staging tables with SQL, in one transaction. It has to be repeatable:
run again, with the same or a newer dump, it brings only what is new or changed. So it writes
`INSERT … SELECT … FROM move_in.<table> … ON CONFLICT (id) DO UPDATE … WHERE` MISP's row is newer, keeps ids and UUIDs,
and calls `ids_reserved(table)` at its end, which moves the table's sequence past the ids that came from MISP.

What cannot be taken over is reported by name (`taking.leave_out`), never silently dropped. What would contact others
arrives switched off, and what it was is remembered (`taking.remember`) for `vardkase move-in switch-on`.

The steps are listed in `steps.STEPS`, in order: a step may rely on what those before it have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from vardkase.core.sql import cursor
from vardkase.hub.move_in.models import SwitchedOff
from vardkase.hub.move_in.source.files import MispFiles
from vardkase.hub.move_in.source.settings import MispSettings
from vardkase.identity.access.actor import Actor

MOST_NAMED = 200
"""So many things are named in the report for one reason; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """`tables`: the staging tables that it takes over, for the report of those that no step has looked at."""

    name: str
    tables: tuple[str, ...]
    take: Callable[[Taking], None]


@dataclass(slots=True)
class LeftOut:
    kind: str
    why: str
    count: int = 0
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Taking:
    """One step at work: where from, for whom, and its report. `moved`: numbers that came at earlier runs, by
    staging table (`numbers.TABLES`); `since`: when the last run was finished, None in the first one."""

    actor: Actor
    files: MispFiles
    settings: MispSettings
    former_greatest: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, Sequence[int]] = field(default_factory=dict)
    since: datetime | None = None
    taken: dict[str, int] = field(default_factory=dict)
    _left_out: dict[tuple[str, str], LeftOut] = field(default_factory=dict)

    def count(self, kind: str, number: int) -> None:
        """`number` things of `kind` (a plural noun in English, for the report) were written."""
        self.taken[kind] = self.taken.get(kind, 0) + number

    def leave_out(self, kind: str, names: Iterable[str], why: str) -> None:
        """These things have no place here, for this reason (an English sentence)."""
        entry = self._left_out.setdefault((kind, why), LeftOut(kind, why))
        for name in names:
            entry.count += 1
            if len(entry.names) < MOST_NAMED:
                entry.names.append(name[:200])

    def greatest(self, table: str) -> int:
        """The greatest id that this table had at the last run, for noticing what MISP has deleted since; 0 at the
        first."""
        return self.former_greatest.get(table, 0)

    @property
    def left_out(self) -> list[LeftOut]:
        return [entry for entry in self._left_out.values() if entry.count]

    def execute(self, kind: str, statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> int:
        """Run one INSERT, UPDATE or DELETE and count its rows as `kind`; returns their number."""
        number = cursor().execute(statement, parameters or None).rowcount
        self.count(kind, number)
        return number

    def leave_out_rows(
        self, kind: str, why: str, statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()
    ) -> None:
        """Report as left out what a SELECT of one text column names."""
        found = cursor().execute(statement, parameters or None)
        self.leave_out(kind, (str(row[0]) for row in found), why)

    def remember(self, kind: str, thing_id: int, title: str, was: Mapping[str, Any]) -> None:
        """Something arrives switched off; what it `was` can be switched on again. What was switched on stays so."""
        SwitchedOff.objects.update_or_create(
            kind=kind, thing_id=thing_id, defaults={"title": title[:255], "was": dict(was)}
        )


def ids_reserved(*tables: str) -> None:
    """Move the sequence of each table far past its greatest id: MISP goes on giving numbers until the switch, and
    no new row here may meet one of them."""
    for table in tables:
        cursor().execute(
            sql.SQL(PAST_GREATEST_ID).format(literal=sql.Literal(table), table=sql.Identifier(table))
        )


GAP = 1_000_000
PAST_GREATEST_ID = f"""
SELECT setval(pg_get_serial_sequence({{literal}}, 'id'), greatest(
    (SELECT coalesce(max(id), 0) + {GAP} FROM {{table}}),
    (SELECT coalesce(last_value, 0) FROM pg_sequences
     WHERE format('%I.%I', schemaname, sequencename)::regclass = pg_get_serial_sequence({{literal}}, 'id')::regclass)))
"""
