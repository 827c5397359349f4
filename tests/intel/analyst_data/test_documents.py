"""Analyst data in event documents, both ways, and its exchange between peers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.intel.analyst_data.analyst_data_calls import (
    ATTRIBUTE,
    EVENT,
    INSIDE,
    NOTE,
    NOWHERE,
    OBJECT,
    REPORT,
    add_analyst_data,
    listed_uuids,
    make_event,
)
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster

LATER = (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%d %H:%M:%S")
EARLY = "2020-01-01 00:00:00"


def viewed(seed: Seed, path: str = "") -> dict[str, Any]:
    status, answer = call(seed.analyst.key, "GET", f"/events/view/{EVENT}{path}")
    assert status == 200
    return dict(answer["Event"])


def test_every_part_of_an_event_shows_its_analyst_data(seed: Seed) -> None:
    make_event(seed.analyst)
    for thing in (f"{EVENT}/Event", f"{ATTRIBUTE}/Attribute", f"{OBJECT}/Object", f"{INSIDE}/Attribute"):
        add_analyst_data(seed.analyst, thing, note=thing)
    add_analyst_data(seed.analyst, f"{REPORT}/EventReport", kind="Opinion", opinion=5)
    event = viewed(seed)
    parts = (event, event["Attribute"][0], event["Object"][0], event["Object"][0]["Attribute"][0])
    assert [part["Note"][0]["object_uuid"] for part in parts] == [EVENT, ATTRIBUTE, OBJECT, INSIDE]
    assert event["EventReport"][0]["Opinion"][0]["opinion"] == "5"
    note = event["Note"][0]
    assert (note["_canEdit"], note["_max_depth_reached"]) == (True, False)
    assert set(note["Org"]) == {
        "id",
        "name",
        "uuid",
        "type",
        "description",
        "sector",
        "nationality",
        "local",
    }


def test_searches_include_analyst_data_on_request(seed: Seed) -> None:
    make_event(seed.analyst)
    make_event(seed.analyst, uuid=NOWHERE, Attribute=[], Object=[], EventReport=[])
    add_analyst_data(seed.analyst, note="one")
    add_analyst_data(seed.analyst, f"{NOWHERE}/Event", note="two")
    add_analyst_data(seed.analyst, f"{ATTRIBUTE}/Attribute", note="three")

    def search(**members: Any) -> list[dict[str, Any]]:
        body = {"returnFormat": "json", **members}
        return [
            row["Event"] for row in call(seed.analyst.key, "POST", "/events/restSearch", body)[1]["response"]
        ]

    assert all("Note" not in event for event in search())
    found = search(includeAnalystData=1)
    assert [event["Note"][0]["note"] for event in found] == ["one", "two"]
    assert found[0]["Attribute"][0]["Note"][0]["note"] == "three"


def test_two_levels_are_shown_and_deeper_ones_fetched(seed: Seed) -> None:
    make_event(seed.analyst)
    above = f"{EVENT}/Event"
    for level in ("1", "2", "3", "4"):
        above = add_analyst_data(seed.analyst, above, note=level)["uuid"] + "/Note"
    first = viewed(seed)["Note"][0]
    second = first["Note"][0]
    assert (first["_max_depth_reached"], second["note"]) == (True, "2")
    assert "Note" not in second
    children = call(seed.analyst.key, "GET", f"/analystData/getChildren/Note/{first['uuid']}/3")[1]
    assert children["Note"][0]["Note"][0]["Note"][0]["note"] == "4"
    assert call(seed.analyst.key, "GET", f"/analyst_data/getChildren/Note/{above.split('/')[0]}")[1] == []


def test_analyst_data_of_a_single_part(seed: Seed) -> None:
    make_event(seed.analyst)
    add_analyst_data(seed.analyst, f"{ATTRIBUTE}/Attribute", note="of an attribute")
    add_analyst_data(seed.analyst, f"{OBJECT}/Object", note="of an object")
    for path, text in (
        (f"/attributes/viewAnalystData/{ATTRIBUTE}", "of an attribute"),
        (f"/objects/viewAnalystData/{OBJECT}", "of an object"),
    ):
        assert call(seed.partner.key, "GET", path)[1]["Note"][0]["note"] == text
    assert call(seed.analyst.key, "GET", f"/attributes/viewAnalystData/{INSIDE}")[1] == []
    assert call(seed.analyst.key, "GET", f"/attributes/viewAnalystData/{NOWHERE}")[0] == 404


def test_inbound_relationships_are_shown_at_their_target(seed: Seed) -> None:
    event = make_event(seed.analyst)
    galaxy = Galaxy.objects.create(uuid=NOWHERE, name="G", type="g", distribution=3)
    cluster = GalaxyCluster.objects.create(galaxy=galaxy, uuid=NOTE, value="v", type="g", distribution=3)
    for uuid, kind in ((REPORT, "EventReport"), (NOTE, "GalaxyCluster")):
        leads = {"related_object_uuid": uuid, "related_object_type": kind, "relationship_type": "explains"}
        add_analyst_data(seed.analyst, kind="Relationship", **leads)
    add_analyst_data(seed.analyst, f"{NOTE}/GalaxyCluster", note="of a cluster")
    report = call(seed.analyst.key, "GET", f"/eventReports/view/{REPORT}")[1]
    assert [each["relationship_type"] for each in report["RelationshipInbound"]] == ["explains"]
    shown = call(seed.analyst.key, "GET", f"/galaxy_clusters/view/{cluster.pk}")[1]["GalaxyCluster"]
    assert [each["object_uuid"] for each in shown["RelationshipInbound"]] == [event["uuid"]]
    assert [each["note"] for each in shown["Note"]] == ["of a cluster"]


def test_related_event_shows_its_analyst_data(seed: Seed) -> None:
    make_event(seed.analyst)
    same = [{"type": "ip-dst", "value": "198.51.100.7"}]
    make_event(seed.analyst, uuid=NOWHERE, Attribute=same, Object=[], EventReport=[])
    add_analyst_data(seed.analyst, f"{NOWHERE}/Event", note="of the related")
    related = viewed(seed)["RelatedEvent"][0]
    assert list(related) == ["Event", "Note", "RelationshipInbound"]


def test_documents_bring_analyst_data_for_every_part(seed: Seed) -> None:
    note = {"note": "new", "Opinion": [{"opinion": 10}]}
    document = make_event(seed.stranger, uuid=NOWHERE, Attribute=[], Object=[], EventReport=[])
    make_event(seed.analyst, Note=[note | {"uuid": NOTE, "object_uuid": document["uuid"]}])
    attribute = {"uuid": ATTRIBUTE, "type": "ip-dst", "value": "198.51.100.7", "Note": [note]}
    misp_object = {"uuid": OBJECT, "Note": note, "Attribute": [{"uuid": INSIDE, "Opinion": [{"opinion": 1}]}]}
    report = {"uuid": REPORT, "name": "Report", "Note": [note]}
    body = {"Attribute": [attribute], "Object": [misp_object], "EventReport": [report]}
    assert call(seed.analyst.key, "POST", f"/events/edit/{EVENT}", body)[0] == 200
    event = viewed(seed)
    assert event["Note"][0]["object_uuid"] == EVENT
    for part in (event, event["Attribute"][0], event["Object"][0], event["EventReport"][0]):
        assert [each["note"] for each in part["Note"]] == ["new"]
        assert [each["opinion"] for each in part["Note"][0]["Opinion"]] == ["10"]
        assert part["Note"][0]["orgc_uuid"] == str(seed.org_a.uuid)
    count = AnalystData.objects.count()
    assert call(seed.analyst.key, "POST", f"/events/edit/{EVENT}", event | {"timestamp": ""})[0] == 200
    assert AnalystData.objects.count() == count


def test_document_changes_only_older_notes(seed: Seed) -> None:
    make_event(seed.analyst, Note=[{"uuid": NOTE, "note": "first", "modified": "2024-01-01 00:00:00"}])
    for modified, expected in ((EARLY, "first"), ("2024-01-01 00:00:00", "first"), (LATER, "later")):
        body = {"Note": [{"uuid": NOTE, "note": "later", "modified": modified}]}
        assert call(seed.analyst.key, "POST", f"/events/edit/{EVENT}", body)[0] == 200
        assert AnalystData.objects.get().text == expected


def test_invalid_notes_in_a_document_are_skipped(seed: Seed) -> None:
    make_event(seed.analyst, Note=[{"note": "good"}, {"note": "bad", "distribution": 9}, "text", None])
    assert [note["note"] for note in viewed(seed)["Note"]] == ["good"]


def test_documents_cannot_write_in_the_name_of_others(seed: Seed) -> None:
    add_analyst_data(seed.analyst, f"{NOWHERE}/Event", note="of A", uuid=NOTE)
    forged = {"uuid": NOTE, "note": "forged", "modified": LATER, "orgc_uuid": str(seed.org_a.uuid)}
    new = {"note": "as A", "Orgc": {"uuid": str(seed.org_a.uuid), "name": "Organisation A"}}
    make_event(seed.stranger, Note=[forged, new])
    assert AnalystData.objects.get(uuid=NOTE).text == "of A"
    assert AnalystData.objects.get(text="as A").orgc == seed.org_c


def test_analyst_data_in_documents_requires_permission(seed: Seed) -> None:
    role = seed.stranger.user.role
    role.perm_analyst_data = False
    role.save()
    make_event(seed.stranger, Note=[{"note": "x"}])
    assert not AnalystData.objects.exists()


def push(seed: Seed, **members: Any) -> str:
    note = {"uuid": NOTE, "object_uuid": EVENT, "object_type": "Event", "note": "pushed", **members}
    status, answer = call(seed.partner_sync.key, "POST", "/analyst_data/pushAnalystData", {"Note": note})
    assert status == 200
    return str(answer["message"])


def test_peer_pushes_analyst_data(seed: Seed) -> None:
    creator = {"uuid": NOWHERE, "name": "Elsewhere"}
    done = "Analyst Data imported. {} imported, {} ignored, {} failed. "
    assert push(seed, Orgc=creator, modified=EARLY, Opinion=[{"opinion": 3}]) == done.format(2, 0, 0)
    note = AnalystData.objects.get(uuid=NOTE)
    assert (note.orgc.name, note.org, note.locked) == ("Elsewhere", seed.org_b, True)
    assert push(seed, Orgc=creator, modified=EARLY) == done.format(0, 1, 0)
    assert push(seed, Orgc=creator, modified=LATER, note="newer") == done.format(1, 0, 0)
    assert push(seed, uuid=None) == done.format(0, 0, 1)
    assert AnalystData.objects.get(uuid=NOTE).text == "newer"


def test_peer_cannot_change_local_or_hidden_notes(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="local", uuid=NOTE, distribution=3)
    assert "0 imported, 1 ignored" in push(seed, modified=LATER)
    AnalystData.objects.update(locked=True, distribution=0)
    assert "0 imported, 1 ignored" in push(seed, modified=LATER)
    AnalystData.objects.update(distribution=3)
    assert "0 imported, 1 ignored" in push(seed, modified=LATER), (
        "A is a member, and only A changes its notes"
    )
    AnalystData.objects.update(orgc=Organisation.objects.create(name="Far away"))
    assert "1 imported" in push(seed, modified=LATER)


@pytest.mark.parametrize("kind", [Blocked.ANALYST_DATA, Blocked.ORGANISATION])
def test_blocked_notes_are_ignored(seed: Seed, kind: Blocked) -> None:
    blocked = NOTE if kind is Blocked.ANALYST_DATA else NOWHERE
    BlocklistEntry.objects.create(kind=kind, uuid=blocked)
    assert "0 imported, 1 ignored" in push(seed, Orgc={"uuid": NOWHERE, "name": "Elsewhere"})
    document = {"uuid": NOTE, "note": "x", "Orgc": {"uuid": NOWHERE, "name": "Elsewhere"}}
    make_event(seed.partner_sync, Note=[document])
    assert not AnalystData.objects.exists()


def test_peer_asks_which_notes_are_wanted(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="local", uuid=NOTE)
    path = "/analyst_data/filterAnalystDataForPush"
    offered = {"Note": {NOTE: LATER, NOWHERE: EARLY, "nope": EARLY, EVENT: 5}, "Opinion": "x"}
    assert call(seed.partner_sync.key, "POST", path, offered)[1] == {
        "Note": {NOWHERE: EARLY},
        "Opinion": [],
        "Relationship": [],
    }
    AnalystData.objects.update(locked=True)
    BlocklistEntry.objects.create(kind=Blocked.ANALYST_DATA, uuid=NOWHERE)
    assert call(seed.partner_sync.key, "POST", path, offered)[1]["Note"] == {NOTE: LATER}
    assert call(seed.partner_sync.key, "POST", path, [NOTE])[1] == {
        "Note": [],
        "Opinion": [],
        "Relationship": [],
    }


def test_only_sync_users_push(seed: Seed) -> None:
    for api_user in (seed.analyst, seed.org_admin, seed.reader):
        for action in ("pushAnalystData", "filterAnalystDataForPush"):
            assert call(api_user.key, "POST", f"/analyst_data/{action}", {})[0] == 403


def test_peer_lists_and_fetches_notes(seed: Seed) -> None:
    mine = add_analyst_data(seed.analyst, note="of A")
    theirs = add_analyst_data(seed.partner, note="of B")
    add_analyst_data(seed.analyst, note="hidden", distribution=0)

    def minimal(*names: str) -> list[str]:
        body = {"orgc_name": list(names)}
        return list(call(seed.partner_sync.key, "POST", "/analyst_data/indexMinimal", body)[1]["Note"])

    assert minimal() == [mine["uuid"], theirs["uuid"]]
    assert minimal("Organisation A") == [mine["uuid"]]
    assert minimal("!Organisation A") == [theirs["uuid"]]
    path = f"/analyst_data/index/Note/uuid[]:{mine['uuid']}/uuid[]:{NOWHERE}.json"
    rows = call(seed.partner_sync.key, "GET", path)[1]
    assert [row["Note"]["uuid"] for row in rows] == [mine["uuid"]]
    body = {"uuid": [theirs["uuid"]], "object_type": "Event"}
    assert len(call(seed.partner_sync.key, "POST", "/analyst_data/index/Note", body)[1]) == 1
    assert call(seed.partner_sync.key, "GET", "/analyst_data/index/Note/uuid:nope")[1] == []
    assert (
        call(seed.partner_sync.key, "GET", "/analyst_data/index/Note/limit:1/page:2")[1][0]["Note"]["uuid"]
        == theirs["uuid"]
    )
    assert listed_uuids(seed.partner_sync, "Opinion") == []


def test_query_count_is_independent_of_the_number_of_notes(seed: Seed) -> None:
    make_event(seed.analyst)
    counts = []
    for _ in range(3):
        for thing in (f"{EVENT}/Event", f"{ATTRIBUTE}/Attribute", f"{OBJECT}/Object"):
            note = add_analyst_data(seed.analyst, thing, note="x")
            add_analyst_data(seed.analyst, f"{note['uuid']}/Note", kind="Opinion", opinion=1)
        with CaptureQueriesContext(connection) as queries:
            viewed(seed)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
