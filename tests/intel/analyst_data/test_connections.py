"""Analyst data from a connection is the other instance's, whatever creator it names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.identity.access.job_actors import connection_actor
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.analyst_data.services import receive_analyst_data
from vardkase.intel.services.events import add_event

LATER = (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("carried", [False, True])
@pytest.mark.parametrize("locked", [False, True])
def test_connection_changes_only_locked_notes(seed: Seed, locked: bool, carried: bool) -> None:
    """Not even the hub's own notes, though a connection stores what it brings in the hub's name."""
    about = f"/analystData/add/Note/{uuid4()}/Event"
    _, body = call(seed.site_admin.key, "POST", about, {"note": "ours", "distribution": 3})
    uuid = body["Note"]["uuid"]
    AnalystData.objects.filter(uuid=uuid).update(locked=locked)
    theirs: dict[str, Any] = {"uuid": uuid, "note": "theirs", "modified": LATER, "distribution": 3}
    connection = connection_actor(seed.hub.pk, "connection to B")
    if carried:
        part = {"type": "text", "value": "x"}
        add_event(connection, {"info": "x", "uuid": str(uuid4()), "Attribute": [part], "Note": [theirs]})
    else:
        receive_analyst_data(
            connection, {"Note": {**theirs, "object_uuid": str(uuid4()), "object_type": "Event"}}
        )
    assert AnalystData.objects.get(uuid=uuid).text == ("theirs" if locked else "ours")


def test_note_received_inside_an_event_is_updated_separately(seed: Seed) -> None:
    """Also when it was not marked as locked, as in MISP's events."""
    connection = connection_actor(seed.hub.pk, "connection to B")
    event, note = str(uuid4()), str(uuid4())
    said = {"uuid": note, "note": "as it was", "modified": "2026-01-01 00:00:00", "distribution": 3}
    part = {"type": "text", "value": "x"}
    add_event(connection, {"info": "x", "uuid": event, "Attribute": [part], "Note": [said]})
    later = {**said, "note": "as it is", "modified": LATER, "object_uuid": event, "object_type": "Event"}
    receive_analyst_data(connection, {"Note": later})
    assert AnalystData.objects.get(uuid=note).text == "as it is"
