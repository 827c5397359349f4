"""Signing in with a real browser: one-time password, authenticator app, passkey."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests.browser.pages import Visit, visit
from tests.factories.seed import Seed, make_seed
from tests.support.web_server import WebServer, running_web_server
from tests.web.accounts import PASSWORD, code_of, with_password
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

pytestmark = pytest.mark.browser

NEW = "tretton fyrar tända längs kusten"


@pytest.fixture(scope="module")
def _strict_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    settings = {"VARDKASE_REQUIRE_SECOND_FACTOR": "true", "VARDKASE_INSECURE_ORIGIN": "true"}
    with running_web_server(tmp_path_factory.mktemp("strict"), **settings) as server:
        yield server


@pytest.fixture
def strict_server(_strict_server: WebServer, transactional_db: None) -> str:
    """The address of a server that requires a second factor; passkeys need a host name."""
    cache.clear()
    return f"http://localhost:{_strict_server.port}"


@pytest.fixture
def attempt(strict_server: str) -> User:
    return with_password(make_seed().analyst.user, change_pw=True)


def give_authenticator(page: Page) -> None:
    """A virtual security key that is always touched and verifies its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key | always})


def enter_password(page: Page, email: str, password: str) -> None:
    page.fill("#id_login", email)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")


def test_one_time_password_to_passkey(chromium: Browser, strict_server: str, attempt: User) -> None:
    opened = Visit(chromium.new_context(locale="sv-SE").new_page())
    page = opened.page
    page.goto(f"{strict_server}/account/login/")
    give_authenticator(page)
    enter_password(page, attempt.email, PASSWORD)
    page.wait_for_url("**/password/change/")
    for field, text in (("oldpassword", PASSWORD), ("password1", NEW), ("password2", NEW)):
        page.fill(f"#id_{field}", text)
    page.press("#id_password2", "Enter")
    page.wait_for_url("**/second-factor/")
    page.click("a[href$='totp/activate/']")
    assert page.locator(".qr-code svg path").count() == 1
    page.fill("#id_code", code_of(page.locator("[data-totp-secret]").inner_text()))
    page.press("#id_code", "Enter")
    page.wait_for_url("**/recovery-codes/")
    assert page.locator("[data-recovery-code]").count() == 10

    page.goto(f"{strict_server}/account/second-factor/webauthn/add/")
    page.click("#passkey-button")
    page.wait_for_url(lambda address: "/add/" not in address)
    page.goto(f"{strict_server}/account/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/login/**")
    page.click("#passkey-button")
    page.wait_for_url(f"{strict_server}/")
    assert opened.complaints == []

    Organisation.objects.update(networks=["192.0.2.0/24"], networks_mode="enforce")
    page.goto(f"{strict_server}/account/")
    page.get_by_role("heading", name="Du kommer inte in härifrån").wait_for()
    page.get_by_role("button", name="Logga ut").click()
    page.goto(f"{strict_server}/account/login/")
    page.click("#passkey-button")
    page.get_by_role("heading", name="Du kommer inte in härifrån").wait_for()


def test_passkey_as_second_factor(chromium: Browser, strict_server: str, attempt: User) -> None:
    with_password(attempt, change_pw=False)
    opened = Visit(chromium.new_context(locale="sv-SE").new_page())
    page = opened.page
    page.goto(f"{strict_server}/account/login/")
    give_authenticator(page)
    enter_password(page, attempt.email, PASSWORD)
    page.click("a[href$='webauthn/add/']")
    page.uncheck("#id_passwordless")
    page.click("#passkey-button")
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{strict_server}/account/logout/")
    page.click("main button[type=submit]")
    enter_password(page, attempt.email, PASSWORD)
    page.wait_for_url("**/authenticate/")
    assert opened.violations() == []
    page.click("#passkey-button")
    page.wait_for_url(f"{strict_server}/")
    assert opened.complaints == []


def test_sign_in_passes_axe_and_fits(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    assert visit(chromium, server, "/account/login/").faults("/account/login/") == []
