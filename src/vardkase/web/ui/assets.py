"""URLs of built assets. Their names contain a content hash, so that browsers may cache them forever."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

STATIC = Path(__file__).parents[1] / "static"
BUILT = STATIC / "built"


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


@cache
def drawing(name: str) -> SafeString:
    """An SVG of `static/drawings`, inline: in an <img> it would not follow the page's colour scheme."""
    return mark_safe((STATIC / "drawings" / f"{name}.svg").read_text())  # noqa: S308 - our own file
