"""Builds Django's request from what the server received."""

from __future__ import annotations

import io
import sys
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import LimitedStream, WSGIRequest

type Scope = dict[str, Any]


def request_of(scope: Scope) -> WSGIRequest:
    """The request without its body; raises ValueError if it is not HTTP."""
    client, server = scope["client"], scope["server"] or ("localhost", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as Latin-1, whatever their encoding.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or ""),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        # "X_Forwarded_For" would arrive under the name of the header that the reverse proxy sets.
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        # A header given twice is one list, but for cookies (RFC 9110, section 5.3; RFC 9113, section 8.2.3).
        known = environ.get(name)
        environ[name] = value if known is None else f"{known}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
    return WSGIRequest(environ)


def attach_body(request: WSGIRequest, body: Any, size: int) -> None:
    """Let `request` read `size` bytes of the file `body`."""
    request.META["CONTENT_LENGTH"] = str(size)
    request._stream = LimitedStream(body, size)  # type: ignore[assignment]  # noqa: SLF001 - as WSGIRequest


def sends_body(request: WSGIRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH", "")
    return length not in ("", "0") or "HTTP_TRANSFER_ENCODING" in request.META
