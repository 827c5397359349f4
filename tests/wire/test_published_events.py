"""Whole events, ours and published ones: added, read back, found, exported; a damaged one is refused."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
import requests
from pymisp import MISPAttribute, MISPEvent, PyMISP

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.facts import event_facts
from tests.wire.samples import DAMAGED, OWN, PUBLISHED, Sample, each_sample
from vardkase.audit.models import AuditEntry
from vardkase.cli.demo.published import PUBLISHED_EVENTS
from vardkase.intel.models import Attribute, Event


def test_sample_events_cover_all_kinds_of_parts() -> None:
    """Reports, referring objects, galaxies, attachments: nothing that real events have is missing."""
    documents = [each.document["Event"] for each in OWN]
    parts = [part for each in documents for part in (*each.get("Attribute", ()), *each.get("Object", ()))]
    assert any(each.get("EventReport") for each in documents)
    assert any(part.get("ObjectReference") for part in parts)
    assert any(part.get("data") for part in parts)
    assert any("misp-galaxy:" in tag["name"] for each in documents for tag in each.get("Tag", ()))
    assert max(len(each["Attribute"]) for each in documents) > 300
    assert bool(PUBLISHED) is bool(os.environ.get(PUBLISHED_EVENTS))


@each_sample
def test_event_is_returned_as_sent(sample: Sample, analyst: PyMISP) -> None:
    """Everything that PyMISP models: uuid, types, values, tags, objects, references, timestamps."""
    sent = sample.event()
    wanted = event_facts(sent)
    answer = analyst.add_event(sent)
    assert "errors" not in answer, answer
    assert event_facts(_stored(analyst, sent)) == wanted


@each_sample
def test_event_is_found_by_each_of_its_values(sample: Sample, analyst: PyMISP) -> None:
    """Exact search for both halves of composites, then for all values in one query."""
    analyst.add_event(sample.event())
    parts = {part: attribute.uuid for attribute in _all(sample.event()) for part in _parts(attribute)}
    missed = [part for part, uuid in parts.items() if uuid not in _found(analyst, [part])]
    assert missed == []
    assert set(parts.values()) <= _found(analyst, list(parts))


@each_sample
def test_event_is_exported_as_csv(sample: Sample, analyst: PyMISP) -> None:
    """One line per attribute, with its uuid, type and value."""
    sent = sample.event()
    stored = analyst.add_event(sent, pythonify=True)
    assert isinstance(stored, MISPEvent)
    text = analyst.search("attributes", eventid=stored.id, return_format="csv")
    rows = {row["uuid"]: row for row in csv.DictReader(io.StringIO(str(text)))}
    expected = {attribute.uuid: attribute for attribute in _all(sent)}
    assert rows.keys() == expected.keys()
    for uuid, attribute in expected.items():
        assert (rows[uuid]["type"], rows[uuid]["value"]) == (attribute.type, attribute.value)


@pytest.mark.parametrize("path", DAMAGED, ids=lambda path: path.stem)
def test_damaged_event_is_refused_without_changes(path: Path, server: WebServer, server_seed: Seed) -> None:
    """A comma too many at the end of a list: the response says that it is not JSON, and where."""
    entries = AuditEntry.objects.count()
    answer = requests.post(
        f"{server.url}/events/add",
        data=path.read_bytes(),
        headers={
            "Authorization": server_seed.org_admin.key,
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
