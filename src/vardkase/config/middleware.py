"""The two layers in front of everything: whose address it is, and whether a machine or a browser asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from vardkase.api import dispatch, feed_files, registry
from vardkase.api.taxii import face as taxii
from vardkase.identity.entrance.certificates import Certificate, shown_certificate

type Next = Callable[[HttpRequest], HttpResponseBase]

NEVER_API = ("/static/",)
CSP_REPORT = "application/csp-report"
"""What browsers send by themselves, without saying that they want data."""


class TrustedProxies:
    """Sets `request.client_address`, the address that the outermost proxy we know of saw, and what it says that was
    shown to it: `request.client_certificate`, or None.

    Each proxy adds the address of its own client at the right end of X-Forwarded-For. With TRUSTED_PROXIES =
    n the n-th entry from the right was written by our own outermost proxy; all to its left is hearsay.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        request.client_certificate = client_certificate(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def is_for_machines(request: HttpRequest) -> bool:
    """Whether `request` is no page, but asks MISP's API, TAXII or a file of our feeds. Found out once."""
    known: bool | None = getattr(request, "is_for_machines", None)
    if known is None:
        known = request.path_info.startswith((taxii.PREFIX, feed_files.PREFIX)) or speaks_api(
            request, _controllers()
        )
        request.is_for_machines = known  # type: ignore[attr-defined]
    return known


@cache
def _controllers() -> frozenset[str]:
    return registry.controllers()


class ApiFirst:
    """Hands what is no page (MISP's API, TAXII, files of our feeds) to its dispatcher, past sessions and cookies."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(taxii.PREFIX):
            return taxii.respond(request)
        if request.path_info.startswith(feed_files.PREFIX):
            return feed_files.respond(request)
        if is_for_machines(request):
            return dispatch.respond(request)
        return self.get_response(request)


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address, or None when there is none to be had (a Unix socket)."""
    peer = _ip_address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies < 1 or len(forwarded) < proxies:
        return peer
    return _ip_address(forwarded[-proxies]) or peer


def client_certificate(request: HttpRequest) -> Certificate | None:
    """The certificate that the client has shown to our own proxy, which must set, or empty, the header itself.

    Without a proxy, without a named header, and of a request that no proxy has passed on, it is hearsay.
    """
    header: str = settings.VARDKASE_CLIENT_CERTIFICATE_HEADER
    passed_on = "HTTP_X_FORWARDED_FOR" in request.META
    if not header or settings.TRUSTED_PROXIES < 1 or not passed_on:
        return None
    return shown_certificate(request.headers.get(header, ""), request.headers.get(f"{header}-Verify", ""))


def speaks_api(request: HttpRequest, controllers: frozenset[str]) -> bool:
    """Whether `request` is meant for the API: it brings a key, or asks one of its controllers for data."""
    if request.path_info.startswith(NEVER_API):
        return False
    asks = _wants_data(request) or request.content_type == CSP_REPORT
    return _brings_key(request) or (asks and _first_segment(request) in controllers)


def _brings_key(request: HttpRequest) -> bool:
    if request.META.get("HTTP_X_MISP_AUTH"):
        return True
    values = request.META.get("HTTP_AUTHORIZATION", "").split(",")
    return any(value.strip() and not value.strip().lower().startswith("basic ") for value in values)


def _wants_data(request: HttpRequest) -> bool:
    accept = request.META.get("HTTP_ACCEPT", "")
    if "application/json" in accept or request.path_info.endswith((".json", ".xml", ".csv")):
        return True
    return "application/xml" in accept and "html" not in accept


def _first_segment(request: HttpRequest) -> str:
    segments = [segment for segment in request.path_info.split("/") if segment]
    if len(segments) > 1 and segments[0].lower() == "admin":
        del segments[0]
    return dispatch.plain(segments[0].partition(".")[0]) if segments else "events"


def _ip_address(text: str) -> str | None:
    """`text` as a plain IP address; proxies may add a port, and IPv6 may wrap IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
