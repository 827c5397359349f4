"""What enabled noticelists say where attributes are written, reviewed and published."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.noticelists.models import Noticelist, NoticelistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

OF_TYPE = "An address of a person is personal data."
OF_CATEGORY = "This names a person."
OF_REACH = "This leaves the hub."


@pytest.fixture
def noticelist(db: None) -> Noticelist:
    made = Noticelist.objects.create(name="law", expanded_name="The Law", enabled=True)
    for scope, field, value, message in (
        ("attribute", "type", ["target-email", "email-src"], {"en": OF_TYPE}),
        (
            "attribute",
            "category",
            ["Targeting data"],
            {"en": OF_CATEGORY, "sv": "Det här pekar ut en person."},
        ),
        ("event", "distribution", ["3"], {"en": OF_REACH}),
        ("attribute", "type", "no list", None),
    ):
        data: dict[str, Any] = {"scope": [scope], "field": [field], "value": value, "message": message}
        NoticelistEntry.objects.create(noticelist=made, data=data)
    return made


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1)
    event.save()
    return event


def web_of(user: Any, language: str) -> Client:
    client = signed_in(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def test_notices_are_shown_on_form(seed: Seed, event: Event, noticelist: Noticelist) -> None:
    web = web_of(seed.analyst, "sv")
    asked = web.get("/reference-data/noticelists/about/", {"type": "target-email"}).text
    # The type's usual category counts; what has no Swedish is English and says so.
    assert f'<span lang="en">{OF_TYPE}</span>' in asked
    assert '<span lang="sv">Det här pekar ut en person.</span>' in asked
    assert "note" not in web.get("/reference-data/noticelists/about/", {"type": "domain"}).text
    path = f"/event/{event.pk}/attribute/new/"
    assert OF_TYPE not in web.get(path).text
    wrong = web.post(path, {"type": "target-email", "value": "", "distribution": "5"}).text
    assert OF_TYPE in wrong
    assert wrong.count("The Law") == 1
    sent = {"type": "target-email", "value": "a@b.example", "distribution": "5"}
    saved = web.post(path, sent, follow=True).text
    assert OF_TYPE not in saved
    attribute = Attribute.objects.get(value1="a@b.example")
    edited = f"/event/{event.pk}/attribute/{attribute.pk}/edit/"
    assert OF_TYPE in web.get(edited).text
    noticelist.enabled = False
    noticelist.save()
    assert OF_TYPE not in web.get(edited).text
    assert "note" not in web.get("/reference-data/noticelists/about/", {"type": "target-email"}).text


def test_notices_are_counted_in_review_and_before_publication(
    seed: Seed, event: Event, noticelist: Noticelist
) -> None:
    web = web_of(seed.org_admin, "en")
    text = "Return-Path: <one@evil.example>\nFrom: two@evil.example\nhttps://evil.example/x"
    pasted = web.post(
        f"/event/{event.pk}/attributes/paste/", {"text": text, "go": "look", "distribution": "5"}
    )
    counted = {notice.text: count for notice, count in pasted.context["notices"]}
    assert counted.keys() <= {OF_TYPE, OF_CATEGORY}
    for notice, count in pasted.context["notices"]:
        chosen = [row.choice for row in pasted.context["review"].chosen]
        assert count == sum(choice.type in notice.values for choice in chosen)
    for number in range(60):
        make_attribute(
            event, type="email-src", category="Payload delivery", value1=f"{number}@x.example"
        ).save()
    make_attribute(event, type="domain", value1="quiet.example").save()
    path = f"/event/{event.pk}/publish/"
    page = web.get(path)
    (said,) = page.context["notices"]["The Law"]
    assert (said["met"].count, len(said["met"].shown)) == (60, 50)
    assert "Concerns 60 attributes" in page.text
    assert "quiet.example" not in page.text
    assert OF_REACH not in page.text
    wider = web.get(path, {"distribution": "3"}).text
    assert OF_REACH in wider
    assert wider.count("<strong>The Law</strong>") == 1
