"""Terms and the privacy notice are public, and state nothing that the hub owner has not confirmed."""

from __future__ import annotations

from html import unescape
from io import BytesIO

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.membership.test_terms_changed_during_application import new_terms
from vardkase.cli.check import _not_stated
from vardkase.core.settings.models import SettingValue
from vardkase.hub.public_pages.services import change_passage
from vardkase.hub.public_pages.who_sees import who_sees

SWEDISH, ENGLISH = {"accept-language": "sv"}, {"accept-language": "en"}


@pytest.mark.parametrize(
    "path",
    [
        "/about/",
        "/about/steps/",
        "/apply/",
        "/about/personal-data/",
        "/about/who-sees-what/",
        "/about/accessibility/",
    ],
)
def test_every_public_page_links_to_terms_and_accessibility_statement(seed: Seed, path: str) -> None:
    page = Client().get(path, headers=SWEDISH).content.decode()
    assert 'href="/about/terms/"' in page
    assert 'href="/about/accessibility/"' in page


def test_accessibility_statement_names_owner_supervision_and_what_is_unwritten(seed: Seed) -> None:
    page = Client().get("/about/accessibility/", headers=SWEDISH).content.decode()
    assert "CERT-SE ansvarar för den här tjänsten." in page
    assert 'href="https://www.digg.se/tdosanmalan"' in page
    assert 'href="/support/ask/"' in page
    assert page.count("CERT-SE har inte angett detta än.") == 6
    assert any("/about/accessibility/" in each and "(tested)" in each for each in _not_stated())
    words = {f"{name}_{each}": "X" for name in ("title", "text") for each in ("sv", "en")}
    change_passage(officer(seed).actor, "accessibility", "tested", words)
    assert not any("(tested)" in each for each in _not_stated())
    assert (
        "complies with the Swedish Act on Accessibility"
        in Client().get("/about/accessibility/", headers=ENGLISH).content.decode()
    )


def test_every_version_of_terms_is_public_as_page_and_pdf(seed: Seed) -> None:
    visitor = Client()
    assert "Allmänna villkor, version 1" in visitor.get("/about/terms/", headers=SWEDISH).content.decode()
    new_terms()
    page = visitor.get("/about/terms/", headers=ENGLISH).content.decode()
    assert "New terms" in page
    assert 'href="/about/terms/1/"' in page
    former = visitor.get("/about/terms/1/", headers=ENGLISH).content.decode()
    assert "Another version applies now." in former
    for version, language, words in ((1, "sv", "Vem som kan bli medlem"), (2, "en", "New terms")):
        answer = visitor.get(f"/about/terms/{version}/{language}.pdf")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert words in " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert visitor.get("/about/terms/9/").status_code == 404
    assert visitor.get("/about/terms/1/fr.pdf").status_code == 404


def test_privacy_notice_is_linked_from_public_forms(seed: Seed) -> None:
    for path in ("/apply/", "/support/ask/"):
        page = Client().get(path, headers=SWEDISH, follow=True).content.decode()
        assert 'href="/about/personal-data/"' in page, path
        assert "blir allmän handling" in page, path


def test_missing_statements_are_shown_and_reported_by_check(seed: Seed) -> None:
    page = Client().get("/about/personal-data/", headers=SWEDISH).content.decode()
    assert page.count("CERT-SE har inte angett detta än.") == 4
    assert "Integritetsskyddsmyndigheten" in page
    for language, title in (("en", "Controller (controller)"), ("sv", "Personuppgiftsansvarig (controller)")):
        with translation.override(language):
            missing = _not_stated()
        assert any(title in each and "/administration/public-page/" in each for each in missing)
    words = {f"{name}_{each}": "X" for name in ("title", "text") for each in ("sv", "en")}
    change_passage(officer(seed).actor, "privacy", "controller", words)
    page = Client().get("/about/personal-data/", headers=SWEDISH).content.decode()
    assert page.count("CERT-SE har inte angett detta än.") == 3
    assert not any("(controller)" in each for each in _not_stated())
    SettingValue.objects.filter(name="Vardkase.sender_address").delete()
    assert any("Vardkase.sender_address" in each for each in _not_stated())


def test_shipped_texts_make_no_unconfirmed_claims(seed: Seed) -> None:
    for headers in (SWEDISH, ENGLISH):
        for path in ("/about/", "/apply/"):
            page = Client().get(path, headers=headers).content.decode().lower()
            for claim in ("granskad av", "har granskats", "reviewed by", "8–17", "8:00"):
                assert claim not in page, (path, claim)


@pytest.mark.parametrize(("headers", "language"), [(SWEDISH, "sv"), (ENGLISH, "en")])
def test_terms_and_page_agree_on_who_sees_what(seed: Seed, headers: dict[str, str], language: str) -> None:
    found = [line for line in who_sees(language).splitlines() if line]
    assert len(found) >= 7
    pages = [
        unescape(Client().get(path, headers=headers).content.decode())
        for path in ("/about/who-sees-what/", "/about/terms/")
    ]
    for line in found:
        words = line.rpartition("** ")[2]
        assert all(words in page for page in pages), line


def test_footer_names_hub_owner(seed: Seed) -> None:
    def foot() -> str:
        return Client().get("/about/", headers=SWEDISH).content.decode().partition("<footer")[2]

    SettingValue.objects.filter(name="Vardkase.sender_name").delete()
    assert f"Tjänsten drivs av {seed.hub.name}." in foot()
    SettingValue.objects.create(name="Vardkase.sender_name", value="Exempelmyndigheten")
    assert "Tjänsten drivs av Exempelmyndigheten." in foot()
