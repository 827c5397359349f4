"""One round: a part of a cluster dies under load, and what that cost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tests.cluster.load import ATTRIBUTES, OUTAGES, Load
from tests.cluster.nodes import Cluster

BEFORE, AFTER = 3.0, 10.0
"""Seconds of load before something dies, and at least after it."""


@dataclass
class Round:
    """Times in seconds; `downtime` is the longest between two writes that succeeded."""

    number: int
    killed: str
    downtime: float
    read_downtime: float
    recovered: float
    """Until every part worked again."""
    acknowledged: int
    unavailable: int
    """Requests that were answered 502 or 503, or not at all."""
    lost: int
    half: int
    unclear_stored: int
    """Writes that were not acknowledged, and are there, whole."""
    odd: list[str]


def primary(cluster: Cluster) -> str:
    """PostgreSQL of the primary, with all its processes."""
    number = cluster.leader() or 0
    cluster.kill_postgres(number)
    return f"PostgreSQL of the primary (db{number})"


def primary_machine(cluster: Cluster) -> str:
    """All that runs on it, until the round lets it start again."""
    number = cluster.leader() or 0
    # Then etcd renews the claim of the primary in full, when it has elected another leader.
    led_etcd = ", which led etcd" if cluster.etcd_leader() == number else ""
    for name in (f"patroni{number}", f"etcd{number}"):
        part = cluster.part(name)
        part.held = True
        part.kill()
    return f"the machine of the primary (db{number}{led_etcd})"


def replica(cluster: Cluster) -> str:
    number = cluster.followers()[0]
    cluster.kill_postgres(number)
    return f"PostgreSQL of a replica (db{number})"


def etcd_leader(cluster: Cluster) -> str:
    number = cluster.etcd_leader()
    cluster.part(f"etcd{number}").kill()
    return f"etcd's leader (db{number})"


def web_node(cluster: Cluster) -> str:
    cluster.part("web1").kill()
    return "a web node (hub1)"


def proxy(cluster: Cluster) -> str:
    cluster.part("haproxy1").kill()
    return "the proxy (HAProxy of hub1)"


KILLS: tuple[Callable[[Cluster], str], ...] = (primary, replica, etcd_leader, web_node, proxy)


def play(cluster: Cluster, number: int, kill: Callable[[Cluster], str]) -> Round:
    with Load(cluster.hub(1), 8080, cluster.key) as load:
        time.sleep(BEFORE)
        at = time.monotonic()
        killed = kill(cluster)
        time.sleep(AFTER)
        cluster.until(lambda: load.writes.succeeded[-1] > at + AFTER, "nothing can be written")
        cluster.switch_on()
        cluster.until_whole()
        recovered = time.monotonic() - at
    counted = counts(cluster, load.sent)
    lost = [each for each in load.acknowledged if each not in counted]
    answers = (load.writes, load.reads)
    return Round(
        number=number,
        killed=killed,
        downtime=round(load.writes.longest_gap(at), 1),
        read_downtime=round(load.reads.longest_gap(at), 1),
        recovered=round(recovered, 1),
        acknowledged=len(load.acknowledged),
        unavailable=sum(each.statuses[status] for each in answers for status in OUTAGES),
        lost=len(lost) + len(load.missing),
        half=sum(parts != ATTRIBUTES for parts in counted.values()),
        unclear_stored=len(counted.keys() - load.acknowledged),
        odd=[text for each in answers for text in each.odd],
    )


def counts(cluster: Cluster, sent: set[str]) -> dict[str, int]:
    """The events of `sent` that are stored, with how many of their attributes are."""
    with cluster.connected() as connection:
        rows = connection.execute(STORED, {"sent": list(sent)}).fetchall()
    return {str(uuid): 0 if shown != parts else parts for uuid, shown, parts in rows}


def ticks_ordered_twice(cluster: Cluster) -> int:
    """Ticks of the scheduler, which every worker knows of, that were ordered more than once."""
    with cluster.connected() as connection:
        return len(connection.execute(TWICE).fetchall())


def as_json(rounds: list[Round]) -> str:
    return json.dumps([asdict(each) for each in rounds], indent=1)


def as_table(rounds: list[Round]) -> str:
    """The rounds in Markdown, those of a kind together."""
    kinds = dict.fromkeys(each.killed.partition(" (")[0] for each in rounds)
    lines = [
        "| killed | rounds | acknowledged writes | lost | half events | longest downtime, s | mean, s | odd answers |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in kinds:
        some = [each for each in rounds if each.killed.startswith(kind)]
        times = [each.downtime for each in some]
        lines.append(
            f"| {kind} | {len(some)} | {sum(each.acknowledged for each in some):,} | "
            f"{sum(each.lost for each in some)} | {sum(each.half for each in some)} | {max(times):.1f} | "
            f"{sum(times) / len(times):.1f} | {sum(len(each.odd) for each in some)} |"
        )
    return "\n".join(lines)


STORED = """
SELECT e.uuid, e.attribute_count, (SELECT count(*) FROM attribute a WHERE a.event_id = e.id)
FROM event e WHERE e.uuid = ANY(%(sent)s::uuid[])
"""
TWICE = """
SELECT task_name, args FROM procrastinate_jobs WHERE args ? 'timestamp' GROUP BY task_name, args HAVING count(*) > 1
"""
