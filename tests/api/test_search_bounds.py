"""Searches with more conditions than the database plans in good time are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed

MANY = 31


@pytest.mark.parametrize(
    ("path", "filters", "named"),
    [
        ("events/restSearch", {"tags": {"AND": [f"%t{n}%" for n in range(MANY)]}}, "tags"),
        ("attributes/restSearch", {"tags": {"AND": [f"t{n}" for n in range(MANY)]}}, "tags"),
        ("objects/restSearch", {"tags": {"AND": [f"t{n}" for n in range(MANY)]}}, "tags"),
        ("events/index", {"tags": "&".join(f"t{n}" for n in range(MANY))}, "tags"),
        ("events/restSearch", {f"galaxy.key{n}": "%a%" for n in range(MANY)}, "elements of galaxies"),
        ("galaxy_clusters/restSearch", {"elements": {f"key{n}": "a" for n in range(MANY)}}, "elements"),
    ],
)
def test_too_many_conditions_are_refused(seed: Seed, path: str, filters: dict[str, Any], named: str) -> None:
    status, refused = call(seed.reader.key, "POST", f"/{path}", filters)
    assert 400 <= status < 500, refused
    assert named in str(refused)
    assert "At most 30" in str(refused)


def test_values_do_not_count_as_conditions(seed: Seed) -> None:
    values = {"value": [f"{n}.example" for n in range(5000)], "tags": [f"t{n}" for n in range(500)]}
    assert call(seed.reader.key, "POST", "/attributes/restSearch", values)[0] == 200


@pytest.mark.parametrize(
    ("path", "filters", "named"),
    [
        ("attributes/restSearch", {"value": [f"%host{n}%" for n in range(101)]}, "value"),
        ("events/restSearch", {"value": "%a" * 17}, "value"),
        ("objects/restSearch", {"value": [f"%{letter}%" for letter in "abcdefghi"]}, "value"),
        ("events/index", {"value": [f"%host{n}%" for n in range(101)]}, "value"),
        ("events/index", {"attribute": [f"host{n}" for n in range(101)]}, "attribute"),
        ("events/index", {"eventinfo": "%a" * 17}, "eventinfo"),
    ],
)
def test_expensive_patterns_are_refused(seed: Seed, path: str, filters: dict[str, Any], named: str) -> None:
    status, refused = call(seed.reader.key, "POST", f"/{path}", filters)
    assert 400 <= status < 500, refused
    assert "t most" in str(refused)
    assert named in str(refused)
