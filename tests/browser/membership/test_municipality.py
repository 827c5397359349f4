"""From application to connected member, as all who take part see it: a real hub with its worker, a browser, SMTP."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from bench.client import Client
from bench.instance import Instance, run
from tests.hub.membership.answers import answers, as_sent
from tests.support.hubs import running_hub
from tests.support.mail_server import MailServer, mail_server
from tests.web.accounts import code_of

pytestmark = [pytest.mark.browser, pytest.mark.live]

PASSWORD = "tretton fyrar tända längs kusten"
ONE_TIME = "Bonfire harbour 77 x"
PATIENCE = 60
STEPS = ("organisation", "contacts", "needs", "security", "connection", "terms")


@dataclass(frozen=True, slots=True)
class Hub:
    """The hub under way."""

    instance: Instance
    folder: Path
    mail: MailServer
    browser: Browser

    def page(self) -> Page:
        """A browser of somebody's own."""
        return self.browser.new_context(locale="sv-SE", base_url=self.instance.url).new_page()

    def make_staff(self, email: str, duty: str) -> str:
        """A colleague of the hub with a duty; returns the one-time password."""
        user = {"email": email, "role_id": 3, "password": ONE_TIME, "change_pw": True}
        self.post("/admin/users/add", user)
        run(self.folder, "staff", email, duty)
        return ONE_TIME

    def post(self, path: str, body: dict[str, object]) -> None:
        """Call the API as the first administrator."""
        with Client(self.instance.url, self.instance.key) as client:
            client.post(path, body)

    def sign_in(self, email: str, password: str, *, first: bool = True) -> Page:
        """Somebody at their own screen: the first time with a new password where asked, and an app for codes."""
        page = self.page()
        page.goto("/account/login/")
        page.fill("#id_login", email)
        page.fill("#id_password", password)
        page.press("#id_password", "Enter")
        if first and password != PASSWORD:
            page.wait_for_url("**/password/change/")
            for name, text in (("oldpassword", password), ("password1", PASSWORD), ("password2", PASSWORD)):
                page.fill(f"#id_{name}", text)
            page.press("#id_password2", "Enter")
        page.wait_for_url("**/second-factor/**")
        page.goto("/account/second-factor/totp/activate/")
        page.fill("#id_code", code_of(page.locator("[data-totp-secret]").inner_text()))
        page.press("#id_code", "Enter")
        page.wait_for_url("**/recovery-codes/")
        return page

    def link_in_mail(self, address: str, pattern: str) -> str:
        """The path of the newest link to `address` that `pattern` finds; waits for the worker to send it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for recipients, document in reversed(self.mail.arrived):
                body = document.get_body(("plain",))
                found = re.search(pattern, body.get_content()) if body is not None else None
                if address in recipients and found:
                    return found[1]
            time.sleep(0.1)
        subjects = [(to, document["Subject"]) for to, document in self.mail.arrived]
        raise AssertionError(f"no mail to {address} with {pattern}: {subjects}")

    def letter(self, address: str, words: str) -> str:
        """The text of the PDF that was sent to `address` and holds `words`; waits for it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for recipients, document in reversed(self.mail.arrived):
                for part in document.iter_attachments():
                    if address in recipients and part.get_content_type() == "application/pdf":
                        file = self.folder / "letter.pdf"
                        file.write_bytes(part.get_content())
                        text = " ".join(page.extract_text() for page in PdfReader(file).pages)
                        if words in text:
                            return text
            time.sleep(0.1)
        raise AssertionError(f"no letter to {address} that says {words}")


@pytest.fixture
def hub(chromium: Browser) -> Iterator[Hub]:
    with (
        mail_server() as mail,
        TemporaryDirectory(prefix="vardkase-story-", ignore_cleanup_errors=True) as folder,
    ):
        environment = {
            "VARDKASE_REQUIRE_SECOND_FACTOR": "true",
            "VARDKASE_SMTP_HOST": "127.0.0.1",
            "VARDKASE_SMTP_PORT": str(mail.port),
            "VARDKASE_SMTP_SECURITY": "none",
            "VARDKASE_MAIL_FROM": "misp@hub.example",
            "VARDKASE_BASE_URL": "http://hub.example",
        }
        with running_hub(Path(folder), **environment) as instance:
            yield Hub(instance, Path(folder), mail, chromium)


def fill(page: Page, step: str, given: dict[str, object]) -> None:
    """Fill in a step of the form, and save it."""
    for name, value in as_sent(step, given).items():
        control = page.locator(f"[name='{name}']")
        kind = control.first.evaluate("one => one.type || one.tagName.toLowerCase()")
        if kind == "hidden":
            continue
        if kind in ("radio", "checkbox"):
            wanted = value if isinstance(value, list) else [value]
            for each in wanted:
                page.check(f"[name='{name}'][value='{each}']" if each != "on" else f"[name='{name}']")
        elif kind.startswith("select"):
            control.select_option(str(value))
        else:
            control.fill(str(value))
    page.click("form .form-f button.btn-pri")
    page.wait_for_load_state()


