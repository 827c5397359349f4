"""Policy templates for a small municipality, an authority and a company, as data files (`data/*.json`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from vardkase.core.errors import NotFound
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.rules import RuleTitle


class Starter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: RuleTitle
    description: RuleTitle
    rules: list[dict[str, Any]]


@cache
def starters() -> tuple[Starter, ...]:
    folder = files("vardkase.hub.policy") / "data"
    return tuple(
        msgspec.json.decode((folder / f"{key}.json").read_bytes(), type=Starter)
        for key in ("municipality", "authority", "company")
    )


def find_starter(key: str) -> Starter:
    for starter in starters():
        if starter.key == key:
            return starter
    raise NotFound(PolicyProblem.NO_SUCH_TEMPLATE())
