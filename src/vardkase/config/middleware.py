"""The outermost middleware: client addresses behind trusted proxies, and routing of API requests past sessions."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from vardkase.api import dispatch, feed_files, registry
from vardkase.api.request import plain
from vardkase.api.taxii import dispatch as taxii
from vardkase.core.telemetry.request_ids import HEADER, accepted, new_request_id, request_id
from vardkase.identity.sign_in_policy.certificates import Certificate, shown_certificate

type Next = Callable[[HttpRequest], HttpResponseBase]

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
NEVER_METHODS = ("TRACE", "CONNECT")
NEVER_API = ("/static/",)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
CSP_REPORT = "application/csp-report"
"""What browsers send by themselves, without saying that they want data."""


class TrustedProxies:
    """Sets `request.client_address`, as seen by our outermost proxy, and `request.client_certificate`, as
    presented to it, or None.

    Each proxy appends its client's address to X-Forwarded-For. With TRUSTED_PROXIES = n, the n-th entry from
    the right was written by our own outermost proxy; anything to its left is not trustworthy.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        request.client_certificate = client_certificate(request)  # type: ignore[attr-defined]
        return self.get_response(request)


class RequestIds:
    """Gives each request an id: the one of our own proxy, or a new one, which the answer names."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number = _id_of_proxy(request) or getattr(request, "request_id", "") or new_request_id()
        # Not reset: Django logs a refusal after its middleware, and the next request of this thread has its own.
        request_id.set(number)
        response = self.get_response(request)
        response[HEADER] = number
        return response


def _id_of_proxy(request: HttpRequest) -> str:
    if settings.TRUSTED_PROXIES < 1 or "HTTP_X_FORWARDED_FOR" not in request.META:
        return ""
    return accepted(request.headers.get(HEADER, ""))


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


class UsualMethods:
    """Refuses TRACE and methods of other protocols for every address; the API refuses its own in its own words."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        method = request.method
        if method in METHODS or (method not in NEVER_METHODS and is_for_machines(request)):
            return self.get_response(request)
        return _as_data(HttpResponseNotAllowed(METHODS))


class ApiMiddleware:
    """Hands non-page requests (MISP's API, TAXII, feed files) to their dispatcher, bypassing sessions and
    cookies."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(taxii.PREFIX):
            return _as_data(taxii.respond(request))
        if request.path_info.startswith(feed_files.PREFIX):
            return _as_data(feed_files.respond(request))
        if is_for_machines(request):
            return _as_data(dispatch.respond(request))
        return self.get_response(request)


def _as_data(response: HttpResponseBase) -> HttpResponseBase:
    """With what Django's middleware gives to pages only: a browser that is led to an answer runs and embeds nothing."""
    response.headers.setdefault("Content-Security-Policy", DATA_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
    # Above 0 only where people reach the hub by https.
    if seconds := settings.SECURE_HSTS_SECONDS:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={seconds}")
    return response


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address, or None if there is none (a Unix socket)."""
    peer = _ip_address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies < 1 or len(forwarded) < proxies:
        return peer
    return _ip_address(forwarded[-proxies]) or peer


def client_certificate(request: HttpRequest) -> Certificate | None:
    """The client certificate presented to our own proxy, which must set the header or clear it.

    The header is ignored without a proxy, without a configured header name, or if no proxy has forwarded the
    request.
    """
    header: str = settings.VARDKASE_CLIENT_CERTIFICATE_HEADER
    passed_on = "HTTP_X_FORWARDED_FOR" in request.META
    if not header or settings.TRUSTED_PROXIES < 1 or not passed_on:
        return None
    return shown_certificate(request.headers.get(header, ""), request.headers.get(f"{header}-Verify", ""))


def speaks_api(request: HttpRequest, controllers: frozenset[str]) -> bool:
    """True if `request` is for the API: it has a key, or requests data from one of its controllers."""
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
    return plain(segments[0].partition(".")[0]) if segments else "events"


def _ip_address(text: str) -> str | None:
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