def test_a_municipality_becomes_a_member(hub: Hub) -> None:
    """It applies in phase 2, is asked to complete, is approved by two officers, and connects by web."""
    per = hub.sign_in("per@hub.example", hub.make_staff("per@hub.example", "membership_officer"))
    johanna = hub.sign_in("johanna@hub.example", hub.make_staff("johanna@hub.example", "legal_officer"))

    applicant = hub.page()
    applicant.goto("/")
    applicant.click("main a[href='/apply/']")
    applicant.fill("[name=email]", "anna@skogsby.example")
    applicant.click("form button.btn-pri")
    applicant.wait_for_url("**/apply/organisation/**")
    given = answers()
    for step in STEPS:
        applicant.goto(f"/apply/{step}/")
        fill(applicant, step, given[step])
        assert applicant.locator(".note-bad").count() == 0, (step, applicant.inner_text("main"))
    applicant.goto("/apply/review/")
    applicant.click(".form-f button.btn-pri")
    applicant.wait_for_url("**/apply/status/")
    link = hub.link_in_mail("anna@skogsby.example", r"https?://[^/\s]+(/apply/link/\S+)")

    per.goto("/applications/")
    per.click("a:has-text('Skogsby kommun')")
    here = per.url
    per.click("form[action$='/review/'] button")
    per.goto(f"{here}completion/")
    per.fill("textarea", "Vem svarar på säkerhetsjouren nattetid?")
    per.check("input[type=checkbox][value=contacts]")
    per.click("main form button.btn-pri")
    hub.letter("anna@skogsby.example", "säkerhetsjouren")

    applicant = hub.page()
    applicant.goto(link if link.startswith("/apply") else "/apply/status/")
    applicant.goto("/apply/contacts/")
    contacts = given["contacts"] | {"security": given["contacts"]["security"] | {"name": "Nattjouren"}}
    fill(applicant, "contacts", contacts)
    applicant.goto("/apply/status/")
    applicant.fill("textarea[name=text]", "Nattjouren, dygnet runt.")
    applicant.click("button[name=complete]")

    per.goto(here)
    assert "Nattjouren, dygnet runt." in per.inner_text("main")
    criteria = per.locator(".cr input[type=radio][value=met]")
    for number in range(criteria.count()):
        with per.expect_response(lambda answer: "/criteria/" in answer.url):
            criteria.nth(number).check()
        per.wait_for_load_state("networkidle")
    per.goto(here)
    per.check("#deciding input[value=approve]")
    per.fill("#deciding textarea[name=reasons]", "Kommunen uppfyller villkoren.")
    per.click("#deciding button.btn-pri")
    assert "Andra beslutsfattare behövs" in per.inner_text("main")
    assert per.locator("#deciding input[name=answer]").count() == 0, "one officer does not decide alone"
    johanna.goto(here)
    johanna.check("#deciding input[name=answer][value=agree]")
    johanna.click("#deciding button.btn-pri")
    decision = hub.letter("anna@skogsby.example", "Kommunen uppfyller villkoren.")
    assert "Skogsby kommun" in decision

    operator = hub.sign_in("drift@hub.example", hub.make_staff("drift@hub.example", "operator"))
    operator.goto("/service/organisations/")
    operator.click("a:has-text('Skogsby kommun')")
    operator.click("a[href$='/checklist/administrator/']")
    operator.fill("main [name=email]", "eva@skogsby.example")
    operator.click("main form button.btn-pri")
    welcome = hub.link_in_mail("eva@skogsby.example", r"https?://[^/\s]+(/welcome/\S+)")
    eva = hub.page()
    eva.goto(welcome)
    eva.fill("[name=password]", PASSWORD)
    eva.click("main button.btn-pri")
    eva.wait_for_url("**/login/**")
    eva = hub.sign_in("eva@skogsby.example", PASSWORD)
    eva.goto("/membership/")
    assert "Skogsby kommun" in eva.inner_text("main")
    eva.goto("/events/")
    hub.post(
        "/events/add",
        {
            "info": "Nätfiske",
            "distribution": 1,
            "published": True,
            "Attribute": [{"type": "domain", "value": "evil.example"}],
        },
    )
    per.goto("/members/")
    per.click("a:has-text('Skogsby kommun')")
    per.click("a[href$='/activate/']")
    if per.locator("main textarea[name=reason]").count():
        per.fill("main textarea[name=reason]", "Utbildning är bokad.")
    per.click("main form button.btn-pri")
    eva.goto("/events/")
    assert "Nätfiske" in eva.inner_text("main")
