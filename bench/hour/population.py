"""The people and the peers, with accounts of their own, made through the API."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.asking import Asking
from bench.client import Client

ORGANISATIONS = 20
PASSWORD = "a sentence for the load alone 7"  # noqa: S105 - of accounts on a hub that is thrown away


@dataclass(slots=True)
class Member:
    """Somebody with an account: a person at a browser with a key for scripts, or a peer with a key alone."""

    key: str
    email: str = ""
    asking: Asking | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    """One request at a time, as from one person."""
    seen: int = 0
    """The peer has pulled what was published until then (Unix seconds)."""


def populate(url: str, key: str, many: int, peering: int) -> tuple[list[Member], list[Member]]:
    """So many people, signed in, and so many peers."""
    with Client(url, key) as client:
        roles = {role["Role"]["name"]: role["Role"]["id"] for role in client.get("/roles/index").json()}
        organisations = [
            client.post("/admin/organisations/add", {"name": f"Load {n}", "local": True}).json()[
                "Organisation"
            ]["id"]
            for n in range(ORGANISATIONS)
        ]
        people = [
            _member(client, f"person{n}@load.example", organisations[n % ORGANISATIONS], roles["Publisher"])
            for n in range(many)
        ]
        peers = [
            _member(client, f"peer{n}@load.example", organisations[n % ORGANISATIONS], roles["Sync user"])
            for n in range(peering)
        ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda numbered: _connect(*numbered, url, is_person=True), enumerate(people)))
    for number, peer in enumerate(peers):
        _connect(number, peer, url, is_person=False)
    return people, peers


def _member(client: Client, email: str, organisation: str, role: str) -> Member:
    body = {
        "email": email,
        "org_id": organisation,
        "role_id": role,
        "password": PASSWORD,
        "change_pw": False,
        "termsaccepted": True,
    }
    user: Any = client.post("/admin/users/add", body).json()["User"]
    key: Any = client.post(f"/auth_keys/add/{user['id']}", {"comment": "load"}).json()["AuthKey"]
    return Member(key["authkey_raw"], email)


def _connect(number: int, member: Member, url: str, *, is_person: bool) -> None:
    member.asking = Asking(url, member.key, f"192.0.2.{number}" if is_person else f"198.51.100.{number}")
    if is_person and not member.asking.sign_in(member.email, PASSWORD):
        raise RuntimeError(f"{member.email} cannot sign in")
