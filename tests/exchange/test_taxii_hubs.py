"""TAXII between real hubs, and with the reference implementation: taxii2-client reads and writes, stix2 parses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import stix2
from requests import HTTPError
from taxii2client.v21 import Collection, Server, as_pages

from tests.exchange.hubs import Hub
from tests.exchange.test_taxii_writing import indicator

type Hubs = tuple[Hub, Hub, Hub]
type Account = tuple[str, str]
"""Email address and key."""

SETTLED = 1.1
"""Seconds until a publication is served: its second has to be over."""


@pytest.fixture(scope="module")
def account(hubs: Hubs) -> Account:
    """A user of a separate organisation who may publish on A."""
    a, *_ = hubs
    organisation = a.post("/admin/organisations/add", {"name": "Client", "local": True})["Organisation"]["id"]
    roles = {role["Role"]["name"]: role["Role"]["id"] for role in a.get("/roles/index")}
    email = "client@c.example"
    given = {"email": email, "org_id": organisation, "role_id": roles["Publisher"], "change_pw": 0}
    user = a.post("/admin/users/add", given)["User"]
    return email, a.post(f"/auth_keys/add/{user['id']}", {"comment": "taxii"})["AuthKey"]["authkey_raw"]


@pytest.fixture
def offered(hubs: Hubs) -> Iterator[str]:
    """The uuid of a new collection of A, with the events of one tag."""
    a, *_ = hubs
    made = a.post(
        "/taxiiCollections/add",
        {
            "name": "Offered",
            "filters": {"tags": [f"taxii:{uuid4()}"]},
            "open_to_read": True,
            "open_to_write": True,
            "distribution": 3,
        },
    )["TaxiiCollection"]
    yield made["uuid"]
    a.post(f"/taxiiCollections/delete/{made['id']}")


def tag_of(hub: Hub, uuid: str) -> str:
    (found,) = [
        each["TaxiiCollection"]
        for each in hub.get("/taxiiCollections/index")
        if each["TaxiiCollection"]["uuid"] == uuid
    ]
    return str(found["filters"]["tags"][0])


def collection_of(hub: Hub, uuid: str, account: Account) -> Collection:
    server = Server(f"{hub.instance.url}/taxii2/", user=account[0], password=account[1])
    (found,) = [each for each in server.default.collections if each.id == uuid]
    return found


def test_reference_client_reads_and_writes(hubs: Hubs, account: Account, offered: str) -> None:
    a, *_ = hubs
    event = a.add(
        info="Told",
        Tag=[{"name": tag_of(a, offered)}],
        Attribute=[{"type": "domain", "value": f"{n}.example", "to_ids": True} for n in range(5)],
    )
    collection = collection_of(a, offered, account)
    assert (collection.title, collection.can_read, collection.can_write) == ("Offered", True, True)
    time.sleep(SETTLED)
    pages = list(as_pages(collection.get_objects, per_request=4))
    assert len(pages) > 2
    objects = [stix2.parse(each, allow_custom=True) for page in pages for each in page["objects"]]
    assert sorted(each.pattern for each in objects if each.type == "indicator") == [
        f"[domain-name:value = '{n}.example']" for n in range(5)
    ]
    report_id = f"report--{event['uuid']}"
    assert [each["id"] for each in collection.get_object(report_id)["objects"]] == [report_id]
    assert [each["id"] for each in collection.get_manifest(type="report")["objects"]] == [report_id]
    assert len(collection.object_versions(report_id)["versions"]) == 1
    with pytest.raises(HTTPError, match="404"):
        collection.get_object(f"indicator--{uuid4()}")
    written = indicator("written.example")
    status = collection.add_objects({"objects": [written, {"type": "indicator", "id": "x"}]})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 1, 1)
    found = a.post("/attributes/restSearch", {"value": "written.example"})["response"]["Attribute"]
    assert [each["uuid"] for each in found] == [written["id"].partition("--")[2]]


def stix_contents_of(event: dict[str, Any]) -> dict[str, Any]:
    """The contents of an event that survive STIX."""
    return {
        "info": event["info"],
        "attributes": {
            each["uuid"]: (each["type"], each["value"], each["to_ids"]) for each in event["Attribute"]
        },
        "objects": {
            each["uuid"]: sorted((inner["object_relation"], inner["value"]) for inner in each["Attribute"])
            for each in event["Object"]
        },
        "tags": {tag["name"] for tag in event.get("Tag", ()) if tag["name"].startswith("tlp:")},
    }


def test_hub_polls_and_pushes_to_another(hubs: Hubs, account: Account, offered: str) -> None:
    """B polls an event of A, and pushes one of its own to A. Both arrive complete; changes follow."""
    a, b, _ = hubs
    tag = tag_of(a, offered)
    file = [
        {"object_relation": "filename", "type": "filename", "value": "a.exe"},
        {"object_relation": "md5", "type": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"},
    ]
    event = a.add(
        info="From A",
        Tag=[{"name": tag}, {"name": "tlp:green"}],
        Attribute=[
            {"type": "domain", "value": "from-a.example", "to_ids": True},
            {"type": "ip-dst", "value": "198.51.100.7", "to_ids": False},
        ],
        Object=[{"name": "file", "meta-category": "file", "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                 "template_version": "24", "distribution": 5, "Attribute": file}],
    )  # fmt: skip
    address = {"baseurl": a.instance.url, "api_key": ":".join(account)}
    assert b.post("/taxiiServers/getRoot", address) == [f"{a.instance.url}/taxii2/api/"]
    root = {**address, "api_root": "/taxii2/api/"}
    assert b.post("/taxiiServers/getCollections", root)[offered] == "Offered"
    filters = {"tags": [tag]}
    server = b.post(
        "/taxiiServers/add", {**root, "name": "A", "owner": "A", "collection": offered, "filters": filters}
    )["TaxiiServer"]["id"]
    time.sleep(SETTLED)
    (listed,) = [each for each in b.get(f"/taxiiServers/collectionsIndex/{server}") if each["id"] == offered]
    assert listed["can_read"]
    report_id = f"report--{event['uuid']}"
    page = b.get(f"/taxiiServers/objectsIndex/{server}/{offered}")
    assert report_id in {each["id"] for each in page["objects"]}
    assert b.get(f"/taxiiServers/objectView/{server}/{offered}/{report_id}")["objects"][0]["name"] == "From A"

    assert "1 events stored, 0 refused" in b.post(f"/taxiiServers/poll/{server}")["message"]
    arrived = b.event(event["uuid"])
    assert arrived is not None
    assert stix_contents_of(arrived) == stix_contents_of(event)
    assert "0 objects fetched" in b.post(f"/taxiiServers/poll/{server}")["message"]

    own = b.add(info="From B", Tag=[{"name": tag}, {"name": "tlp:green"}], Attribute=[
        {"type": "domain", "value": "from-b.example", "to_ids": True}])  # fmt: skip
    time.sleep(SETTLED)
    assert ", 0 refused" in b.post(f"/taxiiServers/push/{server}")["message"]
    arrived = a.event(own["uuid"])
    assert arrived is not None
    assert stix_contents_of(arrived) == stix_contents_of(own)
    assert (arrived["Orgc"]["name"], arrived["distribution"]) == ("Client", "3")

    a.post(f"/events/edit/{event['uuid']}", {"Event": {"info": "Changed"}})
    a.post(f"/events/publish/{event['uuid']}")
    time.sleep(SETTLED)
    assert "events stored" in b.post(f"/taxiiServers/poll/{server}")["message"]
    changed = b.event(event["uuid"])
    assert changed is not None
    assert changed["info"] == "Changed"
    b.post(f"/taxiiServers/delete/{server}")
