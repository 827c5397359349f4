"""The officers' application pages in a real browser: autosave, axe, and phone width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PHONE, visit
from tests.factories.seed import Seed
from tests.hub.membership.applications import assessed, johanna, per, under_review
from tests.support.web_server import WebServer
from vardkase.hub.membership.applications.services.conversation import write_message
from vardkase.hub.membership.assessments.models import CriterionAssessment
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.assessments.services.reviews import assess
from vardkase.hub.membership.terms.drafts import start_draft
from vardkase.identity.accounts.models import User

pytestmark = pytest.mark.browser


def test_application_pages_fit_on_phone(server: WebServer, server_seed: Seed, chromium: Browser) -> None:
    first, second = per(server_seed), johanna(server_seed)
    application = assessed(first)
    assess(first, application, "security_work", "met_with_remark", "Fysiskt skydd är en plan till mars 2027.")
    write_message(first, application, "Vi saknar uppgift om reservdriften.")
    write_message(first, application, "Provringde jouren 21.40, svar direkt.", note=True)
    decided = assessed(first, organisation_name="Beslutad kommun")
    decide(second, decided, propose(first, decided, "reject", "Skäl.").pk, "agree")
    propose(first, application, "approve", "Samtliga kriterier uppfyllda, ett med anmärkning.")
    start_draft(first)
    reader = User.objects.get(pk=second.user_id)
    here = f"applications/{application.number}/"
    pages = (
        "applications/",
        here,
        f"{here}answers/",
        f"{here}completion/",
        "terms-and-criteria/",
        "terms-and-criteria/draft/",
        "mail/letter_approval/sv/",
        "mail/sent/",
    )
    opened = visit(chromium, server, "/", reader)
    assert {path: faults for path in pages if (faults := opened.faults(f"/{path}", [(PHONE, True)]))} == {}


def test_criterion_is_saved_on_selection(server: WebServer, server_seed: Seed, chromium: Browser) -> None:
    first = per(server_seed)
    application = under_review(first)
    reader = User.objects.get(pk=first.user_id)
    opened = visit(chromium, server, f"/applications/{application.number}/", reader)
    page = opened.page
    with page.expect_response(lambda answer: "/criteria/" in answer.url):
        page.locator("#c-security_work-not_met").check()
    page.locator("#e-security_work").wait_for()
    assert not CriterionAssessment.objects.exists(), "a reason is required"
    page.fill("#r-security_work", "Nivå 1 av 4.")
    page.locator("#r-security_work").blur()
    page.locator("#c-security_work .muted").wait_for()
    assert CriterionAssessment.objects.get().reason == "Nivå 1 av 4."
    assert opened.violations() == []
    page.context.close()
