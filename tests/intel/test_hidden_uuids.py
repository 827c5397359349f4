"""Knowing a uuid does not reveal whether the entity exists, and gives no way to address its readers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.seed import Seed
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.collections.models import Collection
from vardkase.intel.models import Event
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.services import BlockReason, block

ATTRIBUTE = {"type": "text", "category": "Other", "value": "a"}


@pytest.fixture
def hidden(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=0, locked=True)
    event.save()
    return event


def test_hidden_event_uuid_answers_like_a_blocked_one(seed: Seed, hidden: Event) -> None:
    barred = uuid4()
    block(Blocked.EVENT, barred, BlockReason())
    answers = []
    for uuid in (hidden.uuid, barred):
        document = {"info": "probe", "uuid": str(uuid), "Attribute": [ATTRIBUTE]}
        refused = send(seed.partner_sync.key, "POST", "/events/add", {"Event": document})
        answers.append((refused.status_code, refused.content, sorted(refused.headers)))
    assert answers[0] == answers[1]
    assert Event.objects.count() == 1


def test_reader_of_the_event_gets_its_location(seed: Seed, hidden: Event) -> None:
    document = {"info": "again", "uuid": str(hidden.uuid), "Attribute": [ATTRIBUTE]}
    refused = send(seed.analyst.key, "POST", "/events/add", {"Event": document})
    assert refused.status_code == 404
    assert refused.headers["Location"].endswith(f"/events/{hidden.pk}")


def test_offered_events_are_compared_only_with_readable_ones(seed: Seed, hidden: Event) -> None:
    unknown = str(uuid4())
    offered = [{"Event": {"uuid": uuid, "timestamp": "1"}} for uuid in (str(hidden.uuid), unknown)]
    wanted = answer(send(seed.partner_sync.key, "POST", "/events/filterEventIdsForPush", offered))
    assert wanted == [str(hidden.uuid), unknown]


def test_offered_collections_and_notes_are_compared_only_with_readable_ones(seed: Seed) -> None:
    collection = Collection.objects.create(
        name="Secret", type="campaign", org=seed.org_a, orgc=seed.org_a, distribution=0,
        created="2026-01-01T00:00:00Z", modified="2026-01-01T00:00:00Z",
    )  # fmt: skip
    moment = "2020-01-01 00:00:00"
    offered = {str(collection.uuid): moment, str(uuid4()): moment}
    wanted = answer(send(seed.partner_sync.key, "POST", "/collections/filterCollectionsForPush", offered))
    assert wanted == list(offered)
    note = add_note(seed, str(uuid4()), key=seed.analyst.key, distribution=0)
    offered_notes = {"Note": {note["uuid"]: moment, str(uuid4()): moment}}
    notes = answer(
        send(seed.partner_sync.key, "POST", "/analystData/filterAnalystDataForPush", offered_notes)
    )
    assert set(notes["Note"]) == set(offered_notes["Note"])


def add_note(seed: Seed, about: str, kind: str = "Event", *, key: str, **fields: Any) -> dict[str, Any]:
    note = {"object_uuid": about, "object_type": kind, "note": "I know", "distribution": 1} | fields
    status, made = call(key, "POST", "/analystData/add/Note", note)
    assert status == 200, made
    return dict(made["Note"])


def _parts(event: Event) -> dict[str, str]:
    attribute, object_, report = make_attribute(event), make_object(event), make_report(event)
    for part in (attribute, object_, report):
        part.save()
    return {
        "Event": str(event.uuid),
        "Attribute": str(attribute.uuid),
        "Object": str(object_.uuid),
        "EventReport": str(report.uuid),
    }


@pytest.mark.parametrize("kind", ["Event", "Attribute", "Object", "EventReport"])
def test_note_on_a_hidden_target_is_read_only_by_its_author(seed: Seed, hidden: Event, kind: str) -> None:
    note = add_note(seed, _parts(hidden)[kind], kind, key=seed.partner.key)
    path = f"/analystData/view/Note/{note['uuid']}"
    assert call(seed.partner.key, "GET", path)[0] == 200
    for other in (seed.analyst, seed.stranger):
        assert call(other.key, "GET", path)[0] == 404
    shown = send(seed.analyst.key, "GET", f"/events/view/{hidden.pk}?includeAnalystData=1")
    assert "I know" not in shown.getvalue().decode()


def test_note_on_a_hidden_target_answers_as_on_a_missing_one(seed: Seed, hidden: Event) -> None:
    notes = [add_note(seed, about, key=seed.partner.key) for about in (str(hidden.uuid), str(uuid4()))]
    differing = {name for name in notes[0] if notes[0][name] != notes[1][name]}
    assert differing <= {"id", "uuid", "object_uuid", "created", "modified"}


def test_note_on_a_readable_target_is_read_by_others(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    note = add_note(seed, str(event.uuid), key=seed.partner.key)
    assert call(seed.analyst.key, "GET", f"/analystData/view/Note/{note['uuid']}")[0] == 200


def test_pushed_note_on_a_hidden_target_is_detached(seed: Seed, hidden: Event) -> None:
    note = {
        "uuid": str(uuid4()), "object_uuid": str(hidden.uuid), "object_type": "Event", "note": "pushed",
        "distribution": "1", "authors": "x", "created": "2026-01-01 00:00:00", "modified": "2026-01-01 00:00:00",
    }  # fmt: skip
    assert call(seed.partner_sync.key, "POST", "/analystData/pushAnalystData", {"Note": note})[0] == 200
    assert AnalystData.objects.get(uuid=note["uuid"]).detached
    assert call(seed.analyst.key, "GET", f"/analystData/view/Note/{note['uuid']}")[0] == 404


def test_reply_to_a_note_on_a_hidden_target_is_hidden(seed: Seed, hidden: Event) -> None:
    note = add_note(seed, str(hidden.uuid), key=seed.partner.key)
    reply = add_note(seed, note["uuid"], "Note", key=seed.partner.key)
    assert call(seed.analyst.key, "GET", f"/analystData/view/Note/{reply['uuid']}")[0] == 404


def test_hidden_note_uuid_answers_like_a_blocked_one(seed: Seed) -> None:
    note = add_note(seed, str(uuid4()), key=seed.analyst.key, distribution=0)
    barred = str(uuid4())
    block(Blocked.ANALYST_DATA, barred, BlockReason())
    answers = []
    for uuid in (note["uuid"], barred):
        again = {"uuid": uuid, "object_uuid": str(uuid4()), "object_type": "Event", "note": "x"}
        refused = send(seed.partner.key, "POST", "/analystData/add/Note", again)
        answers.append((refused.status_code, refused.content))
    assert answers[0] == answers[1]
