"""Faults under mixed load: nothing acknowledged is lost, nothing is there by halves, and refusals are clear.

A thousand rounds for the record: `python -m bench.chaos --rounds 1000` (docs/reliability.md).
"""

from __future__ import annotations

import os

import pytest

from bench.chaos.rounds import run
from bench.chaos.site import Site
from tests.support.prepared import copy_prepared

ROUNDS = "VARDKASE_CHAOS_ROUNDS"


@pytest.mark.long
def test_no_fault_loses_what_was_acknowledged() -> None:
    """Every kind of fault, fifty rounds or as many as the environment says."""
    rounds = list(run(seed=1, rounds=int(os.environ.get(ROUNDS, "50")), prepare=_prepare))
    assert [(each.fault, each.faults) for each in rounds if each.faults] == []
    assert sum(each.acknowledged for each in rounds) > 0


def test_a_killed_hub_loses_nothing() -> None:
    """The short version: everything is killed twice."""
    rounds = list(run(seed=1, rounds=2, prepare=_prepare, only="kill -9 of everything", settles=False))
    assert [(each.fault, each.faults) for each in rounds if each.faults] == []
    assert sum(each.acknowledged for each in rounds) > 0


def _prepare(site: Site) -> None:
    copy_prepared(site.folder)
