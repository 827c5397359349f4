"""MISP settings that cannot be changed here, with the reason. The list is `misp_settings.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("misp_settings.toml")


@cache
def sentences() -> dict[str, str]:
    """The name of each setting, or a common prefix (ending with "." or "_") → why it cannot be set."""
    return dict(tomllib.loads(FILE.read_text(encoding="utf-8"))["restricting"])


def why_not(name: str) -> str | None:
    """Why MISP's setting `name` cannot be set here; None if it can, or MISP does not have it."""
    reasons = sentences()
    if name in reasons:
        return reasons[name]
    prefixes = (start for start in reasons if start.endswith((".", "_")) and name.startswith(start))
    return next((reasons[prefix] for prefix in prefixes), None)
