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
from vardkase.hub.spills import holders
from vardkase.hub.spills.holders import FETCHED_OVER
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Attribute, Event, EventReport, EventVersion
from vardkase.intel.proposals.models import Proposal

pytestmark = pytest.mark.usefixtures("password_is_enough")
DOCUMENT = {
    "info": "Hämtad av många",
    "distribution": "3",
    "published": True,
    "Attribute": [{"type": "domain", "value": "hamtad.example", "to_ids": True}],
}
FORMATS = ("json", "csv", "text", "stix2", "suricata", "xml")


def test_who_fetched_it_is_listed(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.setattr(holders, "MOST_ADDRESSES", 2)
    OwnFeed.objects.update(open=True)
    for end in range(1, 4):
        for address in (f"2001:db8:1:2::{end}", f"2001:db8:1:{end + 2}::1"):
            assert shows(Client().get(f"/feed/{feed.name}/manifest.json", REMOTE_ADDR=address), b"{}")
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
    # Nobody who has an account is pushed off the list by addresses, of which anybody has many.
    assert ("feed_file", "oppet, 2001:db8:1:2::/64") in listed
    assert ("feed_file", "… (+3)") in listed
    listed = {who: each for who, each in listed.items() if "2001" not in who[1] and "…" not in who[1]}
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


def test_every_endpoint_that_shows_what_an_event_says_leaves_a_record(seed: Seed) -> None:
    value = "hamtad.example"
    document = DOCUMENT | {
        "Attribute": [
            {"type": "domain", "value": value, "to_ids": True, "first_seen": "2026-11-01T00:00:00+00:00"}
        ],
        "Object": [
            {
                "name": "domain-ip",
                "meta-category": "network",
                "template_uuid": "43b3b146-77eb-4931-b4cc-b66c60f28734",
                "template_version": "11",
                "comment": f"Om {value}",
                "distribution": "5",
                "Attribute": [{"type": "domain", "object_relation": "domain", "value": value}],
            }
        ],
        "EventReport": [{"name": "Rapport", "content": f"Om {value}", "distribution": "5"}],
    }
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    event = Event.objects.get()
    attribute = Attribute.objects.filter(event=event, object_id=None).get()
    note = {"note": f"Om {value}", "distribution": 3}
    status, noted = call(
        seed.publisher.key, "POST", f"/analyst_data/add/Note/{attribute.uuid}/Attribute", note
    )
    assert status == 200, noted
    proposal = {"value": f"b.{value}", "type": "domain", "category": "Network activity"}
    assert call(seed.partner.key, "POST", f"/shadow_attributes/add/{event.pk}", proposal)[0] == 200
    report = EventReport.objects.get(event=event).pk
    silent = [
        path
        for path in (
            f"/events/view/{event.pk}",
            "/attributes/index",
            f"/attributes/view/{attribute.pk}",
            f"/attributes/fetch_view_value/{attribute.pk}/value",
            f"/attributes/fetchViewValue/{attribute.pk}/value",
            f"/attributes/view_analyst_data/{attribute.pk}",
            "/objects/index",
            f"/events/getEventTimeline/{event.pk}",
            f"/events/getEventGraphReferences/{event.pk}",
            f"/events/getEventGraphGeneric/{event.pk}",
            f"/events/viewEventAttributes/{event.pk}",
            f"/event_reports/view/{report}",
            "/event_reports/index",
            f"/event_reports/extract_from_report/{report}",
            f"/event_reports/get_proxy_misp_elements/{report}",
            f"/shadow_attributes/index/{event.pk}",
            "/shadow_attributes/index",
            f"/shadow_attributes/view/{Proposal.objects.get().pk}",
            "/analyst_data/index/Note",
            f"/analyst_data/view/Note/{AnalystData.objects.get().pk}",
            "/decayingModel/decayingToolRestSearch",
        )
        if not _is_recorded(seed, path, value.encode(), event)
    ]
    assert silent == []


def test_every_file_of_an_event_leaves_a_record(seed: Seed) -> None:
    value = "hamtad.example"
    document = DOCUMENT | {
        "EventReport": [{"name": "Rapport", "content": f"Om {value}", "distribution": "5"}],
        "info": f"Om {value}",
    }
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    event = Event.objects.get()
    attribute = Attribute.objects.get(event=event)
    version = EventVersion.objects.get(event_uuid=event.uuid).version
    report = EventReport.objects.get(event=event).pk
    call(seed.partner.key, "POST", f"/sightings/add/{attribute.pk}", {"type": "0"})
    reader = signed_in(seed.publisher.user)

    def is_recorded(answer: Any, text: bytes) -> bool:
        assert answer.status_code == 200, answer.status_code
        assert shows(answer, text)
        count_fetches()
        found = FetchCount.objects.filter(
            kind="event", subject_id=event.pk, reader__channel="export"
        ).exists()
        FetchCount.objects.all().delete()
        return found

    page, pdf = f"/event/{event.pk}/", b"%PDF"
    for address, text in (
        (f"{page}report/{report}/pdf/", pdf),
        (f"{page}pdf/", pdf),
        (f"{page}version/{version}/json/", value.encode()),
        (f"{page}version/{version}/txt/", value.encode()),
        ("/events/export/csv/", value.encode()),
        (f"/events/export/json/?pk={event.pk}", value.encode()),
        ("/sightings/download/", value.encode()),
    ):
        assert is_recorded(reader.get(address), text), address
    assert is_recorded(reader.post(f"{page}copy/raw/", {"pk": attribute.pk}), value.encode())
    # Who names the number of an event that they may not read is on no list of readers.
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert not is_recorded(signed_in(seed.partner.user).get(f"/events/export/csv/?pk={event.pk}"), b"")


def _is_recorded(seed: Seed, path: str, value: bytes, event: Event) -> bool:
    Fetch.objects.all().delete()
    FetchCount.objects.all().delete()
    assert shows(send(seed.partner.key, "GET", path), value), path
    count_fetches()
    return FetchCount.objects.filter(kind="event", subject_id=event.pk).exists()
