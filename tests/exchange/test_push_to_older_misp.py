"""Pushing to an older MISP: requests it does not support are not sent, and the rest arrives."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.exchange.servers import HERE, Running, serving
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync.models import SyncRun
from vardkase.exchange.sync.push import push
from vardkase.intel.models import Event
from vardkase.intel.sightings.models import Sighting

VERSION = {"version": "2.4.200", "perm_sync": True, "perm_sighting": True, "perm_galaxy_editor": True}


def older(known: str) -> Any:
    """A MISP 2.4.200 with one event, last seen long ago; it answers 404 to newer endpoints."""
    answers: dict[str, Any] = {
        "/servers/getVersion": VERSION,
        "/events/filterEventIdsForPush": [],
        "/events/index": [{"uuid": known, "published": True, "sighting_timestamp": "1"}],
        "/events/view": {},
        "/sightings/bulkSaveSightings": {"saved": True, "success": "1 sightings added."},
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        found = next((said for path, said in answers.items() if handler.path.startswith(path)), None)
        content = json.dumps({"message": "Invalid action"} if found is None else found).encode()
        handler.send_response(404 if found is None else 200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def requested_actions(peer: Running) -> list[str]:
    return ["/".join(path.split("/")[1:3]) for _method, path, _headers, _body in peer.requests]


def test_older_peer_gets_only_supported_requests(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    configure("Plugin.Sightings_policy", 2)
    event = make_event(seed.org_a, distribution=3, published=True, publish_timestamp=5, sighting_timestamp=5)
    event.save()
    attribute = make_attribute(event, distribution=5)
    attribute.save()
    Sighting.objects.create(
        attribute=attribute, event=event, org=seed.org_a, date_sighting=5, source="sensor"
    )
    with serving(older(str(Event.objects.get(pk=event.pk).uuid))) as peer:
        server = Server.objects.create(
            name="older", url=peer.url, encrypted_key=KEYS.encrypt("k" * 40), org=seed.hub, remote_org=seed.org_b,
            priority=1, push=True, push_sightings=True, push_galaxy_clusters=True, push_analyst_data=True,
            push_collections=True,
        )  # fmt: skip
        push(None, server)
    assert requested_actions(peer) == [
        "servers/getVersion",
        "events/filterEventIdsForPush",
        "events/index",
        "sightings/bulkSaveSightings",
    ]
    [sent] = json.loads(peer.requests[-1][3])
    assert (sent["source"], sent["attribute_uuid"]) == ("sensor", str(attribute.uuid))
    run = SyncRun.objects.get(server=server)
    assert (run.fault, run.counts["sightings"]) == ("", 1)
