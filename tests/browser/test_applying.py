"""Applying in a real browser: axe, both colour schemes, phones, and the live recommendation."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, WIDE, visit
from tests.factories.applications import make_application
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers
from tests.support.web_server import WebServer
from vardkase.hub.membership.applications.access import new_link
from vardkase.hub.membership.applications.models import Author, Message

pytestmark = pytest.mark.browser


def test_form_passes_axe_and_fits(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    draft = make_application(answers=answers(), saved={"organisation": timezone.now().isoformat()})
    opened = visit(chromium, server, f"/apply/link/#{new_link(draft)}", None, PHONE, dark=True)
    for name in ("", "needs/", "security/", "terms/", "review/"):
        opened.page.goto(f"{server.url}/apply/{name}")
        assert opened.violations() == [], name
        assert opened.overflow() <= 0, name
    opened.page.goto(f"{server.url}/apply/needs/")
    opened.page.select_option("[name='technology.target']", "none")
    opened.page.wait_for_selector(".big-text:text-is('Webb')")
    assert opened.complaints == []
    opened.page.context.close()


def test_status_page_passes_axe(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    sent = make_application("completion_requested", answers=answers(), reopened=["contacts"])
    Message.objects.create(application=sent, kind=Author.OFFICER, text="Vem är ombud?", steps=["contacts"])
    opened = visit(chromium, server, f"/apply/link/#{new_link(sent)}", None, WIDE)
    assert "Vem är ombud?" in opened.page.inner_text("main")
    assert opened.violations() == []
    opened.page.context.close()
