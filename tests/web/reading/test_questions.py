"""Asking the creator of an event, and asking colleagues to publish, on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.content_access import operator_of
from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.services import MESSAGES_PER_HOUR
from vardkase.exchange.questions.models import ReaderQuestion
from vardkase.identity.accounts.models import User
from vardkase.intel.editing.deletion import delete_event
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.intel.services.publish import publish_event

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture(autouse=True)
def with_mail(db: None, settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    cache.clear()


def recipients() -> set[str]:
    return set(OutgoingMail.objects.values_list("recipient", flat=True))


def test_reader_asks_the_creator(seed: Seed, setup: Setup) -> None:
    User.objects.filter(email="analyst@a.example").update(contactalert=True)
    partner, path = visitor(seed.partner), f"/event/{setup.event.pk}/contact/"
    assert path in text_of(partner.get(f"/event/{setup.event.pk}/"))
    assert path not in text_of(visitor(seed.analyst).get(f"/event/{setup.event.pk}/"))
    assert "The message includes your name (analyst@b.example)" in " ".join(
        text_of(partner.get(path)).split()
    )
    assert "Enter a message." in text_of(partner.post(path, {"message": " ", "person": "0"}))
    said = partner.post(path, {"message": "Which version?", "person": "0"}, follow=True)
    assert "Your message has been sent." in text_of(said)
    assert recipients() == {"analyst@a.example"}
    text_of(partner.post(path, {"message": "Which version?", "person": "1"}, follow=True))
    assert recipients() == {"analyst@a.example", "admin@a.example"}


def test_question_that_reaches_nobody_or_is_one_too_many(seed: Seed, setup: Setup) -> None:
    partner, path = visitor(seed.partner), f"/event/{setup.event.pk}/contact/"
    fields = {"message": f"Kept {SCRIPT}", "person": "0"}
    User.objects.filter(org=seed.org_a).update(disabled=True)
    refused = text_of(partner.post(path, fields))
    assert "Your message was not sent" in refused
    assert "Please correct" not in refused
    assert "Kept &lt;script&gt;" in refused
    User.objects.filter(org=seed.org_a).update(disabled=False)
    for _ in range(MESSAGES_PER_HOUR - 1):
        assert partner.post(path, fields).status_code == 302
    assert partner.post(path, fields).status_code == 200
    assert visitor(seed.reader).post(path, fields).status_code in (302, 403)
    assert partner.get(f"/event/{setup.draft.pk}/contact/").status_code == 404


def test_question_waits_in_the_to_do_list_until_a_colleague_answers(
    seed: Seed, setup: Setup, settings: Any
) -> None:
    """Also on a hub that sends no mail."""
    settings.VARDKASE_SMTP_HOST = ""
    partner, analyst, colleague = (visitor(each) for each in (seed.partner, seed.analyst, seed.colleague))
    path = f"/event/{setup.event.pk}/contact/"
    said = partner.post(path, {"message": f"Which version? {SCRIPT}", "person": "0"}, follow=True)
    assert "Your message has been sent." in text_of(said)
    assert "Questions from readers" in text_of(analyst.get("/"))
    shown = text_of(analyst.get("/questions/"))
    assert "Which version? &lt;script&gt;" in shown
    assert "analyst@b.example" in shown
    for other in (seed.partner, seed.stranger, seed.site_admin):
        assert "No open questions" in text_of(visitor(other).get("/questions/"))
        assert visitor(other).post("/questions/1/close/").status_code == 404
    assert visitor(seed.reader).get("/questions/").status_code == 403
    question = ReaderQuestion.objects.get()
    close = f"/questions/{question.pk}/close/"
    for other in (seed.partner, seed.stranger, seed.site_admin):
        assert visitor(other).post(close).status_code == 404
    assert "Undo" in text_of(colleague.post(close, follow=True))
    assert "Questions from readers" not in text_of(analyst.get("/"))
    assert "Marked as answered by colleague@a.example" in text_of(analyst.get("/questions/?show=closed"))
    assert "open again" in text_of(analyst.post(close, {"open": "1"}, follow=True))
    delete_event(seed.org_admin.actor, setup.event.pk)
    assert not ReaderQuestion.objects.exists()


def test_question_to_one_person_is_shown_to_nobody_else(seed: Seed, setup: Setup) -> None:
    partner, path = visitor(seed.partner), f"/event/{setup.event.pk}/contact/"
    partner.post(path, {"message": "Just you?", "person": "1"})
    creator = User.objects.get(pk=setup.event.user_id)
    assert creator == seed.org_admin.user
    assert "Just you?" in text_of(visitor(seed.org_admin).get("/questions/"))
    assert "Just you?" not in text_of(visitor(seed.analyst).get("/questions/"))
    assert "Just you?" not in text_of(visitor(seed.analyst).get("/notifications/"))


def test_colleague_is_asked_to_publish(seed: Seed, setup: Setup) -> None:
    analyst, publisher = visitor(seed.analyst), visitor(seed.publisher)
    page = f"/event/{setup.draft.pk}/"
    path = f"{page}request-publication/"
    assert path in text_of(analyst.get(page))
    assert path not in text_of(publisher.get(page))
    said = text_of(analyst.post(path, {"message": f"Urgent {SCRIPT}"}, follow=True))
    assert "have been asked." in said
    assert SCRIPT not in said
    assert "Withdraw the request" in said
    assert recipients() == {"publisher@a.example", "admin@a.example"}
    assert all(SCRIPT not in mail.text for mail in OutgoingMail.objects.all())

    assert "Requests to publish" in text_of(publisher.get("/"))
    assert 'href="/publication-requests/"' in text_of(publisher.get("/delegations/"))
    shown = text_of(publisher.get("/publication-requests/"))
    assert "Review and publish" in shown
    assert SCRIPT not in shown
    for other in (seed.partner, seed.stranger):
        assert "No requests to publish" in text_of(visitor(other).get("/publication-requests/"))
        assert visitor(other).post(f"{path}close/").status_code == 404
    assert visitor(seed.colleague).post(f"{path}close/").status_code == 403
    assert visitor(seed.reader).post(path, {}).status_code == 403
    publish_event(seed.publisher.actor, setup.draft.pk)
    assert not PublicationRequest.objects.exists()
    assert "already published" in text_of(analyst.post(path, {}))


def test_request_is_withdrawn_or_declined(seed: Seed, setup: Setup) -> None:
    analyst, publisher = visitor(seed.analyst), visitor(seed.publisher)
    path = f"/event/{setup.draft.pk}/request-publication/"
    assert "You may publish the event yourself." in text_of(publisher.post(path, {}))
    for closer, words in ((analyst, "withdrawn"), (publisher, "declined")):
        analyst.post(path, {})
        assert words in text_of(closer.post(f"{path}close/", follow=True))
        assert not PublicationRequest.objects.exists()
    User.objects.filter(email__in=("publisher@a.example", "admin@a.example")).update(disabled=True)
    assert "Nobody in your organisation may publish" in text_of(analyst.post(path, {}))
    assert visitor(seed.partner).post(f"/event/{setup.event.pk}/request-publication/", {}).status_code == 403


def test_request_ends_with_its_event(seed: Seed, setup: Setup) -> None:
    visitor(seed.analyst).post(f"/event/{setup.draft.pk}/request-publication/", {})
    delete_event(seed.org_admin.actor, setup.draft.pk)
    assert not PublicationRequest.objects.exists()


def test_operator_reads_no_requests(seed: Seed, setup: Setup) -> None:
    visitor(seed.analyst).post(f"/event/{setup.draft.pk}/request-publication/", {})
    operator = Client(headers={"accept-language": "en"})
    operator.force_login(operator_of(seed).user)
    assert "No requests to publish" in text_of(operator.get("/publication-requests/"))
    assert operator.post(f"/event/{setup.draft.pk}/request-publication/close/").status_code in (403, 404)
