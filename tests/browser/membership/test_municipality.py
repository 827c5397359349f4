"""From application to member connected by web."""

from __future__ import annotations

import pytest

from tests.browser.membership.hub import PASSWORD, STEPS, Colleagues, Hub, approve, assess, fill
from tests.browser.pages import open_private_link
from tests.hub.membership.answers import answers

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_municipality_becomes_member(hub: Hub, colleagues: Colleagues) -> None:
    """It applies in phase 2, completes its application, is approved by two officers, and connects by web."""
    per, johanna, operator = colleagues.officer, colleagues.jurist, colleagues.operator
    applicant = hub.page()
    applicant.goto("/")
    applicant.click("main a[href='/apply/']")
    applicant.fill("[name=email]", "anna@skogsby.example")
    applicant.click("form button.button-primary")
    applicant.wait_for_url("**/apply/organisation/**")
    given = answers()
    for step in STEPS:
        applicant.goto(f"/apply/{step}/")
        fill(applicant, step, given[step])
        assert applicant.locator(".note-bad").count() == 0, (step, applicant.inner_text("main"))
    applicant.goto("/apply/review/")
    applicant.click(".form-foot button.button-primary")
    applicant.wait_for_url("**/apply/status/")
    link = hub.link_in_mail("anna@skogsby.example", r"/apply/link/\S+")

    per.goto("/applications/")
    per.click("a:has-text('Skogsby kommun')")
    here = per.url
    per.click("form[action$='/review/'] button")
    per.goto(f"{here}completion/")
    per.fill("textarea", "Vem svarar på säkerhetsjouren nattetid?")
    per.check("input[type=checkbox][value=contacts]")
    per.click("main form button.button-primary")
    hub.letter("anna@skogsby.example", "säkerhetsjouren")

    applicant = hub.page()
    open_private_link(applicant, link)
    applicant.goto("/apply/contacts/")
    contacts = given["contacts"] | {"security": given["contacts"]["security"] | {"name": "Nattjouren"}}
    fill(applicant, "contacts", contacts)
    applicant.goto("/apply/status/")
    applicant.fill("textarea[name=text]", "Nattjouren, dygnet runt.")
    applicant.click("button[formaction$='/completion/']")

    per.goto(here)
    assert "Nattjouren, dygnet runt." in per.inner_text("main")
    assess(per, here)
    approve(hub, per, johanna, here, "Kommunen uppfyller villkoren.")
    decision = hub.letter("anna@skogsby.example", "Kommunen uppfyller villkoren.")
    assert "Skogsby kommun" in decision

    operator.goto("/service/organisations/")
    operator.click("a:has-text('Skogsby kommun')")
    operator.click("a[href$='/checklist/administrator/']")
    operator.fill("main [name=email]", "eva@skogsby.example")
    operator.click("main form button.button-primary")
    welcome = hub.link_in_mail("eva@skogsby.example", r"/welcome/\S+")
    eva = hub.page()
    open_private_link(eva, welcome)
    eva.fill("[name=password]", PASSWORD)
    eva.click("main button.button-primary")
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
    per.fill("main textarea[name=reason]", "Utbildning är bokad.")
    per.click("main form button.button-primary")
    hub.approve_request(per, johanna)
    eva.goto("/events/")
    assert "Nätfiske" in eva.inner_text("main")
