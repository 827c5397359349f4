"""Django's test client with middleware that is loaded once per process, not once per client."""

from __future__ import annotations

from typing import Any

from django.core.signals import setting_changed
from django.test import client

PARTS = (
    "_view_middleware",
    "_template_response_middleware",
    "_exception_middleware",
    "_middleware_chain",
)


class LoadedOnce(client.ClientHandler):
    """Loading inspects every static file and takes longer than most requests. Changed settings reload it."""

    loaded: dict[str, Any] | None = None

    def load_middleware(self, is_async: bool = False) -> None:
        """Take over what an earlier client loaded."""
        if LoadedOnce.loaded is None:
            super().load_middleware(is_async)
            LoadedOnce.loaded = {part: getattr(self, part) for part in PARTS}
        vars(self).update(LoadedOnce.loaded)


def _forget(setting: str, **_changed: Any) -> None:
    # A thousand tests switch the second factor off; our own settings are read by each request anyway.
    if setting != "REQUIRE_SECOND_FACTOR" and not setting.startswith("VARDKASE_"):
        LoadedOnce.loaded = None


def install() -> None:
    """Make every test client share it."""
    client.ClientHandler = LoadedOnce
    setting_changed.connect(_forget)
