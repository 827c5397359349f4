"""What a retention rule removes here is gone from a connected hub as well."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.exchange.hubs import Hub
from tests.exchange.servers import HERE
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.hub.retention.stories import COLLEAGUE, PERSON, carried_out, counted, in_force, publish
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync.push import push, push_published
from vardkase.identity.accounts.staff import StaffRole


def test_connected_hub_loses_what_is_removed(seed: Seed, hubs: tuple[Hub, Hub, Hub], settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = HERE
    peer = hubs[1]
    server = Server.objects.create(
        name="Grannhubben",
        url=peer.instance.url,
        org=seed.hub,
        remote_org=seed.org_c,
        priority=1,
        push=True,
        encrypted_key=KEYS.encrypt(peer.instance.key),
    )
    event = publish(seed)
    push(None, server)
    there = json.dumps(peer.event(str(event.uuid)))
    assert PERSON in there
    jurist = make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    second = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")
    in_force(seed, second, jurist)
    time.sleep(1)  # A change within the same second does not count as newer.
    carried_out(counted(second), jurist, second)
    push_published(server)
    there = json.dumps(peer.event(str(event.uuid)))  # Deleted parts included.
    assert PERSON not in there
    assert COLLEAGUE in there
