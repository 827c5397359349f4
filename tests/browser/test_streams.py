"""The pages of streams in a real browser: axe, width, and no refused inline code."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, WIDE, visit
from tests.cast import Cast
from tests.exchange.streams.stage import add_event, play, publish, stream, webhook
from tests.support.web_server import WebServer, free_port
from tests.web.accounts import with_password
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.streams.delivering import note_failure

pytestmark = pytest.mark.browser


def test_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_cast: Cast) -> None:
    down = stream(server_cast, "syslog", host="127.0.0.1", port=free_port(), protocol="tcp", format="cef")
    webhook(
        server_cast, "https://siem.example/hook", org_id=server_cast.org_b.pk, filters={"type": ["ip-dst"]}
    )
    publish(server_cast.publisher.key, add_event(server_cast.publisher.key, Attribute=[DOMAIN]))
    with pytest.raises(OutgoingFailed) as failed:
        play(down)
    note_failure(down, failed.value)
    paths = (
        "streams/",
        "streams/new/",
        "streams/new/webhook/",
        "streams/new/kafka/",
        f"streams/{down.pk}/",
        "deliveries/",
    )
    for size, dark in ((WIDE, False), (PHONE, True)):
        opened = visit(chromium, server, "/", with_password(server_cast.site_admin.user), size, dark)
        for path in paths:
            response = opened.page.goto(f"{server.url}/administration/{path}")
            assert response is not None
            assert response.status == 200, path
            assert opened.page.locator("h1").count() == 1, path
            assert opened.violations() == [], path
            assert opened.overflow() <= 0, path
        assert opened.complaints == []


DOMAIN = {"type": "domain", "value": "a.example"}
