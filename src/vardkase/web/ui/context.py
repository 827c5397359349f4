"""Context processors: variables available to all templates."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vardkase.exchange.notifications.queries import count_unread
from vardkase.hub.content_access.queries import in_force
from vardkase.hub.instance.jobs import count_running
from vardkase.identity.organisations.standing import READS_NOTHING, code_of


def page(request: HttpRequest) -> dict[str, Any]:
    """`actor` (None before sign-in), `theme` (auto, light or dark), why the actor's organisation may not do all, what
    an operator has been granted to read just now, and `frame`, the template that errors are shown in."""
    # Error pages are rendered also where the middleware has not got that far.
    actor = getattr(request, "actor", None)
    theme = getattr(getattr(request, "user", None), "theme", None) or request.COOKIES.get(
        "vardkase_theme", "auto"
    )
    has_menu = actor is not None and not getattr(request, "sign_in_step", "")
    return {
        "actor": actor,
        "frame": "base.html" if has_menu else "public.html",
        "theme": theme,
        "standing_words": code() if actor and (code := code_of(actor.standing)) else None,
        "content_grant": in_force(actor) if actor else None,
        # Asked by the header alone.
        "unread_notifications": lambda: count_unread(actor) if actor else 0,
        "running_jobs": lambda: count_running(actor) if actor else 0,
        "grant_opens_nothing": actor is not None and actor.standing in READS_NOTHING,
    }
