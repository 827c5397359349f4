"""Real events, as their publishers made them: added, read back, found, exported; a damaged one refused."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import requests
from pymisp import MISPAttribute, MISPEvent, PyMISP

from tests.cast import Cast
from tests.support.web_server import WebServer
from tests.wire.facts import event_facts
from tests.wire.samples import DAMAGED, ESET, FOLDER, GOOD, read_event
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, Event

by_name = pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)


def test_the_set_is_complete() -> None:
    """16 good events and a damaged one."""
    assert (len(GOOD), len(DAMAGED)) == ((16, 1) if FOLDER == ESET else (3, 1))


@by_name
def test_an_event_comes_back_as_it_went_in(path: Path, analyst: PyMISP) -> None:
    """Everything that PyMISP models: uuid, types, values, tags, objects, references, timestamps."""
    sent = read_event(path)
    wanted = event_facts(sent)
    answer = analyst.add_event(sent)
    assert "errors" not in answer, answer
    assert event_facts(_stored(analyst, sent)) == wanted


@by_name
def test_an_event_is_found_by_each_of_its_values(path: Path, analyst: PyMISP) -> None:
    """Exact search, both halves of a composite; then all of them in one query."""
    analyst.add_event(read_event(path))
    parts = {part: attribute.uuid for attribute in _all(read_event(path)) for part in _parts(attribute)}
    missed = [part for part, uuid in parts.items() if uuid not in _found(analyst, [part])]
    assert missed == []
    assert set(parts.values()) <= _found(analyst, list(parts))


@by_name
def test_an_event_is_exported_as_csv(path: Path, analyst: PyMISP) -> None:
    """A line for each attribute, with its uuid, type and value."""
    sent = read_event(path)
    stored = analyst.add_event(sent, pythonify=True)
    assert isinstance(stored, MISPEvent)
    text = analyst.search("attributes", eventid=stored.id, return_format="csv")
    rows = {row["uuid"]: row for row in csv.DictReader(io.StringIO(str(text)))}
    expected = {attribute.uuid: attribute for attribute in _all(sent)}
    assert rows.keys() == expected.keys()
    for uuid, attribute in expected.items():
        assert (rows[uuid]["type"], rows[uuid]["value"]) == (attribute.type, _in_csv(attribute))


def test_a_damaged_event_is_refused_and_changes_nothing(server: WebServer, server_cast: Cast) -> None:
    """A comma too many at the end of a list: the answer says that it is no JSON and where."""
    entries = AuditEntry.objects.count()
    answer = requests.post(
        f"{server.url}/events/add",
        data=DAMAGED[0].read_bytes(),
        headers={
            "Authorization": server_cast.org_admin.key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        timeout=60,
    )
    assert answer.status_code == 405
    assert answer.json()["message"].startswith("Invalid JSON input.")
    assert (Event.objects.count(), Attribute.objects.count()) == (0, 0)
    assert AuditEntry.objects.count() == entries


def _stored(client: PyMISP, sent: MISPEvent) -> MISPEvent:
    event = client.get_event(sent.uuid, pythonify=True)
    assert isinstance(event, MISPEvent)
    return event


def _all(event: MISPEvent) -> list[MISPAttribute]:
    return [*event.attributes, *(attribute for thing in event.objects for attribute in thing.attributes)]


def _parts(attribute: MISPAttribute) -> list[str]:
    return attribute.value.split("|", 1) if "|" in attribute.type else [attribute.value]


def _found(client: PyMISP, values: list[str]) -> set[str]:
    answer = client.search("attributes", value=values)
    assert isinstance(answer, dict)
    return {attribute["uuid"] for attribute in answer["Attribute"]}


def _in_csv(attribute: MISPAttribute) -> str:
    """MISP flattens line breaks in CSV."""
    return re.sub(r"\r\n|\r|\n", " ", attribute.value)
