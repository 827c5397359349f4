"""A published event with parts that only some of its readers may read, changes to these, and every way to
notice them. `Setup.limit` says who may read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.api.calls import answer, call, send
from tests.factories.knowledge import make_tags
from tests.factories.seed import Seed
from tests.intel.test_objects_from_attributes import make_template
from vardkase.intel.models import Event
from vardkase.knowledge.object_templates.models import ObjectTemplate

LONG_AGO = 1_700_000_000
HIDDEN = {"distribution": "0"}
type Limit = dict[str, str]


def text(value: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "category": "Other", "value": value, "uuid": str(uuid4())} | fields


def an_object(limit: Limit) -> dict[str, Any]:
    template = ObjectTemplate.objects.get(name="host")
    address = text("192.0.2.1", type="ip-dst", category="Network activity", object_relation="ip")
    return {
        "name": "host",
        "meta-category": "network",
        "template_uuid": str(template.uuid),
        "template_version": str(template.version),
        "uuid": str(uuid4()),
        "Attribute": [address],
        **limit,
    }


def an_open_object(limit: Limit) -> dict[str, Any]:
    """An object for everyone, with one limited attribute."""
    made = an_object({"distribution": "5"})
    inside = text("192.0.2.2", type="ip-dst", category="Network activity", object_relation="ip", **limit)
    return {**made, "Attribute": [*made["Attribute"], inside]}


@dataclass(frozen=True, slots=True)
class Setup:
    """A published event of organisation A with open and hidden parts, last changed and published long ago."""

    seed: Seed
    event: dict[str, Any]
    limit: Limit

    @classmethod
    def of(cls, seed: Seed, limit: Limit, *, distribution: str = "1") -> Setup:
        make_tags("tlp:amber")
        make_template()
        document = {
            "info": "partly hidden",
            "distribution": distribution,
            "published": True,
            "Attribute": [text("open"), text("hidden", **limit), text("gone", deleted=True, **limit)],
            "Object": [an_object(limit), an_open_object(limit)],
            "EventReport": [{"name": "ours", "uuid": str(uuid4()), "content": "x", **limit}],
        }
        status, made = call(seed.publisher.key, "POST", "/events/add", {"Event": document})
        assert status == 200, made
        Event.objects.update(timestamp=LONG_AGO, publish_timestamp=LONG_AGO + 1)
        seen = answer(send(seed.publisher.key, "GET", f"/events/view/{made['Event']['uuid']}"))
        return cls(seed, seen["Event"], limit)

    def act(self, path: str, body: Any = None, method: str = "POST") -> None:
        """A user of A changes something."""
        status, said = call(self.seed.publisher.key, method, path, body)
        assert status == 200, (path, said)

    def propose_and_accept(self) -> None:
        """A colleague proposes a change of the hidden attribute, which is accepted."""
        status, said = call(
            self.seed.colleague.key, "POST", f"/shadow_attributes/edit/{self.hidden['uuid']}", text("better")
        )
        assert status == 200, said
        self.act(f"/shadow_attributes/accept/{said['ShadowAttribute']['id']}")

    @property
    def hidden(self) -> dict[str, Any]:
        return next(each for each in self.event["Attribute"] if each["value"] == "hidden")

    @property
    def hidden_object(self) -> dict[str, Any]:
        return self.event["Object"][0]  # type: ignore[no-any-return]

    def edit_open_object(self, **more: Any) -> None:
        """Send the object that everyone reads complete, with its limited attribute changed."""
        parts = [
            part | ({"comment": "more"} if part["distribution"] != "5" else {})
            for part in self.open_object["Attribute"]
        ]
        self.act(f"/objects/edit/{self.open_object['uuid']}", {"name": "host", "Attribute": parts, **more})

    @property
    def open_object(self) -> dict[str, Any]:
        return self.event["Object"][1]  # type: ignore[no-any-return]

    @property
    def hidden_report(self) -> dict[str, Any]:
        return self.event["EventReport"][0]  # type: ignore[no-any-return]


def merge(setup: Setup, **said: Any) -> None:
    """Send the event as PyMISP does: complete, with one hidden part changed."""
    parts = [
        part | ({"comment": "seen", "timestamp": ""} if part["value"] == "hidden" else {})
        for part in setup.event["Attribute"]
    ]
    setup.act(
        f"/events/edit/{setup.event['uuid']}", {**setup.event, **said, "timestamp": "", "Attribute": parts}
    )


def edited_inside(open_object: dict[str, Any]) -> dict[str, Any]:
    """The object as PyMISP sends it after a change of its limited attribute."""
    parts = [
        part | ({"comment": "more", "timestamp": ""} if part["distribution"] != "5" else {})
        for part in open_object["Attribute"]
    ]
    return {**open_object, "timestamp": "", "Attribute": parts}


ACTS: dict[str, Callable[[Setup], None]] = {
    "adds an attribute": lambda s: s.act(f"/attributes/add/{s.event['id']}", text("new", **s.limit)),
    "adds many": lambda s: s.act(f"/attributes/add/{s.event['id']}", [text("n1", **s.limit), text("n2", **s.limit)]),
    "edits": lambda s: s.act(f"/attributes/edit/{s.hidden['uuid']}", {"comment": "more"}),
    "deletes softly": lambda s: s.act(f"/attributes/delete/{s.hidden['uuid']}"),
    "deletes for good": lambda s: s.act(f"/attributes/delete/{s.hidden['uuid']}/1"),
    "deletes some": lambda s: s.act(f"/attributes/deleteSelected/{s.event['id']}", {"id": [s.hidden["id"]]}),
    "tags": lambda s: s.act("/tags/attachTagToObject", {"uuid": s.hidden["uuid"], "tag": "tlp:amber"}),
    "switches": lambda s: s.act(f"/attributes/editField/{s.hidden['id']}", {"to_ids": 1}),
    "adds an object": lambda s: s.act(f"/objects/add/{s.event['id']}", an_object(s.limit)),
    "adds to an object": lambda s: s.act(
        f"/objects/edit/{s.hidden_object['uuid']}", {"comment": "more", "name": "host"}
    ),
    "deletes an object": lambda s: s.act(f"/objects/delete/{s.hidden_object['uuid']}"),
    "refers": lambda s: s.act(
        f"/objectReferences/add/{s.hidden_object['uuid']}",
        {"referenced_uuid": s.hidden["uuid"], "relationship_type": "related-to"},
    ),
    "adds a report": lambda s: s.act(
        f"/eventReports/add/{s.event['id']}", {"name": "new", "content": "x", **s.limit}
    ),
    "edits a report": lambda s: s.act(f"/eventReports/edit/{s.hidden_report['uuid']}", {"content": "y"}),
    "deletes a report": lambda s: s.act(f"/eventReports/delete/{s.hidden_report['uuid']}"),
    "sends the event": merge,
    "sends the event and publishes it": lambda s: merge(s, published=True),
    "publishes what has changed": lambda s: (
        s.act(f"/attributes/edit/{s.hidden['uuid']}", {"comment": "more"}),
        s.act(f"/events/publish/{s.event['id']}"),
    ),
    "edits in an open object": lambda s: s.edit_open_object(),
    "sends an open object": lambda s: merge(s, Object=[edited_inside(s.open_object)]),
    "proposes to the hidden": lambda s: s.act(
        f"/shadow_attributes/edit/{s.hidden['uuid']}", text("better")
    ),
    "proposes and accepts": lambda s: s.propose_and_accept(),
}  # fmt: skip


OFFERED = "the event itself, later than here"

ENDPOINTS: dict[str, tuple[str, str, Any]] = {
    "view": ("GET", "/events/view/{uuid}", None),
    "deleted": ("GET", "/events/view/{uuid}/deleted:2", None),
    "index": ("GET", "/events/index", None),
    "filtered": ("POST", "/events/index", {"timestamp": "30d"}),
    "filtered by publication": ("POST", "/events/index", {"publish_timestamp": "30d"}),
    "in order": ("GET", "/events/index/sort:timestamp/direction:desc", None),
    "minimal": ("POST", "/events/index", {"minimal": 1, "published": 1}),
    "search": ("POST", "/events/restSearch", {"returnFormat": "json"}),
    "search by time": ("POST", "/events/restSearch", {"timestamp": "30d"}),
    "search by publication": ("POST", "/events/restSearch", {"last": "30d"}),
    "search by event time": ("POST", "/attributes/restSearch", {"event_timestamp": "30d"}),
    "attributes": ("POST", "/attributes/restSearch", {"includeContext": 1}),
    "csv": ("POST", "/events/restSearch", {"returnFormat": "csv", "requested_attributes": ["event_timestamp"]}),
    "csv with context": ("POST", "/attributes/restSearch", {"returnFormat": "csv", "includeContext": 1}),
    "xml": ("POST", "/events/restSearch", {"returnFormat": "xml"}),
    "related": ("GET", "/analystData/view/Relationship/{relationship}", None),
    "graph": ("GET", "/events/getEventGraphReferences/{uuid}", None),
    "timeline": ("GET", "/events/getEventTimeline/{uuid}", None),
    "statistics": ("GET", "/users/statistics/data", None),
    "summary": ("GET", "/users/viewPeriodicSummary/daily", None),
    "offered": ("POST", "/events/filterEventIdsForPush", OFFERED),
}  # fmt: skip

PERIOD = re.compile(rb'"(from|to)":"[0-9]+"')
"""The bounds of a summary, which move with the clock."""

PAGES = ("/events/", "/events/?sort=-changed", "/event/{id}/", "/event/{id}/history/", "/")


def seen(setup: Setup, relationship: str, key: str, sync_key: str) -> dict[str, tuple[int, bytes]]:
    """The response of each endpoint to the holder of `key`; `sync_key` is for endpoints of sync users."""
    found = {}
    for endpoint, (method, path, body) in ENDPOINTS.items():
        known = {"uuid": setup.event["uuid"], "id": setup.event["id"], "relationship": relationship}
        url = path.format(**known)
        sent = (
            [{"Event": {"uuid": setup.event["uuid"], "timestamp": "1800000000"}}] if body is OFFERED else body
        )
        response = send(sync_key if endpoint in ("offered", "minimal") else key, method, url, sent)
        content = b"".join(response) if response.streaming else response.content
        found[endpoint] = (response.status_code, PERIOD.sub(b"", content))
    return found


def relationship_to(setup: Setup) -> str:
    """A relationship of the stranger's to the event."""
    own = {"info": "own", "distribution": "0"}
    status, made = call(setup.seed.stranger.key, "POST", "/events/add", {"Event": own})
    assert status == 200
    said = {
        "object_uuid": made["Event"]["uuid"], "object_type": "Event", "relationship_type": "related-to",
        "related_object_uuid": setup.event["uuid"], "related_object_type": "Event", "distribution": 0,
    }  # fmt: skip
    status, made = call(setup.seed.stranger.key, "POST", "/analystData/add/Relationship", said)
    assert status == 200
    return str(made["Relationship"]["uuid"])


def difference(before: dict[str, tuple[int, bytes]], after: dict[str, tuple[int, bytes]]) -> str:
    return "\n".join(
        f"{before[endpoint]} → {after[endpoint]}"
        for endpoint in before
        if before[endpoint] != after[endpoint]
    )
