"""The state of what the hub runs on: database, disk, worker, queue, schedules, mail, feeds, connections, time.

Only figures of operation, never of content: an operator of the platform reads this.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from vardkase.core import files
from vardkase.core.file_columns import missing_files
from vardkase.core.files.in_use import other_place
from vardkase.core.mail.models import OutgoingMail, SentMail, SentState
from vardkase.core.mail.services import can_send
from vardkase.core.optional_parts import PartMissing
from vardkase.core.problems import wire
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.sql import cursor
from vardkase.exchange.feeds.models import Feed, FeedRun, FeedRunState
from vardkase.exchange.servers.models import Server
from vardkase.hub.instance import diagnostics, workers
from vardkase.hub.instance.certificates import ends_of_certificates
from vardkase.hub.instance.unsafe_settings import unsafe_settings
from vardkase.identity.access.actor import Actor
from vardkase.misp.version import MISP_VERSION

DAY = timedelta(days=1)
LATE = timedelta(minutes=15)
"""How long a job or a mail may wait, and how late a schedule may be."""
MOST_DRIFT = 5.0
"""Seconds between the clocks of the hub and of its database."""
SCARCE, LITTLE = 0.15, 0.05
"""Shares of a disk that are free."""
CROWDED = 0.8
"""The share of the database's connections that may be in use."""
MOST_NAMED = 20
RENEWAL = timedelta(days=30)
"""How long before its end a certificate has to be renewed."""


