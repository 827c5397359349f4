"""docs/coverage.md, written from docs/coverage/*.toml: `python -m tools.coverage`.

A file has [[feature]] blocks: `feature` is a sentence about it, `endpoints` what answers for it, and one of `tests`
("path" or "path::name") that prove it, `left_out` with the reason, or `missing` where it is to come. The names of
all that MISP answers are in docs/coverage/misp_endpoints.txt; tests/conventions/test_coverage.py compares the three.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "coverage"
PAGE = ROOT / "docs" / "coverage.md"
LIVE = ROOT / "tests" / "data" / "pymisp_live_passing.txt"
HEAD = """# What Vårdkase has of MISP

Written by `python -m tools.coverage` from the files in `docs/coverage/`; change those.

Endpoints take the same requests, and give the same answers, status codes and messages as MISP 2.5; an address that
is not here answers 404 in JSON. Camel case and underscores mean the same. Who may call each is in
`tests/api/roles.toml`, what each takes in `/api/openapi.json`.
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """One block; `area` is the name of its file."""

    area: str
    feature: str
    endpoints: tuple[str, ...]
    tests: tuple[str, ...] = ()
    left_out: str = ""
    missing: str = ""


def features() -> list[Feature]:
    """Every block of every file."""
    return [
        Feature(
            path.stem,
            **{key: tuple(value) if isinstance(value, list) else value for key, value in block.items()},
        )
        for path in sorted(FOLDER.glob("*.toml"))
        for block in tomllib.loads(path.read_text("utf-8"))["feature"]
    ]


def page() -> str:
    """The whole of docs/coverage.md."""
    found = features()
    proven = [each for each in found if each.tests]
    passing = len(LIVE.read_text("utf-8").split())
    parts = [HEAD, f"Of the tests in PyMISP's `testlive_comprehensive.py` {passing} pass, unmodified.\n"]
    for area in dict.fromkeys(each.area for each in proven):
        parts += [
            f"## {area.replace('_', ' ').capitalize()}\n",
            *_proven(each for each in proven if each.area == area),
        ]
    parts += ["## Left out on purpose\n", *_reasons([each for each in found if each.left_out])]
    parts += ["## Still missing\n", *_reasons([each for each in found if each.missing])]
    return "\n".join(parts)


def _proven(chosen: Iterator[Feature]) -> Iterator[str]:
    for each in chosen:
        yield f"**{each.feature}**{_names(each)}\n"
        yield "".join(f"- `{test}`\n" for test in each.tests)


def _reasons(chosen: Sequence[Feature]) -> Iterator[str]:
    for each in chosen:
        yield f"**{each.feature}**{_names(each)}\n\n{each.left_out or each.missing}\n"


def _names(each: Feature) -> str:
    return f"  \n{', '.join(f'`{name}`' for name in each.endpoints)}" if each.endpoints else ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
