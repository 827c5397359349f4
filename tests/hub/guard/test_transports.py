"""A marked event by every way in that needs no second hub: it is stopped, or stored in quarantine, and never read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.exchange.test_feed_fetching import FIRST, SECOND, add, event, fetch, misp_files, publishing
from tests.exchange.test_taxii_servers import partner, taxii_server
from tests.exchange.test_taxii_writing import indicator, report
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.cli.content import _import_file
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.sync.event_intake import Intake
from vardkase.exchange.sync.models import EventOutcome
from vardkase.exchange.taxii.polling import poll
from vardkase.hub.spills.models import Spill, SpillOrigin
from vardkase.identity.access.job_actors import connection_actor, hub_actor
from vardkase.intel.models import Event

MARKED = "NATO SECRET: ledning"


@pytest.fixture(autouse=True)
def _here(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


def kept_from_all(seed: Seed, *uuids: str) -> None:
    for uuid in uuids:
        stored = Event.objects.get(uuid=uuid)
        assert (stored.quarantined, stored.published) == (True, False)
        assert Spill.objects.get(event_uuid=uuid).origin == SpillOrigin.RECEIVED
        for reader in (seed.site_admin, seed.analyst, seed.partner_sync):
            assert call(reader.key, "GET", f"/events/view/{uuid}")[0] == 404


@pytest.mark.parametrize("published", [True, False])
def test_feed(seed: Seed, published: bool) -> None:
    events = [
        event(FIRST, 1000, "one.example", info=MARKED, published=published),
        event(SECOND, 1000, "two.example"),
    ]
    with publishing(misp_files(*events)) as server:
        number = add(seed, f"{server.url}/feed/", source_format="misp", distribution=1, publish=published)
        fetch(seed, number)
        kept_from_all(seed, FIRST)
        assert Event.objects.get(uuid=SECOND).published
        fetch(seed, number)
        kept_from_all(seed, FIRST)


def test_taxii_server(seed: Seed) -> None:
    inside = indicator("inside.example")
    told = report(MARKED, [inside])
    with serving(taxii_server(lambda _query: ({"objects": [told, inside]}, ""))) as running:
        poll(None, partner(seed, running))
    kept_from_all(seed, str(Event.objects.get().uuid))


def test_pull_and_its_next_version(seed: Seed) -> None:
    server: Any = type("S", (), {"remove_missing_tags": False, "pk": 1})()
    peer: Any = type("P", (), {"server": server})()
    passage: Any = type("F", (), {"trusted": False})()
    intake = Intake(connection_actor(seed.hub.pk, "peer"), peer, passage)
    document = event(FIRST, 1000, "one.example", info=MARKED, published=False, locked=True)
    outcome, why = intake._store(FIRST, document, None)
    assert (outcome, "quarantine" in str(why and why.wire)) == (EventOutcome.ADDED, True)
    kept_from_all(seed, FIRST)
    newer = {**document, "timestamp": "2000", "info": "annan titel"}
    assert intake._store(FIRST, newer, None)[0] == EventOutcome.REFUSED
    assert Event.objects.get().info == MARKED


def test_files_by_command_and_page(seed: Seed, tmp_path: Path, password_is_enough: None) -> None:
    path = tmp_path / "event.json"
    document = event(FIRST, 1000, "one.example", info=MARKED, locked=True)
    path.write_text(json.dumps({"Event": document}))
    (outcome,) = _import_file(hub_actor(), path, publish=True)
    assert "karantän" in outcome["error"]
    kept_from_all(seed, FIRST)
    client = signed_in(seed.publisher)
    upload = SimpleUploadedFile(
        "m.json", json.dumps({"Event": event(SECOND, 1000, "two.example", info=MARKED)}).encode()
    )
    client.post("/events/import/", {"file": upload, "publish": "1", "distribution": "1"})
    assert not Event.objects.filter(uuid=SECOND, published=True).exists()
