"""A real hub with its worker behind a reverse proxy, the browsers of its users, and their mail."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, expect
from psycopg.types.json import Jsonb
from pypdf import PdfReader
from pysequoia import Tsk, decrypt

from bench.client import Client
from bench.instance import Instance, run
from tests.factories.seed import SENDER, legal_answers
from tests.hub.membership.answers import as_sent
from tests.support.folders import temporary_folder
from tests.support.hubs import running_hub
from tests.support.internet import way_from
from tests.support.mail_server import MailServer, mail_server
from tests.support.ports import free_port
from tests.support.tls_front import BEHIND_A_FRONT, Front, running_front
from tests.web.accounts import code_of
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.layout import DATABASE, PORT, ROLE, Layout
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS

PASSWORD = "tretton fyrar tända längs kusten"
ONE_TIME = "Bonfire harbour 77 x"
TIMEOUT = 60
STEPS = ("organisation", "contacts", "needs", "security", "connection", "terms")
OFFICE = "192.0.2.10"
"""The network of the users."""


@dataclass(frozen=True, slots=True)
class Hub:
    """The running hub, and beside it `peer`, a member's own instance.

    `authenticators` holds the authenticator app's secret for each signed-in page.
    """

    instance: Instance
    peer: Instance
    url: str
    front: Front
    folder: Path
    mail: MailServer
    browser: Browser
    authenticators: dict[Page, str] = field(default_factory=dict)

    def page(self, certificate: tuple[str, str] | None = None) -> Page:
        """A separate browser context, with a client certificate if one is given."""
        shown = (
            [{"origin": self.url, "certPath": certificate[0], "keyPath": certificate[1]}]
            if certificate
            else None
        )
        context = self.browser.new_context(
            locale="sv-SE", base_url=self.url, ignore_https_errors=True, client_certificates=shown
        )
        return context.new_page()

    def make_staff(self, email: str, duty: str) -> str:
        """A colleague of the hub with a duty; returns the one-time password."""
        user = {"email": email, "role_id": 3, "password": ONE_TIME, "change_pw": True}
        self.post("/admin/users/add", user)
        run(self.folder, "staff", email, duty)
        return ONE_TIME

    def post(self, path: str, body: dict[str, object]) -> Any:
        """Calls the API as the first administrator."""
        with Client(self.instance.url, self.instance.key) as client:
            return client.post(path, body).json()

    def get(self, path: str) -> Any:
        with Client(self.instance.url, self.instance.key) as client:
            return client.get(path).json()

    def colleague(self, email: str, duty: str) -> Page:
        """A signed-in colleague of the hub whose account is old enough to decide."""
        page = self.sign_in(email, self.make_staff(email, duty))
        self.let_days_pass(email)
        return page

    def let_days_pass(self, email: str) -> None:
        """As many as it takes until credentials set by others no longer hold the account back."""
        days = CREDENTIAL_WAITING_DAYS.default
        with psycopg.connect(**database_of(self.folder)) as connection:
            connection.execute(
                "UPDATE account SET credentials_set_by_another_at = credentials_set_by_another_at - %s "
                "WHERE email = %s",
                [timedelta(days=days), email],
            )

    def sign_in(self, email: str, password: str, certificate: tuple[str, str] | None = None) -> Page:
        """First sign-in: sets a new password where asked, and an authenticator app."""
        page = self.page(certificate)
        page.goto("/account/login/")
        page.fill("#id_login", email)
        page.fill("#id_password", password)
        page.press("#id_password", "Enter")
        if password != PASSWORD:
            page.wait_for_url("**/password/change/")
            for name, text in (("oldpassword", password), ("password1", PASSWORD), ("password2", PASSWORD)):
                page.fill(f"#id_{name}", text)
            page.press("#id_password2", "Enter")
        page.wait_for_url("**/second-factor/**")
        page.goto("/account/second-factor/totp/activate/")
        self.authenticators[page] = page.locator("[data-totp-secret]").inner_text()
        page.fill("#id_code", code_of(self.authenticators[page]))
        page.press("#id_code", "Enter")
        page.wait_for_url("**/recovery-codes/")
        return page

    def decide(self, page: Page, button: str, outcome: str) -> None:
        """Presses the deciding button, steps up if asked, and reads the `outcome`."""
        page.click(button)
        message = page.get_by_text(outcome)
        code = page.locator("#id_code")
        expect(message.or_(code)).to_be_visible(timeout=TIMEOUT * 1000)
        if code.is_visible():
            code.fill(code_of(self.authenticators[page]))
            code.press("Enter")
        expect(message).to_be_visible(timeout=TIMEOUT * 1000)

    def approve_request(self, proposer: Page, second: Page) -> None:
        """Another officer opens the latest proposal and approves it."""
        proposer.wait_for_url("**/approval-requests/*/")
        assert proposer.locator("form[action$='/approve/']").count() == 0, "the proposer does not approve"
        second.goto(proposer.url)
        self.decide(second, "form[action$='/approve/'] button", "Godkänt och genomfört.")

    def link_in_mail(self, address: str, pattern: str, *, about: str = "", secret: Tsk | None = None) -> str:
        """The path of the newest link mailed to `address` that matches `pattern`; waits for the worker.

        `about` is in the subject; `secret` decrypts what was encrypted to the recipient.
        """

        def found(document: EmailMessage) -> str | None:
            if about not in document["Subject"]:
                return None
            body = _opened(document, secret).get_body(("plain",))
            link = re.search(rf"https?://[^/\s]+({pattern})", body.get_content()) if body else None
            return link[1] if link else None

        return self._in_mail(address, pattern, found)

    def mail_to(self, address: str, words: str) -> str:
        """The text of the newest mail to `address` with these words in subject or text; waits for it."""

        def found(document: EmailMessage) -> str | None:
            body = document.get_body(("plain",))
            text = f"{document['Subject']}\n{body.get_content() if body else ''}"
            return text if words in " ".join(text.split()) else None

        return self._in_mail(address, words, found)

    def letter(self, address: str, words: str) -> str:
        """The text of the PDF mailed to `address` that contains `words`; waits for it."""

        def found(document: EmailMessage) -> str | None:
            for part in document.iter_attachments():
                if part.get_content_type() == "application/pdf":
                    file = self.folder / "letter.pdf"
                    file.write_bytes(part.get_content())
                    text = " ".join(page.extract_text() for page in PdfReader(file).pages)
                    if words in text:
                        return text
            return None

        return self._in_mail(address, words, found)

    def days_pass(self, days: int) -> None:
        """Moves the stored dates back so many days, then runs the nightly jobs."""
        with psycopg.connect(**database_of(self.folder)) as connection:
            connection.execute("UPDATE legal_precondition SET since = since - %s", [days])
        page = self.sign_in(self.instance.email, self.instance.password)
        page.goto("/administration/schedules/")
        page.click("form[action$='/applications.queue_admitted/run/'] button")
        page.context.close()

    def _in_mail(self, address: str, what: str, found: Callable[[EmailMessage], str | None]) -> str:
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            for recipients, document in reversed(self.mail.arrived):
                if address in recipients and (text := found(document)) is not None:
                    return text
            time.sleep(0.1)
        arrived = [(to, document["Subject"]) for to, document in self.mail.arrived]
        raise AssertionError(f"no mail to {address} with {what}: {arrived}")


def _opened(document: EmailMessage, secret: Tsk | None) -> EmailMessage:
    """The content of an encrypted mail, given the key; any other mail unchanged."""
    if secret is None or document.get_content_type() != "multipart/encrypted":
        return document
    _, closed = document.iter_parts()
    content = closed.get_content()
    data = content if isinstance(content, bytes) else content.encode()
    return message_from_bytes(decrypt(data, decryptor=secret.decryptor()).bytes or b"", policy=default)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The hub's staff, each in their own browser."""

    officer: Page
    jurist: Page
    operator: Page


