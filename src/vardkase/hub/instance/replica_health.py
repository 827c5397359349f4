"""Replicas of the database among the checks of the hub, for the page of diagnostics and `vardkase doctor`."""

from __future__ import annotations

from vardkase.core.backup.log import SLOT
from vardkase.core.sql import cursor
from vardkase.hub.instance.health import MOST_NAMED, Check, HealthState

MOST_BEHIND = 16 * 1024 * 1024
"""Bytes of the log: a replica that is farther behind gets no requests (deploy/cluster/haproxy.cfg)."""


def check() -> Check:
    following = cursor().execute(FOLLOWING).fetchall()
    behind = [name for name, distance in following if distance > MOST_BEHIND]
    gone = [name for (name,) in cursor().execute(GONE, {"backup": SLOT}).fetchall()]
    facts = {
        "following": len(following),
        "most": max((int(distance) for _name, distance in following), default=0),
        "behind": behind[:MOST_NAMED],
        "gone": gone[:MOST_NAMED],
    }
    return Check("replicas", HealthState.WARN if behind or gone else HealthState.OK, facts)


# Who only fetches the log, or a backup, replays nothing. `walreceiver` is the name of one that was given none. A server
# that is a replica itself has a position of its own.
FOLLOWING = """
SELECT name, max(behind) AS behind
FROM (
    SELECT coalesce(nullif(nullif(application_name, ''), 'walreceiver'), host(client_addr), 'walreceiver') AS name,
           greatest(pg_wal_lsn_diff(
               CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, replay_lsn
           ), 0) AS behind
    FROM pg_stat_replication WHERE replay_lsn IS NOT NULL
) following
GROUP BY name ORDER BY name
"""
# The log is kept for it, and nobody fetches it.
GONE = """
SELECT slot_name FROM pg_replication_slots
WHERE slot_type = 'physical' AND NOT active AND restart_lsn IS NOT NULL AND slot_name <> %(backup)s
ORDER BY slot_name
"""
