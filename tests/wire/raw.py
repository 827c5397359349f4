"""Plain requests, for tests of the exact status and body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True, slots=True)
class Raw:
    """One user's requests."""

    url: str
    key: str

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send JSON; redirects are not followed."""
        headers = {
            "Authorization": self.key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        return requests.request(
            method, self.url + path, json=body, headers=headers, timeout=60, allow_redirects=False
        )

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """POST JSON; returns status and decoded body."""
        answer = self.send("POST", path, body)
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        """GET; returns status and decoded body."""
        answer = self.send("GET", path)
        return answer.status_code, answer.json()

    def event(self, ref: str) -> dict[str, Any]:
        """The current event."""
        status, body = self.get(f"/events/view/{ref}")
        assert status == 200, body
        return dict(body["Event"])
