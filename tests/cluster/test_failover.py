"""A hub on several machines loses nothing that it acknowledged, whatever dies, and is soon back."""

from __future__ import annotations

import os
from itertools import cycle, islice, repeat
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster
from tests.cluster.rounds import (
    KILLS,
    Round,
    as_json,
    as_table,
    play,
    primary_machine,
    ticks_ordered_twice,
)

ROUNDS = int(os.environ.get("VARDKASE_CLUSTER_ROUNDS", "5"))
MACHINES = int(os.environ.get("VARDKASE_CLUSTER_MACHINES", "1"))
"""Rounds after those, in which all that runs on the machine of the primary dies, and stays dead."""
MOST_SECONDS = 15
MOST_WITHOUT_MACHINE = 35
"""Its claim to be the primary holds for 20 seconds, the least that Patroni takes, from when it was last renewed."""


@pytest.mark.long
def test_nothing_acknowledged_is_lost_whatever_dies(cluster: Cluster) -> None:
    rounds: list[Round] = []
    kills = [*islice(cycle(KILLS), ROUNDS), *repeat(primary_machine, MACHINES)]
    for number, kill in enumerate(kills, 1):
        rounds.append(play(cluster, number, kill))
        print(rounds[-1], flush=True)  # noqa: T201 - `pytest -s` shows how far it is
        if record := os.environ.get("VARDKASE_CLUSTER_RECORD"):
            Path(record).write_text(as_json(rounds))
        if number % len(KILLS) == 0:
            cluster.command("audit", "verify")
    cluster.command("audit", "verify")
    assert ticks_ordered_twice(cluster) == 0
    print(as_table(rounds))  # noqa: T201
    assert [each for each in rounds if each.lost or each.half or each.odd] == [], cluster.faults()
    for each, kill in zip(rounds, kills, strict=True):
        most = MOST_WITHOUT_MACHINE if kill is primary_machine else MOST_SECONDS
        assert each.downtime <= most, as_table(rounds)
