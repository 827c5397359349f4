"""A remote hub that is not ours: PyMISP, with a sync user's key, pulls and pushes.

It sends MISP's requests: through PyMISP's own calls where they exist, otherwise by
its `direct_call`, or by a plain request where a header or an encoding matters.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import brotli
import pytest
import requests
from pymisp import MISPEvent, MISPNote, MISPSighting, PyMISP

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.core.settings.models import SettingValue

CONNECTED, EVERYBODY, GROUP = 2, 3, 4
THEN = 1_700_000_000
THEIRS = {"name": "Norden CERT", "uuid": "5b1f0a3e-2f0c-4f7e-9c6d-0d4f6f1f0a01"}
"""Creator organisation of the pushed data, known on the other hub only."""

type Client = Any
"""PyMISP: its calls return documents or objects on request, which its types cannot express."""
type Connect = Callable[[str], Client]


@pytest.fixture
def connect(server: WebServer) -> Connect:
    """PyMISP with a given key."""
    return lambda key: PyMISP(server.url, key, ssl=False)


@pytest.fixture
def remote(connect: Connect, server_seed: Seed) -> Client:
    """The other hub: organisation B's sync user."""
    return connect(server_seed.partner_sync.key)


@pytest.fixture
def author(connect: Connect, server_seed: Seed) -> Client:
    """A user of this hub who writes and publishes."""
    return connect(server_seed.org_admin.key)


@pytest.fixture
def reader(connect: Connect, server_seed: Seed) -> Client:
    """An analyst of another organisation on this hub."""
    return connect(server_seed.stranger.key)


def pushed(**members: Any) -> MISPEvent:
    """An event as a hub pushes it: with its creator, locked, with its own timestamps."""
    event = MISPEvent()
    event.from_dict(**document(**members))
    return event


def document(**members: Any) -> dict[str, Any]:
    attribute = {
        "type": "domain",
        "value": f"{uuid4()}.example",
        "uuid": str(uuid4()),
        "timestamp": str(THEN),
    }
    return {
        "uuid": str(uuid4()),
        "info": "pushed",
        "date": "2023-11-14",
        "distribution": CONNECTED,
        "timestamp": str(THEN),
        "published": True,
        "locked": True,
        "Orgc": THEIRS,
        "Attribute": [attribute | {"category": "Network activity", "to_ids": True, "distribution": "5"}],
        **members,
    }


def written(author: Client, **members: Any) -> Any:
    """A published event of organisation A."""
    event = MISPEvent()
    event.from_dict(info="written here", distribution=EVERYBODY, **members)
    event.add_attribute("domain", f"{uuid4()}.example")
    stored = author.add_event(event, pythonify=True)
    author.publish(stored)
    return stored


def index(remote: Client, **filters: Any) -> dict[str, dict[str, Any]]:
    """Uuid → row of the minimal index, the first request of a pull."""
    rows = remote.search_index(minimal=True, published=True, **filters)
    assert isinstance(rows, list), rows
    return {row["uuid"]: row for row in rows}


def raw(
    server: WebServer, key: str, method: str, path: str, body: bytes | None = None, **headers: str
) -> Any:
    sent = {"Authorization": key, "Accept": "application/json", "Content-Type": "application/json"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, server.url + path, data=body, headers=sent | named, timeout=60)


def test_remote_reads_version_and_permissions(remote: Client, reader: Client) -> None:
    version = remote.misp_instance_version
    assert (version["perm_sync"], version["perm_sighting"], version["request_encoding"]) == (
        True,
        True,
        ["gzip", "br"],
    )
    assert len(version["uuid"]) == 36
    assert reader.misp_instance_version["uuid"] == "-"


