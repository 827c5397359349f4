"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """`actor` (None before sign-in) and `theme` (auto, light or dark)."""
    actor = getattr(request, "actor", None)
    theme = getattr(getattr(request, "user", None), "theme", None) or request.COOKIES.get(
        "vardkase_theme", "auto"
    )
    return {"actor": actor, "theme": theme}
