"""The labels of the Traffic Light Protocol."""

from __future__ import annotations

from collections.abc import Iterable

STRICTEST = ("red", "amber+strict", "amber", "green", "clear", "white")
"""As in the tags of the taxonomy, ``tlp:red`` and so on. WHITE is what CLEAR was called before TLP 2.0."""


def strictest_label(tags: Iterable[str]) -> str:
    """The strictest TLP label among names of tags; empty if there is none."""
    labels = {tag.lower().removeprefix("tlp:") for tag in tags if tag.lower().startswith("tlp:")}
    return next((label for label in STRICTEST if label in labels), "")
