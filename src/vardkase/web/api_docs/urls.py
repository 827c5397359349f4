"""API documentation for users: a filterable list, and each endpoint in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from vardkase.hub.profiles import EVERY
from vardkase.web.api_docs.description import details, sections
from vardkase.web.ui.pages import public_page

PROFILES = EVERY

type Document = Callable[[], dict[str, Any]]


def urls(document: Document) -> list[URLPattern]:
    @public_page
    def index(request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("q", "")[:200]
        shown = sections(document(), wanted)
        count = sum(len(section.entries) for section in shown)
        return render(request, "api_docs/index.html", {"sections": shown, "q": wanted, "count": count})

    @public_page
    def endpoint(request: HttpRequest, slug: str) -> HttpResponse:
        found = details(document(), slug, request.build_absolute_uri("/").rstrip("/"))
        if found is None:
            raise Http404
        part = "HX-Request" in request.headers
        template = "api_docs/endpoint.html#details" if part else "api_docs/endpoint.html"
        response = render(request, template, {"details": found})
        response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
        return response

    return [
        path("api/docs", index, name="api_docs"),
        path("api/openapi", index, name="api_openapi"),
        path("api/docs/<slug:slug>", endpoint, name="api_docs_endpoint"),
    ]
