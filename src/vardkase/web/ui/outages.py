"""Pages while the database is unavailable, as at a failover: read again, or answered without it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.defaults import server_error

from vardkase.core.outages import RETRY_AFTER, lost_connection, outage_of
from vardkase.core.retries import FAILOVER

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ReadAgain:
    """Repeats a request that reads when it has lost the database under way; one that writes never."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        failures = 1
        while request.method in READING and getattr(response, "lost_connection", False):
            if (pause := FAILOVER.delay(failures)) is None:
                break
            time.sleep(pause)
            failures += 1
            response = self.get_response(request)
        return response


def failed(request: HttpRequest) -> HttpResponse:
    fault = sys.exc_info()[1]
    outage = outage_of(fault) if fault else None
    if fault is None or outage is None:
        return server_error(request)
    with translation.override(translation.get_language_from_request(request)):
        page = HttpResponse(render_to_string("outage.html", {"why": outage.problem}), status=503)
    page["Retry-After"] = RETRY_AFTER
    page.lost_connection = lost_connection(fault)  # type: ignore[attr-defined]  # read by ReadAgain
    page._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - `outage_of` has logged why
    return page
