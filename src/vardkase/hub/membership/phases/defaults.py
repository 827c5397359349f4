"""Default phases and legal preconditions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vardkase.hub.membership.phases.models import Phase

FILE = Path(__file__).with_name("defaults.toml")


@dataclass(frozen=True, slots=True)
class Precondition:
    name: str
    title_sv: str
    title_en: str
    waits_sv: str
    waits_en: str


def default_phases() -> list[Phase]:
    # New objects each time: callers change them and save them as rows.
    return [Phase(**phase) for phase in _file()["phase"]]


@cache
def preconditions() -> Mapping[str, Precondition]:
    return {name: Precondition(name, **texts) for name, texts in _file()["precondition"].items()}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())
