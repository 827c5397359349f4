"""Access log: a request's route, never its path, which may be secret or reveal what is searched for."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.http import HttpRequest

UNKNOWN = "(no page)"
SECRET = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{32,}(?![\w-])", re.ASCII)
"""What our keys, tokens and links look like, whatever logs them; uuids have no capitals."""
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|QUERY):.*$\n?", re.MULTILINE)
"""Lines in which PostgreSQL repeats values of the row that it refused."""


def route_of(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else UNKNOWN


class RouteLogFilter(logging.Filter):
    """Replaces the path with the route in Django's log records about requests (django.request,
    django.security)."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg, record.args = self._without_path(record, request), ()
        return True

    @staticmethod
    def _without_path(record: logging.LogRecord, request: HttpRequest) -> str:
        paths = {request.path, request.path_info, request.get_full_path(), request.get_full_path_info()}
        args: Any = record.args
        if isinstance(args, tuple):
            args = tuple(route_of(request) if argument in paths else argument for argument in args)
        text = str(record.msg) % args if args else str(record.msg)
        for path in sorted(paths, key=len, reverse=True):
            if len(path) > 1:
                text = text.replace(path, route_of(request))
        return text


class SecretLogFilter(logging.Formatter):
    """Formats log records without anything that looks like a secret, and tracebacks without the values of
    rejected rows."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub("[removed]", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return DETAIL.sub("", super().formatException(ei))
