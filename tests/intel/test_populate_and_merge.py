"""Filling an event from a document (events/populate) or from another event (events/merge)."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.factories.sightings import beacons
from vardkase.core import files
from vardkase.formats.misp_json import merging
from vardkase.formats.misp_json.merging import ChosenParts, copy_parts
from vardkase.intel.models import Attribute, Event, EventReport, EventTag, Object, ObjectReference
from vardkase.intel.queries.find import find_event
from vardkase.intel.services.events import add_event

PARTS: dict[str, Any] = {
    "Attribute": [
        {"type": "ip-dst", "value": "203.0.113.1", "uuid": "8ab5d0a2-7cf0-4df1-8d33-1e8a4ea1f0a1"},
        {"type": "ip-dst", "value": "203.0.113.2", "Tag": [{"name": "tlp:green"}]},
    ],
    "Object": [
        {
            "uuid": "8ab5d0a2-7cf0-4df1-8d33-1e8a4ea1f0a2",
            "name": "file",
            "meta-category": "file",
            "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
            "template_version": "24",
            "description": "",
            "Attribute": [
                {
                    "type": "filename",
                    "object_relation": "filename",
                    "value": "b.exe",
                    "uuid": "8ab5d0a2-7cf0-4df1-8d33-1e8a4ea1f0a3",
                }
            ],
            "ObjectReference": [
                {
                    "referenced_uuid": "8ab5d0a2-7cf0-4df1-8d33-1e8a4ea1f0a1",
                    "relationship_type": "connects-to",
                }
            ],
        }
    ],
    "Tag": [{"name": "tlp:amber"}],
    "EventReport": [
        {"name": "What we saw", "content": "From @[attribute](8ab5d0a2-7cf0-4df1-8d33-1e8a4ea1f0a1)"}
    ],
}


def made(seed: Seed, **fields: Any) -> Event:
    status, body = call(seed.site_admin.key, "POST", "/events/add", {"info": "Case", **fields})
    assert status == 200, body
    return Event.objects.get(pk=body["Event"]["id"])


def values(event: Event) -> set[str]:
    return set(Attribute.objects.filter(event=event, deleted=False).values_list("value1", flat=True))


def test_populate_keeps_or_renews_uuids(seed: Seed) -> None:
    one, two = made(seed), made(seed)
    status, body = call(seed.site_admin.key, "POST", f"/events/populate/{one.pk}", {"Event": PARTS})
    assert (status, body["message"]) == (200, "2 attributes and 1 object added.")
    assert values(one) == {"203.0.113.1", "203.0.113.2", "b.exe"}
    assert EventTag.objects.filter(event=one, tag__name="tlp:amber").exists()
    assert str(Object.objects.get(event=one).uuid) == PARTS["Object"][0]["uuid"]
    again = call(seed.site_admin.key, "POST", f"/events/populate/{one.uuid}", PARTS)[1]
    assert again["message"] == "0 attributes and 0 objects added."
    _, taken = call(seed.site_admin.key, "POST", f"/events/populate/{two.pk}", PARTS)
    assert (taken["message"], values(two)) == ("1 attribute and 0 objects added.", {"203.0.113.2"})
    _, body = call(seed.site_admin.key, "POST", f"/events/populate/{two.pk}/1", {"json": json.dumps(PARTS)})
    assert body["message"] == "1 attribute and 1 object added."
    reference = ObjectReference.objects.get(event=two)
    target = Attribute.objects.get(event=two, value1="203.0.113.1")
    assert (reference.referenced_uuid, reference.relationship_type) == (target.uuid, "connects-to")
    report = EventReport.objects.filter(event=two).latest("pk")
    assert report.content == f"From @[attribute]({target.uuid})"


def test_merge_copies_the_contents_of_another_event(seed: Seed) -> None:
    source, target = made(seed, distribution=1, **PARTS), made(seed)
    call(
        seed.site_admin.key,
        "POST",
        f"/attributes/add/{target.pk}",
        {"type": "ip-dst", "value": "203.0.113.2"},
    )
    alone = f"/events/view/{source.pk}/includeEventCorrelations:0"
    before = call(seed.site_admin.key, "GET", alone)
    path = f"/events/merge/{target.pk}"
    status, body = call(seed.site_admin.key, "POST", path, {"Event": {"source_id": str(source.pk)}})
    assert (status, body["message"], body["id"]) == (
        200,
        "1 attribute and 1 object added.",
        str(target.pk),
    )
    assert values(target) == values(source)
    assert ObjectReference.objects.get(event=target).referenced_uuid == (
        Attribute.objects.get(event=target, value1="203.0.113.1").uuid
    )
    assert EventReport.objects.get(event=target).name == "What we saw"
    assert call(seed.site_admin.key, "GET", alone) == before
    again = call(seed.site_admin.key, "POST", f"{path}/{source.uuid}")[1]
    assert again["message"] == "0 attributes and 0 objects added."


def test_merge_copies_only_what_the_user_may_read(seed: Seed) -> None:
    theirs = beacons(seed)
    status, body = call(seed.partner.key, "POST", "/events/add", {"info": "Ours"})
    assert status == 200
    own = Event.objects.get(pk=body["Event"]["id"])
    call(seed.partner.key, "POST", f"/events/merge/{own.pk}/{theirs.pk}")
    assert "198.51.100.1" in values(own)
    assert "198.51.100.3" not in values(own)
    hidden = made(seed, distribution=0, Attribute=[{"type": "text", "value": "secret"}])
    assert call(seed.partner.key, "POST", f"/events/merge/{own.pk}/{hidden.pk}")[0] == 404
    for path in (f"merge/{theirs.pk}/{own.pk}", f"populate/{theirs.pk}"):
        status, body = call(seed.partner.key, "POST", f"/events/{path}", PARTS)
        assert (status, values(theirs) & {"203.0.113.1"}) == (403, set()), body
    for path in (f"merge/{own.pk}/{theirs.pk}", f"populate/{own.pk}"):
        assert call(seed.reader.key, "POST", f"/events/{path}", PARTS)[0] == 403


@pytest.mark.parametrize("body", [{"json": "[1]"}, {"json": "{"}, {"json": None}], ids=str)
def test_populate_rejects_invalid_documents(seed: Seed, body: dict[str, Any]) -> None:
    event = made(seed)
    status, answer = call(seed.site_admin.key, "POST", f"/events/populate/{event.pk}", body)
    assert (status, answer["message"].startswith("Expected an event document")) == (400, True)


def test_invalid_parts_are_named_by_position(seed: Seed) -> None:
    event = made(seed)
    parts = {
        "Attribute": [1, {"type": "ip-dst", "value": "x"}, {"uuid": 5}],
        "Object": [[], {"Attribute": 1}],
    }
    for path in ("", "/1"):
        status, body = call(seed.site_admin.key, "POST", f"/events/populate/{event.pk}{path}", parts)
        assert (status, body["message"]) == (200, "0 attributes and 0 objects added.")
        assert "Attribute.1" in body["errors"]


def test_merge_with_itself_or_a_too_large_event_is_refused(seed: Seed, monkeypatch: Any) -> None:
    one, two = made(seed), made(seed, **PARTS)
    assert call(seed.site_admin.key, "POST", f"/events/merge/{one.pk}/{one.pk}")[0] == 400
    monkeypatch.setattr(merging, "MOST", 2)
    status, body = call(seed.site_admin.key, "POST", f"/events/merge/{one.pk}/{two.pk}")
    assert (status, values(one)) == (403, set()), body


def test_merge_of_too_many_bytes_is_refused(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files would be in memory at once. Each size would be a request to where they are kept."""
    monkeypatch.setattr(merging, "MOST_BYTES", 17)
    monkeypatch.setattr(files, "size", None)
    file = {
        "type": "attachment",
        "category": "Payload delivery",
        "data": base64.b64encode(b"sample").decode(),
    }
    source = made(seed, Attribute=[{**file, "value": f"{place}.bin"} for place in range(3)])
    target = made(seed)
    path = f"/events/merge/{target.pk}"
    assert call(seed.site_admin.key, "POST", path, {"source_id": source.pk})[0] == 403
    assert values(target) == set()
    Attribute.objects.filter(event=source, value1="0.bin").update(deleted=True)
    assert call(seed.site_admin.key, "POST", path, {"source_id": source.pk})[0] == 200
    assert values(target) == {"1.bin", "2.bin"}
    monkeypatch.setattr(merging, "MOST_TEXT", 10)
    other = made(seed)
    assert call(seed.site_admin.key, "POST", f"/events/merge/{other.pk}", {"source_id": source.pk})[0] == 403


def test_copies_are_shared_no_further_than_their_originals(seed: Seed) -> None:
    narrow = {"type": "domain", "distribution": 4, "sharing_group_id": seed.group.pk}
    held = {"type": "md5", "object_relation": "md5", "value": "1" * 32, "distribution": 0}
    document = {
        "info": "source", "date": "2026-11-29", "distribution": 1,
        "Attribute": [{**narrow, "value": "group.example"}, {"type": "domain", "value": "open.example"}],
        "Object": [{**PARTS["Object"][0], "uuid": str(uuid4()), "Attribute": [held]}],
    }  # fmt: skip
    source = add_event(seed.publisher.actor, document).event_id
    copy = add_event(seed.analyst.actor, {"info": "copy", "date": "2026-11-29", "distribution": 1}).event_id
    everything = ChosenParts(None, None)
    actor = seed.analyst.actor
    copy_parts(actor, copy, find_event(actor, source), everything, {"distribution": 5, "sharing_group_id": 0})
    copied = Attribute.objects.filter(event=copy)
    assert set(copied.values_list("value1", "distribution", "sharing_group")) == {
        ("group.example", 4, seed.group.pk), ("open.example", 5, None), ("1" * 32, 0, None),
    }  # fmt: skip
