"""Addresses of built files. Their names carry a hash of their content, so browsers may keep them for ever."""

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
    """What each built file is called: plain name → path below the static root."""
    try:
        names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise NotBuilt(
            "The front end has not been built. Run: uv sync --reinstall-package vardkase"
        ) from error
    return names


@cache
def asset_url(name: str) -> str:
    """The address of the built file `name`: app.css, app.js, icons.svg or a font."""
    return static(manifest()[name])
