"""Calls the API as a client with a key would, in the test's own process and transaction."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

JSON = {"Accept": "application/json", "User-Agent": "PyMISP test"}


def send(
    key: str | None,
    method: str,
    path: str,
    body: Any = None,
    *,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    **environ: Any,
) -> HttpResponse:
    """Sends one request; `body` is encoded as JSON unless it is bytes, `key` goes into Authorization."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = JSON | ({"Authorization": key} if key else {}) | (headers or {})
    # The API must answer an unexpected exception itself, so the client must not raise it again.
    client = Client(raise_request_exception=False)
    response: HttpResponse = client.generic(method, path, data, content_type, headers=sent, **environ)
    return response


def answer(response: HttpResponse | StreamingHttpResponse) -> Any:
    if isinstance(response, StreamingHttpResponse):
        return json.loads(b"".join(response))
    return json.loads(response.content)


def call(key: str | None, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
    """Sends one request; returns status and decoded JSON."""
    response = send(key, method, path, body, **options)
    return response.status_code, answer(response)
