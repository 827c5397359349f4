"""Exhaustive tests in two lanes: `make test` asks a part, `make test-long` everything."""

from __future__ import annotations

import pytest

in_both_lanes = pytest.mark.parametrize(
    "step", [pytest.param(3, id="a third"), pytest.param(1, id="all", marks=pytest.mark.long)]
)
"""The test takes `step`, and asks one of that many."""