@contextmanager
def one_hub(browser: Browser) -> Iterator[Hub]:
    """The hub of these tests, for the length of a block."""
    with ExitStack() as stack:
        enter = stack.enter_context
        mail = enter(mail_server())
        folders = [enter(temporary_folder()) for _ in range(3)]
        port = free_port()
        url = f"https://localhost:{port}"
        near = {"VARDKASE_PRIVATE_NETWORKS": "127.0.0.0/8"}  # They are on one machine.
        posted = {
            "VARDKASE_SMTP_HOST": "127.0.0.1",
            "VARDKASE_SMTP_PORT": str(mail.port),
            "VARDKASE_SMTP_SECURITY": "none",
            "VARDKASE_MAIL_FROM": "misp@hub.example",
        }
        ours = {
            "VARDKASE_REQUIRE_SECOND_FACTOR": "true",
            "VARDKASE_BASE_URL": url,
            **BEHIND_A_FRONT,
            **posted,
        }
        starting = enter(
            ThreadPoolExecutor(1)
        )  # Kept for the block: a hub ends with the thread that started it.
        peer = starting.submit(enter, running_hub(folders[1], **near))
        instance = enter(running_hub(folders[0], **ours, **near))
        front = enter(running_front(int(instance.url.rpartition(":")[2]), folders[2], told_by_proxy=True))
        enter(way_from(OFFICE, front.port, port))
        set_up(folders[0])
        yield Hub(instance, peer.result(), url, front, folders[0], mail, browser)


