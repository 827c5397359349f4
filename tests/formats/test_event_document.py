"""Whole events: members, order and visibility."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest
from pymisp import MISPEvent

from tests.factories import make_attribute, make_event
from tests.factories.seed import ApiUser, Seed
from tests.factories.whole_event import Setup, document, make_setup
from tests.formats import recorded
from vardkase.core import files
from vardkase.core.errors import NotFound
from vardkase.formats.misp_json import (
    Condition,
    Deleted,
    EventOptions,
    event_document,
    events_document,
    export_events,
)


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def seen_by(api_user: ApiUser, setup: Setup, **options: Any) -> dict[str, Any]:
    event: dict[str, Any] = document(event_document(api_user.actor, setup.event.pk, EventOptions(**options)))[
        "Event"
    ]
    return event


def values(event: dict[str, Any]) -> list[str]:
    return [attribute["value"] for attribute in event["Attribute"]]


def names(tags: list[dict[str, Any]]) -> list[str]:
    return [tag["name"] for tag in tags]


def test_members_are_misps_in_misps_order(seed: Seed, setup: Setup) -> None:
    event = seen_by(seed.analyst, setup)
    assert list(event) == recorded.EVENT
    first, second = event["Attribute"][:2]
    assert list(first) == [*recorded.ATTRIBUTE, "Tag"]
    assert list(second) == recorded.ATTRIBUTE
    assert list(event["Object"][0]) == recorded.OBJECT
    assert list(event["Object"][0]["ObjectReference"][0]) == [*recorded.REFERENCE, "Attribute"]
    assert list(event["EventReport"][0]) == recorded.REPORT
    assert list(event["Tag"][0]) == recorded.TAG
    assert list(event["Galaxy"][0]) == recorded.GALAXY
    assert list(event["Galaxy"][0]["GalaxyCluster"][0]) == recorded.CLUSTER


def test_values_have_wire_formats(seed: Seed, setup: Setup) -> None:
    event = seen_by(seed.analyst, setup)
    attribute = event["Attribute"][0]
    assert event["id"] == str(setup.event.pk)
    assert event["published"] is True
    assert event["protected"] is None
    assert event["extends_uuid"] == ""
    assert attribute["value"] == "evil.example|192.0.2.1"
    assert attribute["first_seen"] == "2023-11-14T22:13:20.000001+00:00"
    assert attribute["object_id"] == "0"
    assert event["Tag"][0]["numerical_value"] == "7"
    assert event["Tag"][0]["relationship_type"] is None


def test_pymisp_reads_document(seed: Seed, setup: Setup) -> None:
    event = MISPEvent()
    event.from_json(b"".join(event_document(seed.analyst.actor, setup.event.pk)).decode())
    assert event.uuid == str(setup.event.uuid)
    assert {each.uuid for each in event.attributes} == {
        str(each.uuid) for each in (setup.open, setup.own, setup.shared)
    }
    assert event.objects[0].attributes[0].value == "a.exe"
    assert event.objects[0].references[0].referenced_uuid == str(setup.open.uuid)
    assert names([tag.to_dict() for tag in event.attributes[0].tags]) == [
        "tlp:amber",
        'misp-galaxy:country="sweden"',
    ]
    assert event.event_reports[0].content == "# Text"
    assert event.galaxies[0].clusters[0].meta == {"ISO": ["SE"]}


def test_pymisp_round_trip_is_lossless(seed: Seed, setup: Setup) -> None:
    before = seen_by(seed.analyst, setup)
    event = MISPEvent()
    event.from_dict(Event=copy.deepcopy(before))
    after = json.loads(event.to_json())
    for ours, theirs in zip(before["Attribute"], after["Attribute"], strict=True):
        for member in ("uuid", "type", "category", "value", "to_ids", "comment", "distribution"):
            assert ours[member] == theirs[member], member


def test_partner_sees_only_what_is_shared(seed: Seed, setup: Setup) -> None:
    event = seen_by(seed.partner, setup)
    assert values(event) == ["evil.example|192.0.2.1", "A and B"]
    assert [each["id"] for each in event["Object"]] == [str(setup.file.pk)]
    assert [each["id"] for each in event["EventReport"]] == [str(setup.report.pk)]
    assert "event_creator_email" not in event
    assert b"only A" not in json.dumps(event).encode()
    assert b"inside" not in json.dumps(event).encode()


def test_other_organisation_does_not_see_group_parts(seed: Seed, setup: Setup) -> None:
    assert values(seen_by(seed.stranger, setup)) == ["evil.example|192.0.2.1"]


def test_reference_to_hidden_target_has_no_details(seed: Seed, setup: Setup) -> None:
    mine, theirs = (
        seen_by(api_user, setup)["Object"][0]["ObjectReference"][1]
        for api_user in (seed.analyst, seed.partner)
    )
    assert mine["Object"]["name"] == "file"
    assert theirs["Object"] == {
        "name": "",
        "meta-category": "Object from another event",
        "category": "Object from another event",
        "type": "",
        "value": "",
        "uuid": str(setup.own_object.uuid),
    }


def test_unreadable_event_is_absent(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=0)
    event.save()
    for number in (event.pk, 10**12):
        with pytest.raises(NotFound):
            event_document(seed.stranger.actor, number)
    assert document(events_document(seed.stranger.actor, [event.pk])) == {"response": []}


def test_sharing_group_is_shown_once_to_members(seed: Seed, setup: Setup) -> None:
    shared = seen_by(seed.partner, setup)["Attribute"][1]
    assert list(shared["SharingGroup"]) == recorded.SHARING_GROUP
    assert [each["org_id"] for each in shared["SharingGroup"]["SharingGroupOrg"]] == [
        str(seed.org_a.pk),
        str(seed.org_b.pk),
    ]
    reference = seen_by(seed.partner, setup, sg_reference_only=True)["Attribute"][1]
    assert "SharingGroup" not in reference
    assert reference["sharing_group_id"] == str(seed.group.pk)


def test_non_exportable_tags_are_hidden_unless_requested(seed: Seed, setup: Setup) -> None:
    shown = names(seen_by(seed.analyst, setup)["Tag"])
    assert "internal" not in shown
    assert "workflow:todo" in shown
    assert "internal" in names(seen_by(seed.analyst, setup, include_all_tags=True)["Tag"])
    assert "workflow:todo" not in names(seen_by(seed.analyst, setup, exclude_local_tags=True)["Tag"])


def test_deleted_parts(seed: Seed, setup: Setup) -> None:
    assert "gone" not in values(seen_by(seed.analyst, setup))
    assert "gone" in values(seen_by(seed.analyst, setup, deleted=Deleted.BOTH))
    assert values(seen_by(seed.analyst, setup, deleted=Deleted.ONLY)) == ["gone"]
    assert "gone" not in values(seen_by(seed.partner, setup, deleted=Deleted.BOTH))
    assert "gone" in values(seen_by(seed.partner_sync, setup, deleted=Deleted.BOTH))


def test_options_that_exclude_parts(seed: Seed, setup: Setup) -> None:
    assert list(seen_by(seed.analyst, setup, metadata=True)) == recorded.EVENT_METADATA
    assert "EventReport" not in seen_by(seed.analyst, setup, no_event_reports=True)
    assert "ShadowAttribute" not in seen_by(seed.analyst, setup, no_shadow_attributes=True)
    assert "RelatedEvent" not in seen_by(seed.analyst, setup, include_event_correlations=False)
    without = seen_by(seed.analyst, setup, exclude_galaxy=True)
    assert without["Galaxy"] == without["Attribute"][0]["Galaxy"] == []


def test_flattened_event_includes_object_attributes(seed: Seed, setup: Setup) -> None:
    event = seen_by(seed.analyst, setup, flatten=True)
    assert "Object" not in event
    assert {"a.exe", "inside"} <= set(values(event))


def test_attributes_can_be_filtered(seed: Seed, setup: Setup) -> None:
    assert values(seen_by(seed.analyst, setup, to_ids=True)) == ["evil.example|192.0.2.1"]
    assert "evil.example|192.0.2.1" not in values(seen_by(seed.analyst, setup, to_ids=False))
    condition = Condition("a.value1 = %(wanted)s", {"wanted": "only A"})
    assert values(seen_by(seed.analyst, setup, attributes=condition)) == ["only A"]


def test_attachments_are_included_on_request(seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    for name in ("a.txt", "b.txt"):
        make_attribute(event, type="attachment", value1=name, data_sha256=files.store(name.encode())).save()
    make_attribute(event).save()
    plain = document(event_document(seed.analyst.actor, event.pk))["Event"]["Attribute"]
    assert all("data" not in attribute for attribute in plain)
    whole = document(event_document(seed.analyst.actor, event.pk, EventOptions(include_attachments=True)))
    data = [attribute.get("data") for attribute in whole["Event"]["Attribute"]]
    assert data == [base64.b64encode(b"a.txt").decode(), base64.b64encode(b"b.txt").decode(), None]


def test_readable_extending_events_are_merged(seed: Seed, setup: Setup) -> None:
    theirs = make_event(seed.org_b, distribution=1, published=True, extends_uuid=setup.event.uuid)
    secret = make_event(seed.org_b, distribution=0, extends_uuid=setup.event.uuid)
    for event, value in ((theirs, "added"), (secret, "kept")):
        event.save()
        make_attribute(event, value1=value).save()
    extended = seen_by(seed.analyst, setup, extended=True)
    assert list(extended["extensionEvents"]) == [str(theirs.pk)]
    assert values(extended)[-1] == "added"
    assert [each["id"] for each in seen_by(seed.partner, setup, extension_list=True)["ExtendedBy"]] == [
        str(theirs.pk),
        str(secret.pk),
    ]


def test_several_events_have_misps_envelope(seed: Seed, setup: Setup) -> None:
    other = make_event(seed.org_b, distribution=1)
    other.save()
    content = b"".join(events_document(seed.analyst.actor, [other.pk, setup.event.pk]))
    assert content.startswith(b'{"response": [{"Event":{')
    assert content.endswith(b"}}]}\n")
    assert [each["Event"]["id"] for each in json.loads(content)["response"]] == [
        str(other.pk),
        str(setup.event.pk),
    ]
    assert b"".join(events_document(seed.analyst.actor, [])) == b'{"response": []}\n'


def test_export_has_everything_an_import_needs(seed: Seed, setup: Setup) -> None:
    event = document(export_events(seed.analyst.actor, [setup.event.pk]))["response"][0]["Event"]
    assert "gone" in values(event)
    assert "internal" in names(event["Tag"])
