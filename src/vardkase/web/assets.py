"""URLs of built assets. Their names contain a content hash, so that browsers may cache them forever."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static

BUILT = Path(__file__).parent / "static" / "built"


class NotBuilt(Exception):
    """The front end has not been built; `uv sync` builds it."""


@cache
def manifest() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise NotBuilt(
            "The front end has not been built. Run: uv sync --reinstall-package vardkase"
        ) from error
    return names


@cache
def asset_url(name: str) -> str:
    return static(manifest()[name])