def test_remote_pulls_what_it_may_read(
    author: Client, remote: Client, server: WebServer, server_seed: Seed
) -> None:
    open_event, other = written(author), written(author)
    hidden = MISPEvent()
    hidden.from_dict(info="ours", distribution=0, Attribute=[{"type": "domain", "value": "ours.example"}])
    ours = author.add_event(hidden, pythonify=True)
    assert isinstance(ours, MISPEvent)
    author.publish(ours)
    found = index(remote)
    assert found.keys() == {open_event.uuid, other.uuid}
    row = found[open_event.uuid]
    assert row.keys() == {"id", "timestamp", "sighting_timestamp", "published", "uuid", "orgc_uuid"}
    assert row["orgc_uuid"] == str(server_seed.org_a.uuid)
    assert index(remote, org=[f"!{server_seed.org_a.name}"]) == {}
    key, path = server_seed.partner_sync.key, "/events/index"
    asked = json.dumps({"minimal": 1, "published": 1}).encode()
    first = raw(server, key, "POST", path, asked, If_None_Match='""')
    assert first.headers["X-Result-Count"] == "2"
    again = raw(server, key, "POST", path, asked, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    author.tag(open_event, "tlp:green")
    author.tag(open_event, "internal:note", local=True)
    author.delete_attribute(open_event.attributes[0])
    path = f"events/view/{open_event.uuid}/deleted[]:0/deleted[]:1/excludeGalaxy:1/excludeLocalTags:1"
    event = remote.direct_call(path)["Event"]
    assert [tag["name"] for tag in event["Tag"]] == ["tlp:green"]
    assert [each["deleted"] for each in event["Attribute"]] == [True]
    assert (event["Orgc"]["uuid"], event["locked"]) == (str(server_seed.org_a.uuid), False)
    assert remote.get_event(ours.uuid)["errors"][0] == 404


def test_remote_pushes_events_and_newer_versions(
    remote: Client, reader: Client, author: Client, server: WebServer, server_seed: Seed
) -> None:
    sent = document(Tag=[{"name": "tlp:green"}, {"name": 'norden:case="1"'}])
    uuid = sent["uuid"]
    wanted = [{"Event": {"uuid": uuid, "timestamp": str(THEN)}}]
    assert remote.direct_call("events/filterEventIdsForPush", wanted) == [uuid]
    assert raw(server, server_seed.partner_sync.key, "HEAD", f"/events/view/{uuid}").status_code == 404
    answer = remote.add_event(pushed(**sent), metadata=True)
    assert answer["Event"]["uuid"] == uuid
    assert raw(server, server_seed.partner_sync.key, "HEAD", f"/events/view/{uuid}").status_code == 200
    stored = reader.get_event(uuid, pythonify=True)
    assert (stored.Orgc.uuid, stored.org.uuid) == (THEIRS["uuid"], str(server_seed.org_b.uuid))
    assert (stored.locked, stored.published, int(stored.timestamp.timestamp())) == (True, True, THEN)
    assert {tag.name for tag in stored.tags} == {"tlp:green", 'norden:case="1"'}
    assert remote.direct_call("events/filterEventIdsForPush", wanted) == []
    changed = sent["Attribute"][0] | {"comment": "seen again", "timestamp": str(THEN + 10)}
    newer = sent | {"info": "pushed again", "timestamp": str(THEN + 10), "Attribute": [changed]}
    assert "errors" not in remote.update_event(pushed(**newer), metadata=True)
    for timestamp in (THEN, THEN + 10):
        older = newer | {"info": "older", "timestamp": str(timestamp)}
        status, refused = remote.update_event(pushed(**older))["errors"]
        assert (status, "Event in the request not newer than the local copy." in str(refused)) == (403, True)
    stored = reader.get_event(uuid, pythonify=True)
    assert (stored.info, stored.attributes[0].comment) == ("pushed again", "seen again")
    mine = written(author)
    theirs = sent | {"uuid": mine.uuid, "timestamp": str(int(mine.timestamp.timestamp()) + 100)}
    assert remote.update_event(pushed(**theirs))["errors"][0] == 403
    assert reader.get_event(mine.uuid)["Event"]["info"] == "written here"


def test_creator_of_others_events_requires_perm_sync(author: Client, reader: Client) -> None:
    """Without perm_sync an event belongs to the sender, whatever creator it names."""
    event = pushed()
    answer = author.add_event(event, pythonify=True)
    assert isinstance(answer, MISPEvent)
    assert answer.Orgc.name == "Organisation A"
    assert author.direct_call("events/filterEventIdsForPush", [])["errors"][0] == 403
    assert author.direct_call(f"events/pushProposals/{event.uuid}", [])["errors"][0] == 403


def test_remote_exchanges_sightings(author: Client, remote: Client) -> None:
    SettingValue.objects.create(name="Plugin.Sightings_policy", value=2)
    event = written(author)
    attribute = event.attributes[0]
    seen = author.add_sighting(MISPSighting(), attribute)
    assert "errors" not in seen
    assert len(remote.search_sightings(context="event", context_id=event.id)) == 1
    asked = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": [event.uuid]}
    pulled = remote.direct_call("sightings/restSearch/event", asked)
    assert [each["Sighting"]["attribute_uuid"] for each in pulled] == [attribute.uuid]
    theirs = {
        "uuid": str(uuid4()),
        "attribute_uuid": attribute.uuid,
        "date_sighting": str(THEN),
        "source": "sensor",
        "type": "0",
        "Organisation": THEIRS,
    }
    path = f"sightings/filterSightingUuidsForPush/{event.uuid}"
    assert remote.direct_call(path, [theirs["uuid"]]) == []
    saved = remote.direct_call(f"sightings/bulkSaveSightings/{event.uuid}", [theirs])
    assert saved["success"] == "1 sightings added."
    assert remote.direct_call(path, [theirs["uuid"]]) == [theirs["uuid"]]
    assert theirs["uuid"] in {each.uuid for each in author.sightings(event, pythonify=True)}


def test_remote_pushes_clusters(remote: Client, reader: Client) -> None:
    galaxy = {
        "uuid": str(uuid4()),
        "type": "norden-actor",
        "name": "Norden actors",
        "namespace": "norden",
        "version": "1",
    }
    cluster = {
        "uuid": str(uuid4()),
        "type": "norden-actor",
        "value": "Night Heron",
        "description": "an actor",
        "tag_name": "",
        "version": "10",
        "distribution": EVERYBODY,
        "published": True,
        "default": False,
        "locked": True,
        "Orgc": THEIRS,
        "Galaxy": galaxy,
        "GalaxyElement": [{"key": "country", "value": "XX"}],
        "GalaxyClusterRelation": [],
    }
    cluster["tag_name"] = f'misp-galaxy:norden-actor="{cluster["uuid"]}"'
    for version, description in (("10", "an actor"), ("11", "a known actor"), ("9", "an older one")):
        sent = [{"GalaxyCluster": cluster | {"version": version, "description": description}}]
        assert "errors" not in remote.direct_call("galaxies/pushCluster", sent)
    stored = reader.get_galaxy_cluster(str(cluster["uuid"]), pythonify=True)
    assert (stored.value, stored.description, stored.version) == ("Night Heron", "a known actor", "11")
    asked = {"minimal": 1, "custom": 1, "published": 1, "uuid": [cluster["uuid"]]}
    known = remote.direct_call("galaxy_clusters/restSearch", asked)
    assert [each["GalaxyCluster"] for each in known] == [{"uuid": cluster["uuid"], "version": "11"}]


def test_remote_pushes_notes(author: Client, remote: Client, reader: Client) -> None:
    event = written(author)
    note = {
        "uuid": str(uuid4()),
        "object_uuid": event.uuid,
        "object_type": "Event",
        "authors": "norden@example.org",
        "created": "2023-11-14 22:13:20",
        "modified": "2023-11-14 22:13:20",
        "distribution": EVERYBODY,
        "locked": True,
        "Orgc": THEIRS,
        "orgc_uuid": THEIRS["uuid"],
        "note": "We have seen this too.",
        "language": "en",
    }
    offered = {"Note": {note["uuid"]: note["modified"]}, "Opinion": {}, "Relationship": {}}
    wanted = remote.direct_call("analyst_data/filterAnalystDataForPush", offered)
    assert list(wanted["Note"]) == [note["uuid"]]
    assert "errors" not in remote.direct_call("analyst_data/pushAnalystData", {"Note": note})
    wanted_note = MISPNote()
    wanted_note.uuid = str(note["uuid"])
    assert reader.get_note(wanted_note)["Note"]["note"] == "We have seen this too."
    assert not remote.direct_call("analyst_data/filterAnalystDataForPush", offered).get("Note")
    index_of = remote.direct_call("analyst_data/indexMinimal", {})
    assert note["uuid"] in index_of["Note"]


def test_remote_pushes_proposals(author: Client, remote: Client) -> None:
    event = written(author)
    proposal = {
        "uuid": str(uuid4()),
        "event_uuid": event.uuid,
        "type": "domain",
        "category": "Network activity",
        "value": "proposed.example",
        "to_ids": True,
        "comment": "",
        "timestamp": str(THEN),
        "deleted": False,
        "Org": THEIRS,
        "org_uuid": THEIRS["uuid"],
    }
    answer = remote.direct_call(f"events/pushProposals/{event.uuid}", [proposal])
    assert (answer["success"], answer["counter"]) == (True, 1)
    found = author.attribute_proposals(event, pythonify=True)
    assert [each.value for each in found] == ["proposed.example"]
    pulled = remote.direct_call(
        "shadow_attributes/index/all:1/timestamp:1/limit:1000/page:1/deleted[]:0/deleted[]:1"
    )
    assert [each["ShadowAttribute"]["event_uuid"] for each in pulled] == [event.uuid]


def test_pushed_event_brings_its_sharing_group(remote: Client, reader: Client, server_seed: Seed) -> None:
    member = {"uuid": str(server_seed.org_b.uuid), "name": server_seed.org_b.name}

    def group(*organisations: dict[str, str]) -> dict[str, Any]:
        return {
            "uuid": str(uuid4()),
            "name": f"Norden {uuid4()}",
            "releasability": "Norden",
            "active": True,
            "roaming": True,
            "modified": "2023-11-14 22:13:20",
            "organisation_uuid": THEIRS["uuid"],
            "Organisation": THEIRS,
            "SharingGroupOrg": [{"extend": True, "Organisation": each} for each in organisations],
            "SharingGroupServer": [],
        }

    ours = group(THEIRS, member)
    event = pushed(distribution=GROUP, SharingGroup=ours)
    assert "errors" not in remote.add_event(event)
    known = {each["SharingGroup"]["uuid"]: each for each in remote.sharing_groups()}
    members = {each["Organisation"]["uuid"] for each in known[ours["uuid"]]["SharingGroupOrg"]}
    assert members == {THEIRS["uuid"], str(server_seed.org_b.uuid)}
    assert remote.get_event(event.uuid)["Event"]["SharingGroup"]["uuid"] == ours["uuid"]
    assert reader.get_event(event.uuid)["errors"][0] == 404
    foreign = pushed(distribution=GROUP, SharingGroup=group(THEIRS))
    remote.add_event(foreign)
    assert len(remote.sharing_groups()) == len(known)
    assert reader.get_event(foreign.uuid)["errors"][0] == 404


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress), ("br", brotli.compress)], ids=["gzip", "br"]
)
def test_compressed_bodies_are_accepted(
    server: WebServer, server_seed: Seed, remote: Client, encoding: str, packed: Callable[[bytes], bytes]
) -> None:
    sent = document(info="å" * 2000)
    body = packed(json.dumps({"Event": sent}).encode())
    key = server_seed.partner_sync.key
    reply = raw(server, key, "POST", "/events/add/metadata:1", body, Content_Encoding=encoding)
    assert reply.status_code == 200
    assert remote.get_event(sent["uuid"])["Event"]["info"] == "å" * 2000
    unknown = raw(server, key, "POST", "/events/add/metadata:1", body, Content_Encoding="zstd")
    assert unknown.status_code == 400
