"""Schedules for pulls and pushes of each connection; off by default."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.exchange.servers.confirmation import waits_for_confirmation
from vardkase.exchange.servers.queries import getting, giving
from vardkase.exchange.sync.models import MovedEvent, SyncRun, SyncRunState
from vardkase.exchange.sync.pull import FULL
from vardkase.exchange.sync.tasks import CONNECTIONS, pull_connection, push_connection

DAYS_KEPT = Setting(
    "Vardkase.sync_run_days_kept",
    180,
    _("How many days the record of a pull or push is kept after it has ended."),
    level=2,
    check=lambda days: None if 1 <= days <= 3650 else SettingProblem.NOT_BETWEEN(least=1, most=3650),
    changed_by=ChangedBy.OPERATOR,
)


def pull_all() -> int:
    """Order a pull of every connection that pulls; returns how many."""
    found = giving().filter(pull=True).select_related("remote_org")
    servers = [server.pk for server in found if not waits_for_confirmation(server)]
    for pk in servers:
        pull_connection.configure(lock=f"pull {pk}").defer(
            user_id=0, server_id=pk, technique=FULL, force=False
        )
    return len(servers)


def push_all() -> int:
    """Order a push to every connection that pushes; returns how many."""
    servers = getting().filter(push=True).values_list("pk", flat=True)
    for pk in servers:
        push_connection.configure(lock=CONNECTIONS.lock(pk)).defer(user_id=0, server_id=pk, technique=FULL)
    return len(servers)


def forget_runs() -> int:
    """Remove runs that ended long ago, with their events; returns how many."""
    before = timezone.now() - timedelta(days=DAYS_KEPT.value)
    old = SyncRun.objects.exclude(state=SyncRunState.RUNNING).filter(ended__lt=before)
    MovedEvent.objects.filter(run__in=old).delete()
    return old.delete()[0]


SCHEDULES = (
    Schedule(
        "sync.pull_all",
        _("Fetch from connected hubs"),
        _("Fetches what is new from every connection with fetching enabled."),
        pull_all,
        at=time(3, 30),
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "sync.push_all",
        _("Send to connected hubs"),
        _(
            "Sends missing events to every connection with sending enabled. Published events are also sent at once."
        ),
        push_all,
        at=time(4, 30),
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "sync.forget_runs",
        _("Remove old runs of connections"),
        _("Removes old records of pulls and pushes."),
        forget_runs,
        at=time(2, 10),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
