"""Policies to begin with: for a small municipality, an authority and a company. They are data (`data/*.json`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from vardkase.core.errors import NotFound
from vardkase.hub.policy.rules import Title


class Starter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them; `rules` as JSON holds them."""

    key: str
    name: Title
    description: Title
    rules: list[dict[str, Any]]


@cache
def starters() -> tuple[Starter, ...]:
    """All of them, in the order in which they are offered."""
    folder = files("vardkase.hub.policy") / "data"
    return tuple(
        msgspec.json.decode((folder / f"{key}.json").read_bytes(), type=Starter)
        for key in ("municipality", "authority", "company")
    )


def find_starter(key: str) -> Starter:
    """One of them. Raises NotFound."""
    for starter in starters():
        if starter.key == key:
            return starter
    raise NotFound("Invalid template.")
