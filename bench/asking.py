"""One user's requests, and what may be answered while something is broken."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT = 60.0
SHAPE = {"name", "message", "url"}


class Cut(Exception):
    """The connection ended without an answer to what was sent at `began` (`time.monotonic`)."""

    def __init__(self, began: float, why: Exception) -> None:
        self.began = began
        super().__init__(repr(why))


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def is_done(self) -> bool:
        return 200 <= self.status < 300

    def is_clear_refusal(self) -> bool:
        """503 with the time to come again; over the API in MISP's form, as a page with something to read."""
        if self.status != 503 or not self.headers.get("Retry-After", "").isdecimal():
            return False
        if "json" in self.headers.get("Content-Type", ""):
            return set(json.loads(self.body)) >= SHAPE
        return b"<main" in self.body

    def shown(self) -> str:
        kind = self.headers.get("Content-Type", "no type")
        retry = self.headers.get("Retry-After", "no Retry-After")
        return f"{self.status} {kind}, {retry}: {self.body[:160]!r}"


class Asking:
    """A kept connection, as the user of `key`, or of a browser's session."""

    def __init__(self, url: str, key: str = "", address: str = "") -> None:
        """`address`: of the client, as the proxy before the hub names it."""
        parts = urlsplit(url)
        self.key = key
        self._forwarded = {"X-Forwarded-For": address} if address else {}
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)

    def close(self) -> None:
        self._connection.close()

    def api(self, method: str, path: str, body: Any = None) -> Said:
        """Raises Cut."""
        headers = {
            "Authorization": self.key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return self._ask(method, path, None if body is None else json.dumps(body), headers)

    def page(self, path: str, form: dict[str, str] | None = None) -> Said:
        """A page, or a form sent to it. Raises Cut."""
        headers = {"Accept": "text/html", "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        if form is None:
            return self._ask("GET", path, None, headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._ask("POST", path, urlencode(form | token), headers)

    def sign_in(self, email: str, password: str) -> bool:
        """Raises Cut."""
        self.cookies.clear()
        path = "/account/login/"
        if not self.page(path).is_done():
            return False
        return self.page(path, {"login": email, "password": password}).status == 302

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Said:
        began = time.monotonic()
        try:
            self._connection.request(method, path, body=body, headers=headers | self._forwarded)
            answer = self._connection.getresponse()
            said = Said(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Cut(began, error) from error
        for cookie in said.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return said
