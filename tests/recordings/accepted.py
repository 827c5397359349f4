"""tests/data/recording_differences.toml: where our answers differ from the recordings, and why.

`[[left_out]]` names exchanges that are not replayed: `file` and `endpoint` are patterns; `n`, their positions
in the file, and `status`, the recorded status, limit them. `[[difference]]` has a `world`, a `reason` and the
differences `at` that it covers, as "file | endpoint | place | kind", each a pattern. `place` is the position in
the answer (`#` stands for any list element), `kind` is one of lacks, also, type, value, length and `status
THEIRS -> OURS`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from tests.recordings.replay import Found, endpoint_of

ALSO = {"pymisp-newest": "pymisp-live"}
"""The same tests run by a newer client: differences of one apply to the other."""
LISTED = Path(__file__).parents[1] / "data" / "recording_differences.toml"


@cache
def _listed() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(LISTED.read_text("utf-8"))


def left_out(exchange: dict[str, Any]) -> bool:
    """Whether an exchange is not replayed."""
    file, endpoint = exchange["file"], endpoint_of(exchange["path"])
    return any(
        fnmatchcase(file, rule["file"])
        and fnmatchcase(endpoint, rule["endpoint"])
        and exchange["n"] in rule.get("n", [exchange["n"]])
        and exchange["status"] == rule.get("status", exchange["status"])
        for rule in _listed()["left_out"]
    )


def line_of(found: Found) -> str:
    """A difference as listed in the file."""
    difference = found.difference
    return f"{found.file} | {found.endpoint} | {difference.place} | {difference.kind}"


def unlisted_and_stale(world: str, found: Iterable[Found]) -> tuple[list[str], list[str]]:
    """The differences that no line covers, with details; and the lines that cover none."""
    own = _lines(world)
    lines = own | _lines(ALSO.get(world, ""))
    patterns = [line for line in lines if "*" in line]
    seen: set[str] = set()
    unlisted = []
    for one in found:
        line = line_of(one)
        covering = {line} & lines or {pattern for pattern in patterns if fnmatchcase(line, pattern)}
        seen |= covering
        if not covering:
            unlisted.append(f"{line}: {one.difference.what} (n {one.n})")
    return unlisted, sorted(own - seen)


def _lines(world: str) -> set[str]:
    return {line for rule in _listed()["difference"] if rule["world"] == world for line in rule["at"]}
