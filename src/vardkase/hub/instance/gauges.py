"""Figures of the whole hub for Prometheus, read when it asks. Names and numbers of operation, never content."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from vardkase.core.sql import cursor
from vardkase.hub.audit_log.delivering import failing_deliveries
from vardkase.hub.audit_log.destinations import destinations
from vardkase.hub.instance.certificates import ends_of_certificates
from vardkase.hub.instance.readiness import readiness
from vardkase.hub.instance.replica_health import FOLLOWING

type Labelled = tuple[str, str, tuple[str, ...], str]
"""Name, help, labels, and the statement that returns labels and number."""

QUERIES: tuple[Labelled, ...] = (
    (
        "vardkase_jobs",
        "Jobs in the queue by state.",
        ("status",),
        (
            "SELECT s, count(j.id) FROM unnest(ARRAY['todo', 'doing', 'failed']) AS s "
            "LEFT JOIN procrastinate_jobs j ON j.status::text = s GROUP BY s"
        ),
    ),
    (
        "vardkase_oldest_job_seconds",
        "Seconds that the oldest waiting job has been due.",
        (),
        (
            "SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0) "
            "FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' "
            "WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"
        ),
    ),
    (
        "vardkase_workers",
        "Workers that sent a heartbeat in the last minute.",
        (),
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'",
    ),
    (
        "vardkase_scheduled_task_failed",
        "Whether the last run of a scheduled task failed.",
        ("task",),
        "SELECT name, (last_fault <> '')::int FROM scheduled_task WHERE NOT paused",
    ),
    (
        "vardkase_scheduled_task_last_run_timestamp_seconds",
        "When a scheduled task last began, as Unix time.",
        ("task",),
        "SELECT name, extract(epoch FROM last_run) FROM scheduled_task WHERE last_run IS NOT NULL",
    ),
    (
        "vardkase_database_connections",
        "Connections to the database by state.",
        ("state",),
        (
            "SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' GROUP BY 1"
        ),
    ),
    (
        "vardkase_database_connections_limit",
        "Connections that the database allows.",
        (),
        "SELECT current_setting('max_connections')::int",
    ),
    (
        "vardkase_database_bytes",
        "Size of the database.",
        (),
        "SELECT pg_database_size(current_database())",
    ),
    (
        "vardkase_database_longest_transaction_seconds",
        "Seconds that the longest transaction has run.",
        (),
        (
            "SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ),
    ),
    (
        "vardkase_database_replica_behind_bytes",
        "How much of the database's log a replica has yet to replay.",
        ("replica",),
        FOLLOWING,
    ),
    (
        "vardkase_connections",
        "Connections to other hubs by whether they work.",
        ("state",),
        (
            "SELECT s, count(t.server_id) FROM unnest(ARRAY['works', 'fails']) AS s "
            "LEFT JOIN server_standing t ON t.works = (s = 'works') GROUP BY s"
        ),
    ),
    (
        "vardkase_deliveries_waiting",
        "Published versions that wait to be sent to receivers.",
        (),
        "SELECT count(*) FROM delivery WHERE state = 'waiting'",
    ),
    (
        "vardkase_mails_waiting",
        "E-mails that wait to be sent.",
        (),
        "SELECT count(*) FROM outgoing_mail",
    ),
)


AUDIT_DELIVERIES = "vardkase_audit_delivery_late"
CERTIFICATES = "vardkase_certificate_ends_timestamp_seconds"


class Gauges(Collector):
    """Reads everything anew; what the database does not answer is left out, and `vardkase_ready` says why."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _disk()
        parts = GaugeMetricFamily(
            "vardkase_ready", "Whether a part works that requests need.", labels=["part"]
        )
        for part, state in readiness().items():
            parts.add_metric([part], int(state == "ok"))
        yield parts
        try:
            yield _audit_deliveries()
            for query in QUERIES:
                yield _asked(*query)
            yield _certificates()
        except DatabaseError:
            return


def names() -> frozenset[str]:
    return frozenset(
        (
            *(name for name, *_ in QUERIES),
            "vardkase_ready",
            "vardkase_disk_bytes",
            CERTIFICATES,
            AUDIT_DELIVERIES,
        )
    )


def _asked(name: str, text: str, labels: tuple[str, ...], statement: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for *values, number in cursor().execute(statement).fetchall():
        family.add_metric([str(value) for value in values], float(number))
    return family


def _certificates() -> GaugeMetricFamily:
    first: dict[str, float] = {}
    for each in ends_of_certificates():
        first[each.use] = min(each.ends.timestamp(), first.get(each.use, math.inf))
    family = GaugeMetricFamily(CERTIFICATES, "When the first certificate ends, as Unix time.", labels=["use"])
    for use, moment in first.items():
        family.add_metric([use], moment)
    return family


def _audit_deliveries() -> GaugeMetricFamily:
    text = (
        "Whether a place outside has not got the newest checkpoint of the audit log for a quarter of an hour."
    )
    family = GaugeMetricFamily(AUDIT_DELIVERIES, text, labels=["place"])
    late = {each.name for each in failing_deliveries()}
    for place in destinations():
        family.add_metric([place.name], int(place.name in late))
    return family


def _disk() -> Iterator[GaugeMetricFamily]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    family = GaugeMetricFamily("vardkase_disk_bytes", "The disk of the data folder.", labels=["state"])
    for state in ("total", "used", "free"):
        family.add_metric([state], getattr(usage, state))
    yield family
