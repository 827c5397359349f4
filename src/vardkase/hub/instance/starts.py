"""What the hub's processes found unsafe in their own configuration when they started; the audit log keeps it.

A command reads the environment of the shell in which it runs, which may be another than theirs.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core import checks
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden
from vardkase.core.jobs import this_machine
from vardkase.hub.audit_actions import HubAction
from vardkase.identity.access.job_actors import hub_actor

DAYS = 30
"""How far back starts are listed."""
MOST = 20
AGAIN = timedelta(minutes=10)
"""A process that keeps ending and finds the same is recorded once in this time."""

logger = logging.getLogger(__name__)


class HubProcess(StrEnum):
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Start:
    """`unsafe`: ids of findings, as in `unsafe_settings`."""

    process: str
    machine: str
    at: datetime
    unsafe: tuple[str, ...]


def record_start_beside(process: HubProcess) -> None:
    """As `record_start`, in a thread of its own: the first pages do not wait for it."""

    def work() -> None:
        record_start(process)
        connection.close()

    threading.Thread(target=work, name="start", daemon=True).start()


def record_start(process: HubProcess) -> None:
    """Failing does not keep the process from its work. Nothing is recorded while no organisation runs the hub."""
    machine = this_machine()
    change = {"process": process.value, "unsafe": sorted(_unsafe_here())}
    try:
        with transaction.atomic():
            newest = AuditEntry.objects.filter(
                action=HubAction.PROCESS_STARTED, title=machine, change__process=process.value
            ).last()
            if newest is None or newest.change != change or newest.created < timezone.now() - AGAIN:
                record(hub_actor(), HubAction.PROCESS_STARTED, Target("hub_process", title=machine), change)
    except Forbidden:
        pass
    except DatabaseError:
        logger.exception("the start of this process could not be recorded")


def last_starts() -> list[Start]:
    """The latest first."""
    entries = AuditEntry.objects.filter(
        action=HubAction.PROCESS_STARTED, created__gt=timezone.now() - timedelta(days=DAYS)
    ).order_by("-pk")[:MOST]
    return [
        Start(each.change["process"], each.title, each.created, tuple(each.change["unsafe"]))
        for each in entries
    ]


def running_unsafe() -> dict[str, Start]:
    """Finding → the start that found it, of the last start of each process."""
    found: dict[str, Start] = {}
    for process in HubProcess:
        entry = AuditEntry.objects.filter(
            action=HubAction.PROCESS_STARTED, change__process=process.value
        ).last()
        if entry:
            start = Start(process.value, entry.title, entry.created, tuple(entry.change["unsafe"]))
            found |= dict.fromkeys(start.unsafe, start)
    return found


def _unsafe_here() -> set[str]:
    """Of the configuration alone: what is read from the database is the same for everybody."""
    found = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=True)
    return {str(each.id) for each in found if each.is_serious(checks.WARNING) and not each.is_silenced()}