class HealthState(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: HealthState
    facts: Mapping[str, Any]


_further: list[Callable[[], Check]] = []


def register(*checks: Callable[[], Check]) -> None:
    _further.extend(check for check in checks if check not in _further)


def checks(actor: Actor) -> list[Check]:
    """All checks; each takes a few milliseconds, and none asks another machine, but for that which keeps the files.
    Raises Forbidden."""
    actor.require_oversight()
    waiting, running, oldest, failed = _one(QUEUE)
    is_late = oldest is not None and oldest < timezone.now() - LATE
    state = HealthState.WARN if is_late or failed else HealthState.OK
    facts = {"waiting": waiting, "running": running, "failed": failed, "late": is_late}
    found = unsafe_settings()
    return [
        _versions(),
        _schema(actor),
        _database(),
        _clock(),
        _disk(),
        _files(),
        _worker(actor),
        Check("queue", state, facts),
        _schedules(),
        _mail(),
        _feeds(),
        _connections(),
        _certificates(),
        *(check() for check in _further),
        Check("settings", HealthState.BAD if found else HealthState.OK, {"found": found}),
    ]


def report(actor: Actor) -> dict[str, Any]:
    """Everything as one document: the checks, and MISP's report, which asks the modules."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "checks": wire([asdict(check) for check in checks(actor)]),
        "misp": diagnostics.report(actor),
        "workers": workers.queues(actor),
    }


def _versions() -> Check:
    facts = {
        "vardkase": version("vardkase"),
        "misp": MISP_VERSION,
        "python": ".".join(map(str, sys.version_info[:3])),
        "django": django.get_version(),
        "postgresql": _one("SHOW server_version")[0].split()[0],
    }
    return Check("versions", HealthState.OK, facts)


def _schema(actor: Actor) -> Check:
    found = diagnostics.schema(actor)
    missing = int(found["expected_db_version"]) - int(found["actual_db_version"])
    faults = [table for table, rows in found["diagnostic"].items() if any(row["is_critical"] for row in rows)]
    facts = {"missing": missing, "tables": faults[:MOST_NAMED]}
    return Check("schema", HealthState.BAD if missing or faults else HealthState.OK, facts)


def _database() -> Check:
    size, used, most, longest = _one(DATABASE)
    state = HealthState.WARN if used > most * CROWDED or longest > LATE.total_seconds() else HealthState.OK
    return Check("database", state, {"bytes": size, "used": used, "most": most, "longest": int(longest)})


def _clock() -> Check:
    before = time.time()
    there = float(_one("SELECT extract(epoch FROM clock_timestamp())")[0])
    # The answer took a moment as well; the clock was read somewhere between the two.
    drift = max(0.0, abs(there - (before + time.time()) / 2) - (time.time() - before) / 2)
    state = HealthState.WARN if drift > MOST_DRIFT else HealthState.OK
    return Check(
        "clock", state, {"seconds": round(drift, 1), "now": timezone.now().isoformat(timespec="seconds")}
    )


def _disk() -> Check:
    folder = Path(settings.FILES_DIR)
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    free = usage.free / usage.total
    state = HealthState.BAD if free < LITTLE else HealthState.WARN if free < SCARCE else HealthState.OK
    return Check("disk", state, {"free": usage.free, "total": usage.total, "percent": round(100 * free)})


def _files() -> Check:
    said = ""
    try:
        files.check()
    except (OSError, PartMissing) as error:
        said = (error.strerror if isinstance(error, OSError) else "") or str(error)
    missing = list[str]() if said else _missing()
    other = other_place()
    state = HealthState.BAD if said or other or missing else HealthState.OK
    # How many, not which: the digest of a file is itself what members share.
    facts = {"place": files.place(), "fault": said, "other": other, "missing": len(missing)}
    return Check("files", state, facts)


def _missing() -> list[str]:
    try:
        return missing_files()
    except OSError:
        return []  # It did not answer just now: the next look says so.


def _worker(actor: Actor) -> Check:
    running = {pid for queue in workers.queues(actor).values() for pid in queue["workers"]}
    return Check("worker", HealthState.OK if running else HealthState.BAD, {"running": len(running)})


def _schedules() -> Check:
    active = ScheduledTask.objects.filter(paused=False)
    failed = list(active.exclude(last_fault="").order_by("name").values_list("name", flat=True)[:MOST_NAMED])
    late = active.filter(next_run__lt=timezone.now() - LATE).count()
    state = HealthState.WARN if failed or late else HealthState.OK
    return Check("schedules", state, {"failed": failed, "late": late, "active": active.count()})


def _mail() -> Check:
    now = timezone.now()
    waiting = OutgoingMail.objects.count()
    is_late = OutgoingMail.objects.filter(created__lt=now - LATE).exists()
    failed = SentMail.objects.filter(state=SentState.FAILED, at__gt=now - DAY).count()
    configured = can_send()
    state = HealthState.WARN if not configured or is_late or failed else HealthState.OK
    facts = {"configured": configured, "waiting": waiting, "late": is_late, "failed": failed}
    return Check("mail", state, facts)


def _feeds() -> Check:
    used = Feed.objects.filter(Q(enabled=True) | Q(caching_enabled=True))
    latest = FeedRun.objects.filter(feed=OuterRef("pk")).order_by("-pk").values("state")[:1]
    failed = used.annotate(latest=Subquery(latest)).filter(latest=FeedRunState.FAILED).order_by("name")
    facts = {"used": used.count(), "failed": list(failed.values_list("name", flat=True)[:MOST_NAMED])}
    return Check("feeds", HealthState.WARN if facts["failed"] else HealthState.OK, facts)


def _connections() -> Check:
    used = Server.objects.filter(Q(push=True) | Q(pull=True))
    failed = list(
        used.filter(standing__works=False).order_by("name").values_list("name", flat=True)[:MOST_NAMED]
    )
    facts = {"used": used.count(), "failed": failed}
    return Check("connections", HealthState.WARN if failed else HealthState.OK, facts)


def _certificates() -> Check:
    now = timezone.now()
    found = list(ends_of_certificates())
    ended = sorted({each.name for each in found if each.ends <= now})
    soon = sorted({each.name for each in found if now < each.ends <= now + RENEWAL})
    state = HealthState.BAD if ended else HealthState.WARN if soon else HealthState.OK
    facts = {
        "known": len(found),
        "ended": ended[:MOST_NAMED],
        "soon": soon[:MOST_NAMED],
        "first": min((each.ends for each in found), default=None),
    }
    return Check("certificates", state, facts)


def _one(sql: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = cursor().execute(sql).fetchone() or ()
    return row


DATABASE = """
SELECT pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int,
       (SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid())
"""

QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
       min(coalesce(scheduled_at, (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)))
           FILTER (WHERE status = 'todo'),
       (SELECT count(DISTINCT e.job_id) FROM procrastinate_events e JOIN procrastinate_jobs f ON f.id = e.job_id
        WHERE f.status = 'failed' AND e.type = 'failed' AND e.at > now() - interval '1 day')
FROM procrastinate_jobs j WHERE status IN ('todo', 'doing')
"""
