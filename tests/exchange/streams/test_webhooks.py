"""Webhooks: published events arrive signed, in order and completely."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from tests.exchange.streams.receivers import Hook
from tests.factories.seed import Seed
from tests.factories.streams import add_event, play, publish, webhook
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import stored_wire
from vardkase.exchange.errors import AddressRefused, OutgoingFailed
from vardkase.exchange.outbox.models import Delivery, Entry
from vardkase.exchange.streams import services
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import ReceiverProblem


def test_published_events_arrive_signed_and_once(seed: Seed, receiver: Hook) -> None:
    stream, receiver.secret = webhook(seed, receiver.running.url, authorization="Splunk 1234")
    numbers = [publish(seed.publisher.key, add_event(seed.publisher.key, info)) for info in ("One", "Two")]
    assert play(stream) == 2
    assert play(stream) == 0
    assert [each["Event"]["id"] for each in receiver.documents] == numbers
    sent = receiver.running.requests[0][2]
    assert (sent["X-Vardkase-Topic"], sent["Authorization"]) == ("misp_json", "Splunk 1234")
    delivered = Delivery.objects.filter(kind="stream", receiver_id=stream.pk).order_by("id")
    assert [(str(each.event_id), each.state) for each in delivered] == [
        (number, "sent") for number in numbers
    ]
    assert "1234" not in stream.encrypted_secrets


def test_forged_or_old_messages_do_not_verify(seed: Seed, receiver: Hook) -> None:
    stream, receiver.secret = webhook(seed, receiver.running.url)
    publish(seed.publisher.key, add_event(seed.publisher.key))
    play(stream)
    _, _, sent, body = receiver.running.requests[0]
    headers = {name.lower(): value for name, value in sent.items()}
    verifying = Webhook(receiver.secret)
    verifying.verify(body, headers)
    old = str(int(time.time()) - 600)
    for forged in (
        (body.replace(b"Beacon", b"Bacon"), headers),
        (body, headers | {"webhook-id": "another"}),
        (body, headers | {"webhook-timestamp": old}),
        (body, headers | {"webhook-signature": "v1,AAAA"}),
    ):
        with pytest.raises(WebhookVerificationError):
            verifying.verify(*forged)


def test_failed_delivery_is_retried_in_order_with_the_same_id(seed: Seed, receiver: Hook) -> None:
    stream, receiver.secret = webhook(seed, receiver.running.url)
    numbers = [
        publish(seed.publisher.key, add_event(seed.publisher.key, info)) for info in ("One", "Two", "Three")
    ]
    receiver.statuses = [204, 503]
    with pytest.raises(OutgoingFailed) as refused:
        play(stream)
    assert refused.value.problem == ReceiverProblem.STATUS(status=503)
    failed = Delivery.objects.filter(kind="stream", state="failed").order_by("id")
    assert stored_wire(failed[0].reason) == "The receiver answered 503."
    assert play(stream) == 2
    ids = [sent["webhook-id"] for _, _, sent, _ in receiver.running.requests]
    assert ids[1] == ids[2]  # A receiver that processed it without confirming recognises it.
    assert [each["Event"]["id"] for each in receiver.documents] == numbers
    assert set(Delivery.objects.filter(kind="stream").values_list("state", flat=True)) == {"sent"}


def test_old_secret_still_verifies_after_renewal(seed: Seed, receiver: Hook) -> None:
    stream, receiver.secret = webhook(seed, receiver.running.url)
    made = services.renew_secret(seed.site_admin.actor, stream.pk)
    publish(seed.publisher.key, add_event(seed.publisher.key))
    play(stream)
    receiver.secret = made
    publish(seed.publisher.key, add_event(seed.publisher.key))
    play(stream)
    assert len(receiver.accepted) == 2


def test_streams_can_be_paused_replayed_and_skipped(seed: Seed, receiver: Hook) -> None:
    actor = seed.site_admin.actor
    stream, receiver.secret = webhook(seed, receiver.running.url)
    first = publish(seed.publisher.key, add_event(seed.publisher.key))
    play(stream)
    services.pause_stream(actor, stream.pk)
    second = publish(seed.publisher.key, add_event(seed.publisher.key))
    services.resume_stream(actor, stream.pk)
    play(stream)
    Entry.objects.filter(event_id=first).update(at=timezone.now() - dt.timedelta(days=2))
    services.replay_from(actor, stream.pk, timezone.now() - dt.timedelta(days=1))
    play(stream)
    services.replay_from(actor, stream.pk, timezone.now() - dt.timedelta(days=3))
    services.skip_next(actor, stream.pk)
    play(stream)
    assert [each["Event"]["id"] for each in receiver.documents] == [first, second, second, second]
    publish(seed.publisher.key, add_event(seed.publisher.key))
    services.skip_all(actor, stream.pk)
    assert play(stream) == 0
    with pytest.raises(Conflict):
        services.skip_next(actor, stream.pk)


def test_private_address_is_refused_on_connecting(seed: Seed, receiver: Hook, settings: Settings) -> None:
    stream, _ = webhook(seed, receiver.running.url)
    publish(seed.publisher.key, add_event(seed.publisher.key))
    settings.VARDKASE_PRIVATE_NETWORKS = []
    with pytest.raises(AddressRefused):
        play(stream)
    assert receiver.running.requests == []


def test_new_url_requires_the_authorization_again(seed: Seed) -> None:
    stream, _ = webhook(seed, "https://siem.example/hook", authorization="Splunk 1234")
    with pytest.raises(Invalid) as refused:
        services.edit_stream(seed.site_admin.actor, stream.pk, {"url": "https://elsewhere.example/"})
    assert "authorization" in refused.value.errors
    services.edit_stream(
        seed.site_admin.actor, stream.pk, {"name": "Renamed", "url": "https://siem.example/hook"}
    )


def test_only_site_administrators_manage_streams(seed: Seed) -> None:
    stream, _ = webhook(seed, "https://siem.example/hook")
    for api_user in (seed.org_admin, seed.publisher, seed.reader, seed.stranger):
        for act in (services.delete_stream, services.pause_stream, services.renew_secret, services.skip_all):
            with pytest.raises(Forbidden):
                act(api_user.actor, stream.pk)
        with pytest.raises(Forbidden):
            services.add_stream(api_user.actor, {"name": "Mine", "kind": "webhook"})
    assert Stream.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("name", {"name": ""}),
        ("url", {"url": "ftp://siem.example"}),
        ("topics", {"topics": ["everything"]}),
        ("filters", {"filters": {"page": 2}}),
        ("filters", {"filters": "{"}),
        ("org_id", {"org_id": 987654}),
        ("format", {"format": "xml"}),
        ("authority", {"authority": "no certificate"}),
    ],
)
def test_invalid_fields_are_named(seed: Seed, field: str, data: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        webhook(seed, **{"url": "https://siem.example", **data})  # type: ignore[arg-type]
    assert list(refused.value.errors) == [field]
    assert not Stream.objects.exists()
