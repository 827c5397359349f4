"""Access log: a request's route, never its path, which may be secret or reveal what is searched for."""

from __future__ import annotations

import copy
import json
import logging
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.http import HttpRequest

from vardkase.core.jobs.running import running_job
from vardkase.core.telemetry.request_ids import request_id

MOST_CAUSES = 5
UNKNOWN = "(no page)"
SECRET = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{32,}(?![\w-])", re.ASCII)
"""What our keys, tokens and links look like, whatever logs them; uuids have no capitals."""
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters, and all that some reader takes for the end of a line: a record could look like two."""


def route_of(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else UNKNOWN


def _is_traceless(request: HttpRequest) -> bool:
    return getattr(getattr(request.resolver_match, "func", None), "traceless", False)


class RouteLogFilter(logging.Filter):
    """Replaces the path with the route in Django's log records about requests (django.request,
    django.security)."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            if record.levelno < logging.ERROR and _is_traceless(request):
                return False  # When somebody was there is not for the log; a fault of the hub's is.
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
    """One line a record, and of an exception its kinds and places, without anything that looks like a secret.

    Whoever runs the hub reads this, and may not read what is shared: what an exception says may repeat what was sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        # Of another handler perhaps, which formatted it first.
        told.msg, told.args, told.exc_text = BREAKS.sub(_escaped, _message(record)), (), None
        return SECRET.sub("[removed]", super().format(told))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        kinds = " from ".join(_kinds(ei[1])) if ei[1] is not None else ""
        return "\n".join((kinds, *(f"  {place}" for place in _places(ei[2]))))


class OriginLogFilter(logging.Filter):
    """Adds the request, and the job, that a record belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get() or "-"
        record.job = running_job()
        return True


class JsonFormatter(SecretLogFilter):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": SECRET.sub("[removed]", _message(record)),
            "request_id": getattr(record, "request_id", "-"),
            "process": record.process,
        }
        if (job := getattr(record, "job", None)) is not None:
            line["job"] = job if isinstance(job, int) else getattr(job, "id", None)
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _kinds(record.exc_info[1])
            line["frames"] = _places(record.exc_info[2])
        return BREAKS.sub(_escaped, json.dumps(line, ensure_ascii=False))


def _message(record: logging.LogRecord) -> str:
    if record.name.startswith("procrastinate"):
        # Its sentences repeat the arguments of jobs.
        return str(getattr(record, "action", "job"))
    args: Any = record.args
    if isinstance(args, tuple):
        return str(record.msg) % tuple(map(_kind_of_fault, args)) if args else _text(record)
    if isinstance(args, Mapping):
        return str(record.msg) % {name: _kind_of_fault(each) for name, each in args.items()}
    return record.getMessage()


def _text(record: logging.LogRecord) -> str:
    return str(_kind_of_fault(record.msg))


def _kind_of_fault(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _kinds(fault: BaseException) -> list[str]:
    chain: list[BaseException] = [fault]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and len(chain) < MOST_CAUSES:
        chain.append(cause)
    return [f"{type(each).__module__}.{type(each).__qualname__}" for each in chain]
