"""events/contact: senders, recipients and contents of the mail."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.urls import reverse

from tests.api.calls import call, send
from tests.factories import make_key
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import beacons
from tests.support.mail_server import MailServer, mail_server, use
from vardkase.audit.models import AuditEntry
from vardkase.core.mail import smtp
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.services import MESSAGES_PER_HOUR
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event
from vardkase.intel.services.contact import LONGEST

SENT = "Email sent to the reporter."


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of A's analyst, readable by the whole hub."""
    return beacons(seed)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server


def wants(*people: ApiUser) -> None:
    User.objects.filter(pk__in=[each.user.pk for each in people]).update(contactalert=True)


def contact(api_user: ApiUser, thing: Any, **body: Any) -> tuple[int, Any]:
    return call(
        api_user.key, "POST", f"/events/contact/{thing}", {"message": "Varifrån kommer detta?", **body}
    )


def deliver() -> None:
    """Send the queued mail, as the job does."""
    for each in OutgoingMail.objects.all():
        smtp.send(each)


def in_plain_text(document: EmailMessage) -> str:
    part = document.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_subscribed_users_of_the_organisation_are_contacted(
    seed: Seed, event: Event, mail: MailServer, settings: Any
) -> None:
    settings.BASE_URL = "https://hub.example"
    wants(seed.colleague, seed.publisher, seed.reader, seed.partner, seed.stranger, seed.site_admin)
    User.objects.filter(pk=seed.publisher.user.pk).update(disabled=True)
    User.objects.filter(pk=seed.reader.user.pk).update(expiration="2020-01-01T00:00:00Z")
    status, body = contact(seed.stranger, event.uuid)
    assert (status, body) == (
        200,
        {
            "saved": True,
            "success": True,
            "name": SENT,
            "message": SENT,
            "url": f"/events/contact/{event.pk}",
            "id": str(event.pk),
        },
    )
    deliver()
    assert mail.recipients == ["colleague@a.example"]
    [(_, document)] = mail.arrived
    assert document["Reply-To"] == "analyst@c.example"
    text = in_plain_text(document)
    assert "Varifrån kommer detta?" in text
    assert f"https://hub.example{reverse('event', args=[event.pk])}" in text
    assert "analyst@c.example (Organisation C)" in text
    assert str(event.uuid) in text
    assert event.info not in document.as_string()


def test_only_the_creator_is_contacted_on_request(seed: Seed, event: Event, mail: MailServer) -> None:
    wants(seed.colleague)
    for person in (1, True, "1"):
        assert contact(seed.partner, event.pk, person=person)[0] == 200
    status, body = call(
        seed.partner.key, "POST", f"/events/contact/{event.pk}", {"Event": {"message": "x", "person": "1"}}
    )
    assert (status, body["message"]) == (200, SENT)
    deliver()
    assert mail.recipients == ["analyst@a.example"] * 4


def test_sync_user_is_not_contacted_as_reporter(seed: Seed, event: Event, mail: MailServer) -> None:
    Event.objects.filter(pk=event.pk).update(user_id=seed.partner_sync.user.pk)
    status, body = contact(seed.stranger, event.pk, person=1)
    assert (status, body["notice"]) == (
        200,
        "Nobody receives mail about this event: nothing was mailed.",
    )
    assert not OutgoingMail.objects.exists()


def test_mail_is_in_the_recipients_language(seed: Seed, event: Event, mail: MailServer) -> None:
    User.objects.filter(pk=seed.analyst.user.pk).update(language="en")
    wants(seed.analyst, seed.colleague)
    contact(seed.stranger, event.pk)
    subjects = dict(OutgoingMail.objects.values_list("recipient", "subject"))
    assert subjects == {
        "analyst@a.example": f"Message about event {event.pk}",
        "colleague@a.example": f"Meddelande om händelse {event.pk}",
    }


def test_contacting_requires_reading_the_event_and_a_writing_key(
    seed: Seed, event: Event, mail: MailServer
) -> None:
    wants(seed.colleague)
    Event.objects.filter(pk=event.pk).update(distribution=0)
    unknown = contact(seed.stranger, 999_999_999)
    for outsider in (seed.stranger, seed.partner, seed.partner_sync):
        for thing in (event.pk, event.uuid):
            status, body = contact(outsider, thing)
            assert status == 404
            assert body["message"] == unknown[1]["message"]
    reading = make_key(seed.analyst.user, read_only=True)
    assert call(reading, "POST", f"/events/contact/{event.pk}", {"message": "x"})[0] == 403
    assert call(None, "POST", f"/events/contact/{event.pk}", {"message": "x"})[0] == 403
    assert not OutgoingMail.objects.exists()
    assert not AuditEntry.objects.filter(action="event.reporter_contacted").exists()
    assert contact(seed.reader, event.pk)[0] == 200


def test_invalid_messages_are_rejected(seed: Seed, event: Event, mail: MailServer) -> None:
    wants(seed.colleague)
    for wrong in (None, "", " \n ", 7, ["x"], {"a": 1}, "x" * (LONGEST + 1)):
        status, body = contact(seed.analyst, event.pk, message=wrong)
        assert (status, list(body["errors"])) == (403, ["message"]), (wrong, body)
    assert call(seed.analyst.key, "POST", f"/events/contact/{event.pk}", [])[0] == 403
    assert contact(seed.analyst, event.pk, message="a\0b")[0] in {400, 403, 405}
    assert not OutgoingMail.objects.exists()


def test_message_cannot_inject_headers(seed: Seed, event: Event, mail: MailServer) -> None:
    wants(seed.colleague)
    contact(seed.stranger, event.pk, message="Hej\r\nBcc: all@c.example\r\n\r\n.\r\nQUIT")
    deliver()
    [(recipients, document)] = mail.arrived
    assert recipients == ["colleague@a.example"]
    assert "Bcc" not in document
    assert "Bcc: all@c.example\n\n.\nQUIT" in in_plain_text(document)


def test_messages_per_hour_are_limited(seed: Seed, event: Event, mail: MailServer) -> None:
    wants(seed.colleague)
    for _message in range(MESSAGES_PER_HOUR):
        assert contact(seed.stranger, event.pk)[0] == 200
    refused = send(seed.stranger.key, "POST", f"/events/contact/{event.pk}", {"message": "x"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert OutgoingMail.objects.count() == MESSAGES_PER_HOUR
    assert contact(seed.partner, event.pk)[0] == 200


def test_response_says_when_there_is_no_mail_server(seed: Seed, event: Event) -> None:
    wants(seed.colleague)
    status, body = contact(seed.stranger, event.pk)
    assert (status, body["message"]) == (200, SENT)
    assert body["notice"] == (
        "This instance has no mail server: nothing was mailed. The creator sees the message on this instance."
    )
    assert not OutgoingMail.objects.exists()
    entry = AuditEntry.objects.get(action="event.reporter_contacted")
    assert (entry.actor_id, entry.target_id, entry.change) == (seed.stranger.user.pk, event.pk, {"count": 0})


def test_audit_entry_has_the_recipient_count_but_not_the_message(
    seed: Seed, event: Event, mail: MailServer
) -> None:
    wants(seed.colleague, seed.org_admin)
    contact(seed.stranger, event.pk)
    entry = AuditEntry.objects.get(action="event.reporter_contacted")
    assert (entry.target_uuid, entry.change) == (event.uuid, {"count": 2})
