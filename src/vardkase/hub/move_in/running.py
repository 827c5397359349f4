"""Runs a move: staging, then the steps, each in a transaction of its own, recorded when it is done.

A run that was interrupted continues after its last step if it is started again with the same dump. A run with a newer
dump goes through all steps again, each of which brings only what is new or changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, VardkaseError
from vardkase.core.sql import cursor, pinned_connection
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.move_in import deleted_here, numbers, staging
from vardkase.hub.move_in.approval import require_approved
from vardkase.hub.move_in.content.events import BEHIND_STEP
from vardkase.hub.move_in.models import Move, MoveStep
from vardkase.hub.move_in.not_moved import NOT_MOVED
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.queries import last_move, require_fresh
from vardkase.hub.move_in.report import full_report, signed
from vardkase.hub.move_in.source.api.copy import ApiCopy
from vardkase.hub.move_in.source.dump import Rows, Table
from vardkase.hub.move_in.source.files import FileDigests, MispFiles
from vardkase.hub.move_in.source.settings import read_settings
from vardkase.hub.move_in.source.staged_source import Source, staged_source
from vardkase.hub.move_in.steps import STEPS
from vardkase.hub.move_in.taking import Step, Taking
from vardkase.identity.access.actor import Actor, console_actor

ONE_AT_A_TIME = 0x4D4F_5645
"""Any fixed number."""

# What has the same number here and in MISP, and in how many of them it is something else.
SAME_NUMBER = """
SELECT count(*), count(*) FILTER (WHERE uuid <> given) FROM (
    SELECT h.uuid::text, lower(s.uuid) AS given FROM move_in.events s JOIN event h ON h.id = s.id
    UNION ALL
    SELECT h.uuid::text, lower(s.uuid) FROM move_in.organisations s JOIN organisation h ON h.id = s.id)
"""

type Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class MoveInput:
    """What the command was given. `read` yields the tables and rows; `digest` identifies a dump, empty for a
    database, which is read anew by each run."""

    read: Callable[[], Iterable[Table | Rows]]
    digest: str
    files: Path | None
    settings: bytes | None
    login: str
    copy: ApiCopy | None = None
    """What `read` reads, if it comes over the API."""


class _Rehearsed(Exception):
    """Ends the transaction of a dry run, which keeps nothing."""


def run(given: MoveInput, progress: Progress) -> dict[str, Any]:
    """Take over everything, or go on where an interrupted run stopped; returns the signed report.

    Raises Conflict and Invalid.
    """
    with _alone():
        approved = require_approved(given.digest, given.settings, given.files)
        return _run(given, approved, progress)


def _run(given: MoveInput, approved: FileDigests | None, progress: Progress) -> dict[str, Any]:
    move = _begin(given)
    with MispFiles(given.files, approved) as files:
        taking = _taking(move, given, files)
        done = set(move.steps.values_list("name", flat=True))
        for number, step in enumerate(STEPS, 1):
            if step.name not in done:
                _take(move, step, taking())
            progress(step.name, number, len(STEPS))
    with transaction.atomic():
        move.report = signed(full_report(move).as_json())
        never = {} if given.copy is None else (former.source["never_came"] if (former := last_move()) else {})
        move.source["never_came"] = numbers.together(never, deleted_here.absent())
        move.source["moved"] = numbers.arrived(move.source["moved"], move.source.pop("pending"))
        move.finished_at = timezone.now()
        move.save(update_fields=["report", "finished_at", "source"])
        staging.drop()
        record(_actor(move, given.login), HubAction.MOVE_IN_MOVED, Target.of(move), {"digest": given.digest})
    return dict(move.report)


def rehearse(given: MoveInput, progress: Progress) -> dict[str, Any]:
    """Do all of it in one transaction, and take it back: what `run` would report, unsigned."""
    report: dict[str, Any] = {}
    try:
        with _alone(), transaction.atomic():
            move = _begin(given)
            with MispFiles(given.files) as files:
                taking = _taking(move, given, files)
                for number, step in enumerate(STEPS, 1):
                    _take(move, step, taking())
                    progress(step.name, number, len(STEPS))
            report = full_report(move).as_json()
            raise _Rehearsed
    except _Rehearsed:
        return report


@contextmanager
def _alone() -> Iterator[None]:
    """The staging tables are one set: raises Conflict while another process fills or reads them."""
    with pinned_connection():
        if not cursor().execute("SELECT pg_try_advisory_lock(%s)", (ONE_AT_A_TIME,)).fetchall()[0][0]:
            raise Conflict(MoveInProblem.RUNNING())
        try:
            yield
        finally:
            if connection.is_usable():
                cursor().execute("SELECT pg_advisory_unlock(%s)", (ONE_AT_A_TIME,))


def _begin(given: MoveInput) -> Move:
    """The interrupted run of the same dump, with its steps that are done, or a new one. The staging tables are full."""
    unfinished = Move.objects.filter(finished_at=None).first()
    if unfinished is not None and given.digest and given.digest == unfinished.source["digest"]:
        with transaction.atomic():
            if not staging.is_filled():
                # PostgreSQL was stopped hard, which empties unlogged tables. What the steps have written is safe.
                _stage(given, again=True)
                _set_apart(last_move(), unfinished)
                unfinished.steps.filter(name=BEHIND_STEP.name).delete()
            _require_same(unfinished, staged_source(read_settings(given.settings), given.digest))
        return unfinished
    with transaction.atomic():
        former = last_move()
        if former is None and unfinished is None:
            require_fresh()
        if unfinished is not None:
            unfinished.delete()
        staged = _stage(given)
        source = staged_source(read_settings(given.settings), given.digest)
        known = former or unfinished
        if known is not None:
            _require_same_way(known, given)
            _require_same_misp(known, source, staged)
        greatest = {} if former is None else former.source["greatest"]
        rows = {
            "rows": staged.rows,
            "repaired": staged.repaired,
            "greatest": deleted_here.greatest_ids(greatest),
        }
        move = Move.objects.create(
            source=_over_api(given) | source.as_json() | rows | _numbers(former, unfinished),
            staged_at=timezone.now(),
            started_by=given.login,
        )
        if given.copy is not None:
            move.source["set_apart"] += given.copy.left_out()
            move.save(update_fields=["source"])
        return move


def _stage(given: MoveInput, *, again: bool = False) -> staging.Staged:
    try:
        return staging.fill(given.read(), again=again)
    except (DatabaseError, psycopg.Error) as error:  # Such as one number given twice.
        reason = " ".join(str(error).split())
        raise Conflict(MoveInProblem.NOT_STAGED(reason=reason)) from error


def _over_api(given: MoveInput) -> dict[str, Any]:
    return {} if given.copy is None else {"api": given.copy.url, "marks": dict(given.copy.marks)}


def _numbers(former: Move | None, unfinished: Move | None) -> dict[str, Any]:
    left_out = _set_apart(former, unfinished)
    pending = {} if unfinished is None else unfinished.source["pending"]
    return {
        "moved": {} if former is None else former.source["moved"],
        "pending": numbers.together(pending, numbers.arriving()),
        "set_apart": left_out,
    }


def _set_apart(former: Move | None, unfinished: Move | None) -> list[dict[str, Any]]:
    """What was made or deleted here since the last run that was finished is not MISP's to change."""
    if former is None:
        return []
    pending = {} if unfinished is None else unfinished.source["pending"]
    return [
        *numbers.set_apart(former.source["moved"], pending),
        *deleted_here.set_apart(former.source["greatest"], former.source["never_came"]),
    ]