def set_up(folder: Path) -> None:
    """Who decides, where an appeal goes, and the legal questions: what a hub needs before its first decision."""
    with psycopg.connect(**database_of(folder)) as connection:
        for name, value in SENDER.items():
            connection.execute(
                "INSERT INTO setting_value (name, value, changed) VALUES (%s, to_jsonb(%s::text), now())",
                [name, value],
            )
        for row in legal_answers():
            connection.execute(
                "INSERT INTO legal_rule_version (kind, key, version, content, is_retired, reason, proposed_by, "
                "approved_by, at) VALUES (%s, %s, 1, %s, FALSE, '', %s, %s, now())",
                [str(row.kind), row.key, Jsonb(row.content), row.proposed_by, row.approved_by],
            )


def database_of(folder: Path) -> dict[str, Any]:
    """The connection parameters of the database in the data folder `folder`."""
    postmaster = read_postmaster(Layout(folder).cluster)
    assert postmaster is not None
    return {"host": postmaster.socket_directory, "port": PORT, "user": ROLE, "dbname": DATABASE}


def fill(page: Page, step: str, given: dict[str, object]) -> None:
    """Fills in a step of the form and saves it."""
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
    page.click("form .form-foot button.button-primary")
    page.wait_for_load_state()


def assess(officer: Page, here: str) -> None:
    """An officer marks every criterion as met."""
    officer.goto(here)
    criteria = officer.locator(".criterion input[type=radio][value=met]")
    for number in range(criteria.count()):
        with officer.expect_response(lambda answer: "/criteria/" in answer.url):
            criteria.nth(number).check()
        officer.wait_for_load_state("networkidle")


def approve(hub: Hub, first: Page, second: Page, here: str, reasons: str) -> None:
    """Two officers approve an application: one proposes and cannot decide alone; the other agrees."""
    first.goto(here)
    first.check("#deciding input[value=approve]")
    first.fill("#deciding textarea[name=reasons]", reasons)
    first.click("#deciding button.button-primary")
    assert "Andra beslutsfattare behövs" in first.inner_text("main")
    assert first.locator("#deciding input[name=answer]").count() == 0, "one officer cannot decide alone"
    second.goto(here)
    second.check("#deciding input[name=answer][value=agree]")
    hub.decide(second, "#deciding button.button-primary", "Ditt ställningstagande är sparat.")
