"""Who fetched an event over the API, TAXII, feeds and exports is on the list of its spill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client

from tests.api.calls import call, send
from tests.factories.seed import Seed
from tests.factories.taxii import make_collection, objects
from tests.web.accounts import signed_in
from vardkase.exchange.fetches.models import Fetch, FetchCount, FetchReader
from vardkase.exchange.fetches.services import count_fetches, forget_fetches
from vardkase.exchange.outbox.models import Delivery, DeliveryState, EntryKind
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.hub.spills.holders import FETCHED_OVER
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill
from vardkase.intel.models import Event

pytestmark = pytest.mark.usefixtures("password_is_enough")
DOCUMENT = {
    "info": "Hämtad av många",
    "distribution": "3",
    "published": True,
    "Attribute": [{"type": "domain", "value": "hamtad.example", "to_ids": True}],
}
FORMATS = ("json", "csv", "text", "stix2", "suricata", "xml")


def test_who_fetched_it_is_listed(seed: Seed) -> None:
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": DOCUMENT})[0] == 200
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": DOCUMENT | {"info": "Annan"}})[0] == 200
    event, other = Event.objects.order_by("pk")
    Event.objects.update(publish_timestamp=F("publish_timestamp") - 60)
    for name in FORMATS:
        wanted = {"returnFormat": name, "eventid": event.pk}
        assert shows(send(seed.partner.key, "POST", "/attributes/restSearch", wanted), b"hamtad"), name
    send(seed.partner.key, "POST", "/events/restSearch", {"returnFormat": "count", "eventid": other.pk})
    call(seed.stranger.key, "POST", "/attributes/restSearch", {"value": "finns-inte.example"})
    assert call(seed.partner_sync.key, "GET", f"/events/view/{event.uuid}")[0] == 200
    objects(seed.analyst.key, make_collection(seed))
    assert shows(signed_in(seed.org_admin.user).get(f"/event/{event.pk}/download/csv/"), b"hamtad.example")
    feed = _feed(event)
    assert shows(Client().get(f"/feed/{feed.name}/manifest.json"), b"{}")
    OwnFeed.objects.update(open=False)
    by_member = Client(headers={"authorization": seed.reader.key})
    assert shows(by_member.get(f"/feed/{feed.name}/{event.uuid}.json"), b"{}")
    peer = Server.objects.create(
        name="Hub B",
        url="https://b.example",
        org=seed.hub,
        remote_org=seed.org_b,
        priority=1,
        encrypted_key=KEYS.encrypt("x" * 40),
    )

    why = {"kind": "eu", "reason": "Misstanke, se larm."}
    assert call(seed.analyst.key, "POST", f"/spills/declare/{event.pk}", why)[0] == 200
    spill = Spill.objects.get()
    listed = {
        (each.kind, each.name.split(" #")[0]): each for each in spill.holders.filter(kind__in=FETCHED_OVER)
    }
    people = {
        ("api", seed.partner.user.email): len(FORMATS),
        ("api", seed.partner_sync.user.email): 1,
        ("taxii", seed.analyst.user.email): 1,
        ("export", seed.org_admin.user.email): 1,
        ("feed_file", seed.reader.user.email): 1,
        ("feed_file", "oppet, 127.0.0.1"): 1,
    }
    assert {who: each.count for who, each in listed.items()} == people
    assert not spill.holders.filter(kind__in=FETCHED_OVER, is_settled=False).exists()
    by_account = listed["api", seed.partner.user.email]
    assert (by_account.organisation, by_account.answer) == (seed.org_b, HolderAnswer.BY_ORGANISATION)
    key = FetchReader.objects.get(name=seed.partner.user.email).key_id
    assert by_account.name == f"{seed.partner.user.email} #{key}"
    # The hub that fetched it itself is asked as those that it is sent to.
    assert spill.holders.get(kind=HolderKind.CONNECTION).receiver_id == peer.pk
    # Counted once; what is of a deleted event is forgotten.
    assert (Fetch.objects.count(), count_fetches()) == (0, 0)
    Event.objects.filter(pk=event.pk).delete()
    forget_fetches()
    assert not FetchCount.objects.filter(kind="event", subject_id=event.pk).exists()


def shows(answer: Any, text: bytes) -> bool:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if opened := getattr(answer, "file_to_stream", None):
        opened.close()
    return text in content


def _feed(event: Event) -> OwnFeed:
    feed = OwnFeed.objects.create(name="oppet", organisation=event.org, open=True)
    folder = Path(settings.DATA_DIR) / "feeds" / feed.name
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("manifest", str(event.uuid)):
        (folder / f"{name}.json").write_text("{}")
    Delivery.objects.create(
        kind=EntryKind.FEED,
        receiver_id=feed.pk,
        receiver_name=feed.name,
        event_id=event.pk,
        event_uuid=event.uuid,
        version=event.publish_timestamp,
        state=DeliveryState.SENT,
    )
    return feed
