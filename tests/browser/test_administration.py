"""Pages of streams and models in a real browser: axe, width, and no refused inline code."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import visit
from tests.factories.seed import Seed
from tests.factories.streams import stream
from tests.support.web_server import WebServer
from tests.web.accounts import with_password
from vardkase.exchange.streams.delivering import note_failure
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.services import update_models

pytestmark = pytest.mark.browser


def failing_stream(seed: Seed) -> Stream:
    """A stream whose page reports a failure with advice."""
    down = stream(
        seed, "syslog", host="siem.example", format="cef", org_id=seed.org_b.pk, filters={"to_ids": 1}
    )
    note_failure(down, NotTaken(StreamFault.BUSY, ReceiverProblem.STATUS(status=503)))
    return down


def decaying_model(seed: Seed) -> DecayingModel:
    update_models(seed.site_admin.actor)
    return DecayingModel.objects.latest("pk")


def test_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    """Those that `test_every_page.py` cannot open, since they belong to a stream that fails, and the like."""
    stream = f"/administration/streams/{failing_stream(server_seed).pk}/"
    paths = [
        *(stream + part for part in ("", "edit/", "delete/")),
        f"/reference-data/decaying-models/{decaying_model(server_seed).pk}/",
        "/reference-data/correlations/most-frequent/?page=1",
    ]
    opened = visit(chromium, server, "/", with_password(server_seed.site_admin.user))
    assert {path: faults for path in paths if (faults := opened.faults(path))} == {}


def test_rows_are_worked_by_keyboard(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    """Rows are added, named, moved and removed without the mouse, and the preview follows."""
    opened = visit(chromium, server, "/event-templates/new/", with_password(server_seed.org_admin.user))
    page = opened.page
    page.locator('button[value="structure:add:section"]').focus()
    page.keyboard.press("Enter")
    label = page.locator("#id_structure-4-label")
    expect(label).to_be_visible()
    label.fill("Who was hit")
    expect(page.locator("#preview")).to_contain_text("Who was hit")
    page.locator('button[value="structure:up:4"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#edited fieldset legend").nth(3)).to_contain_text("Who was hit")
    expect(page.locator('button[value="structure:up:4"]')).to_be_focused()
    page.locator('button[value="structure:remove:4"]').focus()
    page.keyboard.press("Enter")
    expect(label).to_have_count(0)
    expect(page.locator('button[value="structure:remove:3"]')).to_be_focused()
    assert opened.complaints == []
    for path in ("/event-templates/new/", "/reference-data/decaying-models/new/"):
        assert opened.faults(path) == [], path
