"""A report as a PDF, dropped on the page, becomes a published event; and how accessible the way there is."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import PHONE, visit
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.formats.test_file_text import SHA256, pdf
from tests.support.web_server import WebServer
from vardkase.intel.models import Attribute, Event, EventTag, Object

pytestmark = pytest.mark.browser

REPORT = f"""
#set document(title: "Nätfiske mot kommuner")
= Nätfiske mot kommuner
TLP:GREEN. Sidan kommunportal[.]example samlar lösenord (T1566).

#table(columns: 2, [faktura.exe], [{SHA256}])
"""
DROP = """(content) => {
    const files = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    files.items.add(new File([bytes], "rapport.pdf"));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


class Clicks:
    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, role: str, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


def test_dropped_report_is_published_with_five_clicks(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    make_attack()
    make_tag("tlp:green")
    seen = visit(chromium, server, "/", server_seed.publisher.user)
    clicks = Clicks(seen.page)
    seen.page.locator("summary", has_text="Skapa").click()
    clicks.count += 1
    clicks.on("link", "Ny händelse från text eller fil")
    expect(seen.page.locator("input[data-drop-files]")).to_be_visible()
    seen.page.evaluate(DROP, base64.b64encode(pdf(REPORT)).decode())
    clicks.on("button", "Fortsätt")
    expect(seen.page.get_by_label("Rubrik")).to_have_value("Nätfiske mot kommuner")
    assert seen.violations() == []
    clicks.on("button", "Skapa händelse med")
    seen.page.wait_for_url("**/publish/")
    clicks.on("button", "Publicera till")
    expect(seen.page.get_by_text("Publicerad").first).to_be_visible()
    assert clicks.count <= 5
    assert seen.complaints == []

    event = Event.objects.get()
    assert event.published
    assert Attribute.objects.filter(event=event, value1="kommunportal.example", type="domain").exists()
    assert Object.objects.get(event=event).name == "file"
    assert EventTag.objects.filter(event=event).count() == 2


def test_import_box_fits_a_phone_and_is_accessible(
    chromium: Browser, server: WebServer, server_seed: Seed
) -> None:
    seen = visit(chromium, server, "/event/import/", server_seed.analyst.user, size=PHONE, dark=True)
    assert seen.violations() == []
    seen.page.get_by_label("Text").fill(f"faktura.exe {SHA256}\nevil[.]example 8.8.8.8")
    seen.page.get_by_role("button", name="Fortsätt").click()
    seen.page.get_by_text("Ändra flera på en gång").click()
    assert seen.overflow() <= 0
    assert seen.violations() == []
