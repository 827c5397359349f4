"""docs/web-coverage.md, written from docs/web-coverage.toml: `python -m tools.web_coverage`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "web-coverage.toml"
PAGE = ROOT / "docs" / "web-coverage.md"
HEAD = """# Where MISP's pages are

Written by `python -m tools.web_coverage` from `docs/web-coverage.toml`; change that. `{}` stands for the number,
UUID or name of one thing.
"""


def page() -> str:
    """The whole of docs/web-coverage.md. Needs Django to be set up."""
    routes = _routes()
    parts = [HEAD]
    for area, rows in tomllib.loads(TABLE.read_text("utf-8")).items():
        parts += [f"## {area}\n", "| In MISP | Here |\n|---|---|\n" + "".join(_rows(rows, routes))]
    return "\n".join(parts)


def _rows(rows: dict[str, dict[str, Any]], routes: dict[str, str]) -> Iterator[str]:
    for misp, row in rows.items():
        here = [f"`{routes[name]}`" for name in row.get("pages", ())]
        missing = [f"*Missing*: {row['missing']}"] if "missing" in row else []
        yield f"| {misp} | {'<br>'.join([*here, *missing])} |\n"


def _routes() -> dict[str, str]:
    """Name of a URL → its path, with {} in the place of each argument."""
    from django.urls import get_resolver

    found = {}
    for name, [*variants] in get_resolver().reverse_dict.lists():
        if isinstance(name, str):
            path, arguments = variants[0][0][0]
            found[name] = "/" + path % dict.fromkeys(arguments, "{}")
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vardkase.config.settings")
    django.setup()
    PAGE.write_text(page(), "utf-8")
