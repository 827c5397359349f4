"""Private links: no URL contains a secret, and a form opened by one link cannot be sent with another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.factories.seed import Seed
from tests.web.private_links import fill_in, follow
from vardkase.hub.customer_service import links
from vardkase.hub.customer_service.models import RequestKind, SupportMessage, SupportRequest

SECRETS = {"secret", "token", "code", "key", "uidb36", "password", "authkey"}
NOT_SECRET = {
    "terms_criterion",  # The name of a criterion.
    "terms_criterion_remove",
    "application_assess",
}
SHUT = {"account_confirm_email", "account_reset_password_from_key"}
"""allauth's, which are unreachable: `web.middleware.SignedIn` answers 404, and no such link is ever made."""

IN_ADDRESS = {"calendar_feed"}
"""Calendar programs send nothing but an address. Its code can be revoked, and logs hold the route alone."""


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each)
        else:
            yield each


def asked(subject: str) -> SupportRequest:
    return SupportRequest.objects.create(
        kind=RequestKind.ACCESS,
        subject=subject,
        asker_name="Ada",
        asker_email="ada@kommun.example",
        deadline=timezone.now(),
    )


def test_no_url_pattern_contains_secret() -> None:
    holding = {
        str(each.name)
        for each in patterns(get_resolver())
        if SECRETS & set(each.pattern.regex.groupindex)  # type: ignore[union-attr]
    }
    assert holding - NOT_SECRET - SHUT - IN_ADDRESS == set()


def test_link_opens_by_fragment_or_pasted(seed: Seed, settings: Any) -> None:
    settings.BASE_URL = "https://hub.example"
    request = asked("Ett")
    link = links.link_to(request)
    assert link.startswith("https://hub.example/support/follow/#")
    landing = Client().get(reverse("support_follow"))
    assert "data-private-link" in landing.content.decode()
    assert landing["X-Robots-Tag"] == "noindex"
    for given in (link, f" {link}\n", link.partition("#")[2]):
        opened = Client().post(reverse("support_follow"), {"secret": given}, follow=True)
        assert "Ett" in opened.content.decode()
        assert opened.request["PATH_INFO"] == reverse("support_follow_request")
    for wrong in ("", "x", "https://hub.example/support/follow/#", link[:-1], "\0", "ö" * 600):
        assert Client().post(reverse("support_follow"), {"secret": wrong}).status_code == 404
    assert Client().put(reverse("support_follow")).status_code == 405
    assert Client().get(reverse("support_follow_request"))["Location"] == reverse("support_follow")


def test_form_of_one_link_is_refused_with_another(seed: Seed) -> None:
    one, other = asked("Ett"), asked("Två")
    browser = Client(headers={"accept-language": "sv"})
    page = follow(browser, "/support/follow/#" + links.token_of(one))
    later = follow(browser, "/support/follow/#" + links.token_of(other))
    refused = fill_in(browser, page, text="Till ett")
    assert refused.status_code == 409
    assert "En annan länk har öppnats" in refused.content.decode()
    assert browser.post(reverse("support_follow_request"), {"text": "Utan"}).status_code == 409
    assert not SupportMessage.objects.exists()
    assert fill_in(browser, later, text="Till två").status_code == 302
    assert SupportMessage.objects.get().request_id == other.pk


@pytest.mark.parametrize("secret", ["guessed", ""])
def test_invalid_cookie_is_deleted(db: None, secret: str) -> None:
    browser = Client()
    browser.cookies["vardkase_welcome_password"] = secret
    gone = browser.get(reverse("welcome_password_choose"))
    assert gone.status_code == (404 if secret else 302)
    if secret:
        assert gone.cookies["vardkase_welcome_password"].value == ""
