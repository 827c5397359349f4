"""API documentation for users: a filterable list, each endpoint in full, and a client that sends requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.web.api_docs.description import METHODS, Details, details, example_body, sections
from vardkase.web.ui.pages import PageRequest, page, public_page

PROFILES = EVERY

LISTED = 40
"""Endpoints that the client's search shows at a time."""

CODE = ("curl", "PyMISP", "Python")

type Document = Callable[[], dict[str, Any]]


def _methods(found: Details | None) -> list[str]:
    """The methods of the endpoint, the one to begin with first: a body is sent by POST."""
    methods = list(found.entry.methods) if found else [method.upper() for method in METHODS]
    takes_body = found is not None and any(member.place == "body" for member in found.members)
    return sorted(methods, key=lambda method: method != "POST") if takes_body else methods


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

    @page(Permission.AUTH)
    def client(request: PageRequest) -> HttpResponse:
        """A request is put together and sent by the browser, with a key that the person pastes there.

        The session gives no access to the API: what the key may do, and its limits and records, are the API's own.
        """
        wanted, slug = request.GET.get("q", "")[:200], request.GET.get("endpoint", "")
        server = request.build_absolute_uri("/").rstrip("/")
        found = details(document(), slug, server) if slug else None
        if slug and found is None:
            raise Http404
        entries = [entry for section in sections(document(), wanted) for entry in section.entries]
        context = {
            "q": wanted,
            "entries": entries[:LISTED],
            "more": len(entries) > LISTED,
            "count": len(entries),
            "details": found,
            "body": example_body(found.members) if found else "",
            "server": server,
            "methods": _methods(found),
            "code_names": CODE,
        }
        return render(request, "api_docs/client.html", context)

    return [
        path("api/client", client, name="api_client"),
        path("api/docs", index, name="api_docs"),
        path("api/openapi", index, name="api_openapi"),
        path("api/docs/<slug:slug>", endpoint, name="api_docs_endpoint"),
    ]