def _require_same_way(known: Move, given: MoveInput) -> None:
    if given.copy is not None and "api" not in known.source:
        raise Conflict(MoveInProblem.OTHER_WAY())


def _require_same_misp(known: Move, source: Source, staged: staging.Staged) -> None:
    """What a dump lacks counts as deleted in MISP: raise Conflict unless it is of the same MISP and has its tables."""
    _require_same(known, source)
    # Two may share an organisation, as one for tests may with the real one.
    shared, differing = cursor().execute(SAME_NUMBER).fetchall()[0]
    if 2 * differing > shared:
        raise Conflict(MoveInProblem.OTHER_MISP(base_url=known.source.get("base_url", "")))
    came = {} if "api" in known.source else known.source.get("rows", {})
    if missing := sorted(came.keys() - staged.rows.keys() - NOT_MOVED.keys()):
        raise Conflict(MoveInProblem.TABLES_MISSING(tables=missing))


def _require_same(known: Move, source: Source) -> None:
    # Some MISPs have no UUID of their own.
    if (known.source["uuid"], known.source["host_organisation_uuid"]) != (
        source.uuid,
        source.host_organisation_uuid,
    ):
        raise Conflict(MoveInProblem.OTHER_MISP(base_url=known.source.get("base_url", "")))


def _taking(move: Move, given: MoveInput, files: MispFiles) -> Callable[[], Taking]:
    settings = read_settings(given.settings)
    actor = _actor(move, given.login)
    former = last_move()
    greatest = {} if former is None else former.source.get("greatest", {})
    since = None if former is None else former.finished_at
    return lambda: Taking(actor, files, settings, greatest, move.source["moved"], since)


def _actor(move: Move, login: str) -> Actor:
    source = move.source
    return console_actor(source["host_organisation"], source["host_organisation_name"], login)


def _take(move: Move, step: Step, taking: Taking) -> None:
    begun = time.monotonic()
    try:
        with transaction.atomic():
            step.take(taking)
            MoveStep.objects.create(
                move=move,
                name=step.name,
                seconds=round(time.monotonic() - begun, 3),
                taken={kind: number for kind, number in taking.taken.items() if number},
                left_out=[asdict(entry) for entry in taking.left_out],
            )
    except (DatabaseError, psycopg.Error, VardkaseError) as error:
        reason = " ".join(str(error).split())
        raise Conflict(MoveInProblem.STEP_FAILED(step=step.name, reason=reason)) from error
