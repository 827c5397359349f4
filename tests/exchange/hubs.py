"""Two real hubs that are connected, and what a story asks of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.client import Client, Refused
from bench.instance import Instance, fresh_instance


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub with its first administrator, and its connection to the other."""

    instance: Instance
    client: Client
    name: str
    connection: str = ""

    def get(self, path: str) -> Any:
        """What a GET answers; raises Refused unless the status is 200."""
        return self.client.get(path).json()

    def post(self, path: str, body: Any = None) -> Any:
        """What a POST answers; raises Refused unless the status is 200."""
        return self.client.post(path, body if body is not None else {}).json()

    def add(self, **members: Any) -> dict[str, Any]:
        """A published event that goes everywhere, unless `members` say otherwise."""
        event = {"uuid": str(uuid4()), "info": "story", "distribution": 3, "published": True, **members}
        event.setdefault("Attribute", [{"type": "domain", "value": f"{uuid4()}.example"}])
        return dict(self.post("/events/add", {"Event": event})["Event"])

    def event(self, uuid: str) -> dict[str, Any] | None:
        """The event with everything deleted in it, as the administrator sees it; None when it is not here."""
        try:
            return dict(self.get(f"/events/view/{uuid}/deleted[]:0/deleted[]:1")["Event"])
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    def pull(self, technique: str = "full") -> str:
        """Pull over the connection; returns what MISP's clients are told."""
        return str(self.post(f"/servers/pull/{self.connection}/{technique}")["message"])

    def push(self, technique: str = "full") -> str:
        """Push over the connection, which is off otherwise; returns what MISP's clients are told."""
        self.set(push=True)
        try:
            return str(self.post(f"/servers/push/{self.connection}/{technique}")["message"])
        finally:
            self.set(push=False)

    def set(self, **members: Any) -> None:
        """Change the connection."""
        self.post(f"/servers/edit/{self.connection}", members)


@contextmanager
def two_hubs() -> Iterator[tuple[Hub, Hub]]:
    """A and B, each with an account for the other and a connection to it; loopback is let through."""
    os.environ["VARDKASE_PRIVATE_NETWORKS"] = "127.0.0.0/8"
    try:
        with (
            fresh_instance() as one,
            fresh_instance() as other,
            Client(one.url, one.key) as to_one,
            Client(other.url, other.key) as to_other,
        ):
            a, b = Hub(one, to_one, "A"), Hub(other, to_other, "B")
            (key_on_a, b_on_a), (key_on_b, a_on_b) = _admitted(b, a), _admitted(a, b)
            yield _connected(a, b, key_on_b, b_on_a), _connected(b, a, key_on_a, a_on_b)
    finally:
        del os.environ["VARDKASE_PRIVATE_NETWORKS"]


def _admitted(guest: Hub, hub: Hub) -> tuple[str, str]:
    """An account on `hub` for `guest`: its key, and the id of the organisation it is of."""
    own = guest.get("/organisations/view/1")["Organisation"]
    known = {"name": f"Hub {guest.name}", "uuid": own["uuid"], "local": True}
    organisation = hub.post("/admin/organisations/add", known)["Organisation"]["id"]
    roles = {role["Role"]["name"]: role["Role"]["id"] for role in hub.get("/roles/index")}
    account = {
        "email": f"sync@{guest.name.lower()}.example",
        "org_id": organisation,
        "role_id": roles["Sync user"],
        "change_pw": 0,
    }
    user = hub.post("/admin/users/add", account)["User"]
    made = hub.post(f"/auth_keys/add/{user['id']}", {"comment": "sync"})
    return made["AuthKey"]["authkey_raw"], organisation


def _connected(hub: Hub, peer: Hub, key: str, organisation: str) -> Hub:
    """`hub` with a connection to `peer`, where `key` is known; `organisation` is the peer's, here."""
    hub.post("/servers/serverSettingsEdit/MISP.background_jobs", {"value": False})
    server = {
        "name": peer.name,
        "url": peer.instance.url,
        "authkey": key,
        "remote_org_id": organisation,
        "pull": True,
        "pull_galaxy_clusters": True,
    }
    number = hub.post("/servers/add", server)["Server"]["id"]
    return Hub(hub.instance, hub.client, hub.name, str(number))
