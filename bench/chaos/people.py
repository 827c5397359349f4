"""Who works on the hub under test: made through its API before the first fault."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bench.chaos.peers import Peer
from bench.client import Client

PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class People:
    """Keys of users of two organisations, a reader's address and password, and the numbers of the connections."""

    administrator: str
    analyst: str
    partner: str
    reader: tuple[str, str]
    peer: str
    slow_peer: str


def people_of(url: str, key: str, peer: Peer, slow: Peer) -> People:
    with Client(url, key) as client:
        roles = {role["Role"]["name"]: role["Role"]["id"] for role in client.get("/roles/index").json()}
        analyst, email, password = _user(client, "Chaos analysts", roles["Org Admin"])
        partner, _, _ = _user(client, "Chaos partners", roles["User"])
        return People(
            administrator=key,
            analyst=analyst,
            partner=partner,
            reader=(email, password),
            peer=_connection(client, peer, "Peer"),
            slow_peer=_connection(client, slow, "Slow peer"),
        )


def _user(client: Client, organisation: str, role: str) -> tuple[str, str, str]:
    made: Any = client.post("/admin/organisations/add", {"name": organisation, "local": True}).json()
    password = secrets.token_urlsafe(PASSWORD_BYTES) + "aA1!"
    email = f"{organisation.lower().replace(' ', '.')}@example.org"
    body = {
        "email": email,
        "org_id": made["Organisation"]["id"],
        "role_id": role,
        "password": password,
        "change_pw": False,
        "termsaccepted": True,
    }
    user: Any = client.post("/admin/users/add", body).json()["User"]
    key: Any = client.post(f"/auth_keys/add/{user['id']}", {"comment": "chaos"}).json()["AuthKey"]
    return key["authkey_raw"], email, password


def _connection(client: Client, peer: Peer, name: str) -> str:
    made: Any = client.post("/admin/organisations/add", {"name": name, "local": False}).json()
    body = {
        "name": name,
        "url": peer.url,
        "authkey": "A" * 40,
        "remote_org_id": made["Organisation"]["id"],
        "pull": True,
    }
    return str(client.post("/servers/add", body).json()["Server"]["id"])
