"""What an operator does with a hub on several machines, while it is used."""

from __future__ import annotations

import time

import pytest

from tests.cluster.load import ATTRIBUTES, Load
from tests.cluster.nodes import Cluster
from tests.cluster.rounds import counts


@pytest.mark.long
def test_switchover_and_a_new_database_node(cluster: Cluster) -> None:
    cluster.until_whole()
    former = cluster.leader() or 0
    assert switched_over(cluster, cluster.followers()[0]) <= 15
    assert cluster.leader() != former
    cluster.until_whole()

    cluster.add_database(4)
    cluster.until(lambda: 4 in cluster.followers(), "the new node does not follow")
    assert switched_over(cluster, 4) <= 15
    assert cluster.leader() == 4
    cluster.until(lambda: len(cluster.followers()) == 3, "the others do not follow the new node")


def switched_over(cluster: Cluster, candidate: int) -> float:
    """Switch over to `candidate` under load; returns for how many seconds nothing could be written."""
    with Load(cluster.hub(1), 8080, cluster.key) as load:
        time.sleep(2)
        at = time.monotonic()
        leader, member = f"db{cluster.leader()}", f"db{candidate}"
        cluster.patronictl("switchover", "--leader", leader, "--candidate", member, "--force")
        cluster.until(lambda: cluster.leader() == candidate, "no switchover")
        time.sleep(3)
        cluster.until(lambda: load.writes.succeeded[-1] > at + 3, "nothing can be written")
    stored = counts(cluster, load.sent)
    assert (load.acknowledged - stored.keys(), load.missing) == (set(), [])
    assert set(stored.values()) == {ATTRIBUTES}
    assert [*load.writes.odd, *load.reads.odd] == [], cluster.faults()
    print(f"{leader} to {member}: {load.writes.longest_gap(at):.1f} s without a write")  # noqa: T201
    return load.writes.longest_gap(at)
