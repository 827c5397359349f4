"""Public, customer service and member pages in a real browser: axe, both colour schemes, phones."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import NARROW, PHONE, WIDE, visit
from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.hub.customer_service import services
from vardkase.hub.membership.contacts.services import save_contact
from vardkase.hub.membership.groups.services import save_group
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential

pytestmark = pytest.mark.browser


def test_public_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    opened = visit(chromium, server, "/")
    pages = (
        ("/", WIDE, False),
        ("/about/?q=leverantör", PHONE, True),
        ("/about/steps/", NARROW, False),
        ("/support/ask/", NARROW, True),
        ("/status/", WIDE, False),
    )
    assert {
        path: faults for path, size, dark in pages if (faults := opened.faults(path, [(size, dark)]))
    } == {}


def test_staff_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    seed = server_seed
    officer = make_user(
        seed.hub, make_role("Plain", []), "officer@hub.example", staff_roles=["membership_officer"]
    )
    actor = actor_for(officer, Credential.BROWSER)
    Membership.objects.create(organisation=seed.org_a, sector="region", connection="both", state="active")
    found = {"kind": "connection", "subject": "Nyckeln nekas", "text": "Vi får 403."}
    asked = services.ask(actor_for(seed.analyst.user, Credential.BROWSER), found)
    services.answer(actor, asked.pk, "Från vilken adress?", step="ask")
    save_contact(actor, seed.org_a.pk, {"role": "security", "name": "Jouren", "email": "jour@a.example"})
    group = save_group(actor, {"name": "Länet", "organisations": [seed.org_a.pk]})
    opened = visit(chromium, server, "/", officer)
    pages = (
        ("/service/", WIDE, False),
        (f"/service/{asked.pk}/", NARROW, True),
        (f"/service/organisations/{seed.org_a.pk}/", PHONE, False),
        ("/members/overview/", WIDE, True),
        ("/members/", NARROW, False),
        (f"/contacts/{seed.org_a.pk}/", NARROW, True),
        (f"/groups/{group.pk}/", PHONE, False),
        ("/guide/", NARROW, False),
        ("/administration/public-page/question/join/", WIDE, True),
    )
    assert {
        path: faults for path, size, dark in pages if (faults := opened.faults(path, [(size, dark)]))
    } == {}
