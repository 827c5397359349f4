"""A hub on several machines loses nothing that it acknowledged, whatever dies, and is soon back."""

from __future__ import annotations

import os
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.cluster.nodes import running_cluster
from tests.cluster.rounds import KILLS, as_json, as_table, play, ticks_ordered_twice

ROUNDS = int(os.environ.get("VARDKASE_CLUSTER_ROUNDS", "5"))
MOST_SECONDS = 15


@pytest.mark.long
def test_nothing_acknowledged_is_lost_whatever_dies() -> None:
    rounds = []
    with running_cluster() as cluster:
        for number, kill in enumerate(islice(cycle(KILLS), ROUNDS), 1):
            played = play(cluster, number, kill)
            rounds.append(played)
            print(played, flush=True)  # noqa: T201 - `pytest -s` shows how far it is
            if record := os.environ.get("VARDKASE_CLUSTER_RECORD"):
                Path(record).write_text(as_json(rounds))
            if number % len(KILLS) == 0:
                cluster.command("audit", "verify")
        cluster.command("audit", "verify")
        assert ticks_ordered_twice(cluster) == 0
    print(as_table(rounds))  # noqa: T201
    assert [each for each in rounds if each.lost or each.half or each.odd] == []
    assert max(each.downtime for each in rounds) <= MOST_SECONDS, as_table(rounds)
