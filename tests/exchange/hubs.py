"""Three real, connected hubs, and the requests that tests make to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import RemoteDisconnected
from itertools import permutations
from typing import Any
from uuid import uuid4

from bench.client import Answer, Client, Refused
from bench.instance import Instance
from tests.support.hubs import running_hub


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub with its first administrator, and its connections by the name of the other hub."""

    instance: Instance
    client: Client
    name: str
    connections: dict[str, str] = field(default_factory=dict)

    @property
    def connection(self) -> str:
        """The first connection: from A to B, and from the others to A."""
        return next(iter(self.connections.values()))

    def get(self, path: str) -> Any:
        """The body of a GET; raises Refused unless the status is 200."""
        return self._retried(lambda: self.client.get(path)).json()

    def post(self, path: str, body: Any = None) -> Any:
        """The body of a POST; raises Refused unless the status is 200."""
        return self._retried(lambda: self.client.post(path, body if body is not None else {})).json()

    def _retried(self, ask: Callable[[], Answer]) -> Answer:
        """The response; retried once when the hub had meanwhile closed the idle keep-alive connection."""
        try:
            return ask()
        except (BrokenPipeError, RemoteDisconnected):
            return ask()

    def add(self, **members: Any) -> dict[str, Any]:
        """A published event with distribution 3, unless `members` say otherwise."""
        event = {"uuid": str(uuid4()), "info": "story", "distribution": 3, "published": True, **members}
        event.setdefault("Attribute", [{"type": "domain", "value": f"{uuid4()}.example"}])
        return dict(self.post("/events/add", {"Event": event})["Event"])

    def event(self, uuid: str) -> dict[str, Any] | None:
        """The event with its deleted parts, as the administrator sees it; None when it does not exist."""
        try:
            return dict(self.get(f"/events/view/{uuid}/deleted[]:0/deleted[]:1")["Event"])
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    def pull(self, technique: str = "full", of: str = "") -> str:
        """Pull over the connection; returns the message for MISP's clients."""
        return str(self.post(f"/servers/pull/{self._over(of)}/{technique}")["message"])

    def push(self, technique: str = "full", to: str = "") -> str:
        """Push over the connection, which is otherwise off; returns the message for MISP's clients."""
        self.set(to, push=True)
        try:
            return str(self.post(f"/servers/push/{self._over(to)}/{technique}")["message"])
        finally:
            self.set(to, push=False)

    def set(self, peer: str = "", **members: Any) -> None:
        """Change the connection."""
        self.post(f"/servers/edit/{self._over(peer)}", members)

    def _over(self, peer: str) -> str:
        return self.connections[peer] if peer else self.connection


@contextmanager
def two_hubs() -> Iterator[tuple[Hub, Hub]]:
    """A and B, connected both ways."""
    with _hubs("AB") as (a, b):
        yield a, b


@contextmanager
def three_hubs() -> Iterator[tuple[Hub, Hub, Hub]]:
    """A, B and C, all connected."""
    with _hubs("ABC") as (a, b, c):
        yield a, b, c


@contextmanager
def _hubs(names: str) -> Iterator[list[Hub]]:
    """Hubs, each with an account on every other and a connection to it; requests to loopback are permitted."""
    os.environ["VARDKASE_PRIVATE_NETWORKS"] = "127.0.0.0/8"
    try:
        with ExitStack() as stack, ThreadPoolExecutor(len(names)) as starting:
            running = list(starting.map(stack.enter_context, (running_hub() for _ in names)))
            hubs = [
                Hub(each, stack.enter_context(Client(each.url, each.key)), name)
                for each, name in zip(running, names, strict=True)
            ]
            for hub in hubs:
                hub.post("/servers/serverSettingsEdit/MISP.background_jobs", {"value": False})
            for hub, peer in permutations(hubs, 2):
                _connect(hub, peer)
            yield hubs
            for each in running:  # Stopped together: each takes a while.
                os.kill(each.pid or 0, signal.SIGTERM)
    finally:
        del os.environ["VARDKASE_PRIVATE_NETWORKS"]


def _connect(hub: Hub, peer: Hub) -> None:
    """Make `hub` an account on `peer`, and a connection that uses it."""
    server = {
        "name": peer.name,
        "url": peer.instance.url,
        "authkey": _sync_key(hub, peer),
        "remote_org_id": _organisation_on(peer, hub),
        "pull": True,
        "pull_galaxy_clusters": True,
    }
    hub.connections[peer.name] = str(hub.post("/servers/add", server)["Server"]["id"])


def _organisation_on(guest: Hub, hub: Hub) -> str:
    """The id of the guest's organisation on `hub`."""
    own = guest.get("/organisations/view/1")["Organisation"]
    known = {"name": f"Hub {guest.name}", "uuid": own["uuid"], "local": True}
    try:
        return str(hub.get(f"/organisations/view/{own['uuid']}")["Organisation"]["id"])
    except Refused:
        return str(hub.post("/admin/organisations/add", known)["Organisation"]["id"])


def _sync_key(guest: Hub, hub: Hub) -> str:
    """The key of a new account for `guest` on `hub`."""
    roles = {role["Role"]["name"]: role["Role"]["id"] for role in hub.get("/roles/index")}
    account = {
        "email": f"sync@{guest.name.lower()}.example",
        "org_id": _organisation_on(guest, hub),
        "role_id": roles["Sync user"],
        "change_pw": 0,
    }
    user = hub.post("/admin/users/add", account)["User"]
    return str(hub.post(f"/auth_keys/add/{user['id']}", {"comment": "sync"})["AuthKey"]["authkey_raw"])
