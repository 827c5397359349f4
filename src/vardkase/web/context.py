"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vardkase.identity.organisations.standing import REFUSALS


def page(request: HttpRequest) -> dict[str, Any]:
    """`actor` (None before sign-in), `theme` (auto, light or dark), and why the actor's organisation may not do all."""
    actor = getattr(request, "actor", None)
    theme = getattr(getattr(request, "user", None), "theme", None) or request.COOKIES.get(
        "vardkase_theme", "auto"
    )
    return {"actor": actor, "theme": theme, "standing_words": REFUSALS.get(actor.standing) if actor else None}
