"""The policy pages in a real browser: axe, width, and no refused inline code."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, visit
from tests.factories.policies import SECOND, in_force, made
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.hub.policy.drafting import begin_draft
from vardkase.hub.policy.models import PublicationApproval

pytestmark = pytest.mark.browser


def test_policy_pages_fit_on_phone(server: WebServer, server_seed: Seed, chromium: Browser) -> None:
    made(server_seed.publisher.key, published=True)
    in_force(server_seed, SECOND)
    made(server_seed.publisher.key, published=True)
    begin_draft(server_seed.org_admin.actor, "authority")
    approval = PublicationApproval.objects.get()
    pages = (
        "",
        "draft/",
        "draft/add/at_most/",
        "try/?what=in_force",
        f"approvals/{approval.pk}/",
        "in-force/",
    )
    opened = visit(chromium, server, "/", server_seed.org_admin.user)
    phone = [(PHONE, True)]
    assert {path: faults for path in pages if (faults := opened.faults(f"/policy/{path}", phone))} == {}
