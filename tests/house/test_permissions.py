"""Default deny: every door says who may pass, and an undeclared one breaks the build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from vardkase.api.registry import endpoints
from vardkase.identity.access.permissions import Permission

ALLAUTH = ("allauth.",)
"""Signing in is open by nature: allauth's own views guard themselves, and web.middleware.SignedIn lets only those by."""


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every URL pattern with its view function."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def test_every_page_declares_its_permission() -> None:
    """`@page(…)` or `@public_page` on every view of our own."""
    found = dict(views(get_resolver()))
    assert len(found) > 10
    undeclared = [
        route
        for route, view in found.items()
        if not view.__module__.startswith(ALLAUTH) and not hasattr(view, "declared_permissions")
    ]
    assert undeclared == []


def test_every_endpoint_declares_its_permission() -> None:
    """An endpoint names the permissions it needs; one that changes something says so."""
    assert len(endpoints()) > 50
