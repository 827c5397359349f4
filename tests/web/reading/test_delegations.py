"""Delegation on the pages: an organisation asks another to take over an event, which accepts or declines."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.calls import send
from tests.factories import make_sharing_group
from tests.factories.content_access import operator_of
from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.problems import OutgoingMailProblem
from vardkase.core.mail.services import MESSAGES_PER_HOUR
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.settings import HIDE_INDEX
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.analyst_data.services import add_analyst_data
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES, EventDelegation
from vardkase.intel.event_delegations.services import delegate_event, delete_delegation
from vardkase.intel.event_delegations.settings import DELEGATION
from vardkase.intel.models import Event

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def with_mail(db: None, settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"


def to_b(seed: Seed, **changed: Any) -> dict[str, Any]:
    return {"org_id": seed.org_b.pk, "distribution": "-1", "message": f"Please. {SCRIPT}", **changed}


def asked(seed: Seed, setup: Setup, **said: Any) -> EventDelegation:
    data = {"org_id": seed.org_b.pk, "distribution": RECIPIENT_DECIDES, **said}
    return delegate_event(seed.publisher.actor, setup.draft.pk, data)


def answer(delegation: EventDelegation, act: str) -> str:
    return f"/delegations/{delegation.pk}/{act}/"


def test_request_is_sent_and_accepted(seed: Seed, setup: Setup, with_mail: None) -> None:
    User.objects.update(contactalert=True, language="en")
    publisher, partner = visitor(seed.publisher), visitor(seed.partner)
    page = f"/event/{setup.draft.pk}/"
    assert partner.get(page).status_code == 404
    assert f"{page}delegate/" in text_of(publisher.get(page))
    text_of(publisher.get(f"{page}delegate/"))
    said = text_of(publisher.post(f"{page}delegate/", to_b(seed), follow=True))
    assert "You have asked Organisation B to take over the event" in said
    assert f"{page}delegate/" not in said
    [delegation] = EventDelegation.objects.all()
    mails = OutgoingMail.objects.filter(subject__contains="asked to take over")
    assert set(mails.values_list("recipient", flat=True)) == {"analyst@b.example", "sync@b.example"}
    assert all(setup.draft.info not in mail.text and SCRIPT not in mail.text for mail in mails)

    assert "Events you have been asked to take over" in text_of(partner.get("/"))
    shown = text_of(partner.get(page))
    assert "Organisation A asks you to take over the event" in shown
    assert SCRIPT not in shown
    assert setup.draft.info in text_of(partner.get("/delegations/"))
    assert "Nobody has asked you" in text_of(publisher.get("/delegations/"))
    assert setup.draft.info in text_of(publisher.get("/delegations/?show=made"))

    text_of(partner.get(answer(delegation, "accept")))
    wrong = partner.post(answer(delegation, "accept"), {"distribution": "4"})
    assert "Choose which group." in text_of(wrong)
    assert "The event is yours now." in text_of(
        partner.post(answer(delegation, "accept"), {"distribution": "1"}, follow=True)
    )
    event = Event.objects.get(pk=setup.draft.pk)
    assert (event.orgc_id, event.distribution, event.published) == (seed.org_b.pk, 1, False)
    notified = OutgoingMail.objects.filter(subject__contains="has been taken over")
    assert {mail.recipient.partition("@")[2] for mail in notified} == {"a.example"}
    assert "You have no open requests" in text_of(publisher.get("/delegations/?show=made"))


def test_wanted_distribution_is_not_the_recipients_to_change(seed: Seed, setup: Setup) -> None:
    delegation = asked(seed, setup, distribution=2)
    partner = visitor(seed.partner)
    assert "Connected hubs" in text_of(partner.get(answer(delegation, "accept")))
    partner.post(answer(delegation, "accept"), {"distribution": "3"})
    assert Event.objects.get(pk=setup.draft.pk).distribution == 2


def test_request_is_declined_or_withdrawn(seed: Seed, setup: Setup, with_mail: None) -> None:
    User.objects.update(contactalert=True, language="en")
    publisher, partner = visitor(seed.publisher), visitor(seed.partner)
    said = text_of(partner.post(answer(asked(seed, setup), "decline"), follow=True))
    assert "The request has been declined." in said
    declined = OutgoingMail.objects.filter(subject__contains="was declined")
    assert {mail.recipient.partition("@")[2] for mail in declined} == {"a.example"}
    count = declined.count()
    withdrawn = publisher.post(answer(asked(seed, setup), "decline"), follow=True)
    assert "The request has been withdrawn." in text_of(withdrawn)
    assert declined.count() == count
    assert partner.get(f"/event/{setup.draft.pk}/").status_code == 404
    assert not EventDelegation.objects.exists()


def test_request_is_mailed_once_a_day(seed: Seed, setup: Setup, with_mail: None) -> None:
    User.objects.update(contactalert=True, language="en")
    mails = OutgoingMail.objects.filter(subject__contains="asked to take over")
    for _again in range(3):
        delete_delegation(seed.publisher.actor, asked(seed, setup).pk)
        assert mails.filter(recipient="analyst@b.example").count() == 1
    asked(seed, setup, org_id=seed.org_c.pk)
    assert {mail.recipient.partition("@")[2] for mail in mails} == {"b.example", "c.example"}


def test_requests_per_hour_are_limited(seed: Seed, setup: Setup) -> None:
    for _again in range(MESSAGES_PER_HOUR):
        delete_delegation(seed.publisher.actor, asked(seed, setup).pk)
    path = f"/event/{setup.draft.pk}/delegate/"
    said = text_of(visitor(seed.publisher).post(path, to_b(seed)))
    assert OutgoingMailProblem.TOO_MANY().wire in said
    assert not EventDelegation.objects.exists()
    path = f"/eventDelegations/delegateEvent/{setup.draft.uuid}"
    refused = send(seed.publisher.key, "POST", path, to_b(seed))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert not EventDelegation.objects.exists()


def test_bad_requests_stay_in_the_form(seed: Seed, setup: Setup) -> None:
    publisher = visitor(seed.publisher)
    path = f"/event/{setup.draft.pk}/delegate/"
    outside = make_sharing_group(seed.org_a)
    assert "Choose an organisation." in text_of(publisher.post(path, to_b(seed, org_id="")))
    assert "Choose which group." in text_of(publisher.post(path, to_b(seed, distribution="4")))
    group = {"distribution": "4", "sharing_group_id": outside.pk}
    assert "is not in this sharing group" in text_of(publisher.post(path, to_b(seed, **group)))
    own = publisher.post(path, to_b(seed, org_id=seed.org_a.pk))
    assert "Select a valid choice" in text_of(own)
    shared = f"/event/{setup.event.pk}/delegate/"
    refused = text_of(publisher.get(shared))
    assert "can be handed over" in refused
    assert "Send request" not in refused
    assert "can be handed over" in text_of(publisher.post(shared, to_b(seed)))
    assert f"/event/{setup.event.pk}/delegate/" not in text_of(publisher.get(f"/event/{setup.event.pk}/"))
    asked(seed, setup)
    assert "has already been asked" in text_of(publisher.post(path, to_b(seed)))


def test_page_names_both_who_can_read_the_event(seed: Seed, setup: Setup) -> None:
    asked(seed, setup)
    for reader in (seed.partner, seed.publisher):
        page = visitor(reader).get(f"/event/{setup.draft.pk}/")
        assert page.context["readers"].words == "Only Organisation A and Organisation B"
        assert "Only Organisation A and Organisation B can see it." in text_of(page)
        assert ("Only us" in text_of(page)) == (reader is seed.publisher)
    listed = text_of(visitor(seed.partner).get("/events/"))
    assert "Only Organisation A" in listed
    assert "You have been asked to take it over" in text_of(visitor(seed.partner).get("/"))


def test_others_neither_see_nor_answer(seed: Seed, setup: Setup) -> None:
    delegation = asked(seed, setup)
    stranger, reader, analyst = visitor(seed.stranger), visitor(seed.reader), visitor(seed.analyst)
    for act in ("accept", "decline"):
        assert stranger.post(answer(delegation, act), {"distribution": "1"}).status_code == 404
        assert reader.post(answer(delegation, act), {"distribution": "1"}).status_code == 403
    # The organisation that asks cannot accept for the other.
    assert (
        visitor(seed.publisher).post(answer(delegation, "accept"), {"distribution": "1"}).status_code == 403
    )
    assert "Nobody has asked you" in text_of(stranger.get("/delegations/"))
    assert visitor(seed.partner).get(answer(delegation, "decline")).status_code == 405
    # Without the permission to delegate, and where the hub does not allow it or hides the organisations.
    path = f"/event/{setup.draft.pk}/delegate/"
    assert analyst.post(path, to_b(seed)).status_code == 403
    assert visitor(seed.partner).get(path).status_code == 403
    assert "Withdraw the request" not in text_of(reader.get(f"/event/{setup.draft.pk}/"))
    configure(HIDE_INDEX.name, True)
    assert visitor(seed.publisher).get(path).status_code == 403
    configure(HIDE_INDEX.name, False)
    configure(DELEGATION.name, False)
    assert visitor(seed.publisher).get(path).status_code == 403
    operator = Client(headers={"accept-language": "en"})
    operator.force_login(operator_of(seed).user)
    assert setup.draft.info not in text_of(operator.get("/delegations/"))
    assert operator.post(answer(delegation, "accept"), {"distribution": "1"}).status_code in (403, 404)
    assert EventDelegation.objects.count() == 1


def test_former_owners_notes_do_not_tell_who_it_was(seed: Seed, setup: Setup) -> None:
    about = {
        "object_type": "Event",
        "object_uuid": str(setup.draft.uuid),
        "distribution": 5,
        "note": "From A",
    }
    add_analyst_data(seed.analyst.actor, AnalystDataKind.NOTE, about)
    partner = visitor(seed.partner)
    partner.post(answer(asked(seed, setup), "accept"), {"distribution": "1"})
    assert "No notes yet" in text_of(partner.get(f"/event/{setup.draft.pk}/notes/"))
