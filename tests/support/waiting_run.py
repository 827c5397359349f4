"""Not part of the suite: a test that starts every kind of server and then waits for its run to be ended."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.hubs import running_hub
from tests.support.web_server import WebServer

READY = "VARDKASE_TEST_READY"
"""The environment variable with the file to create once all servers answer."""


def test_until_it_is_ended(server: WebServer, chromium: Browser) -> None:
    with running_hub() as hub:
        Path(os.environ[READY]).write_text(f"{server.url} {hub.url} {chromium.version}")
        threading.Event().wait()
