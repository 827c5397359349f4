"""Retry policies, and their documentation for operators."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vardkase.core import retries
from vardkase.core.retries import RetryPolicy

POLICIES = {name: value for name, value in vars(retries).items() if isinstance(value, RetryPolicy)}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "deploy.md"


@pytest.mark.parametrize("name", POLICIES)
def test_documented_delays_match_the_policies(name: str) -> None:
    policy = RetryPolicy(POLICIES[name].first, POLICIES[name].factor, POLICIES[name].longest)
    row = re.search(rf"^\| `{name}` \|[^|]*\|([^|]*)\|([^|]*)\|$", DOCUMENT.read_text(), re.MULTILINE)
    assert row
    waits = [float(each.removeprefix("then ")) for each in row[1].strip().split(", ")]
    assert waits == [policy.delay(failures) for failures in range(1, len(waits) + 1)]
    assert str(POLICIES[name].retries or "never") in row[2]


def test_policy_gives_up_after_its_retries_and_limits_the_delay() -> None:
    policy = RetryPolicy(4, 4, longest=900, retries=3)
    assert [policy.delay(failures) for failures in (1, 2, 3, 4)] == [4, 16, 64, None]
    assert RetryPolicy(4, 4, longest=900).delay(10**6) == 900
    assert 450 <= (RetryPolicy(4, 4, longest=900, spread=True).delay(50) or 0) <= 900
