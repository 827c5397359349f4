"""Importing events from files and exporting them."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.factories.seed import Seed
from vardkase.cli.main import commands
from vardkase.intel.models import Event

EVENT = {
    "uuid": "5f3b1f6c-3a52-4f5e-9d2e-0d9c6a1b7c11",
    "info": "From a file",
    "date": "2026-11-02",
    "threat_level_id": "2",
    "analysis": "1",
    "distribution": "1",
    "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "value": "192.0.2.7", "to_ids": True},
        {"type": "text", "category": "Other", "value": "Räksmörgås", "to_ids": False},
    ],
}


def run(*arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(commands, arguments)
    assert answer.exit_code == code, answer.output
    return answer.stdout


def written(path: Path, document: object) -> str:
    path.write_text(json.dumps(document))
    return str(path)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda event: event,
        lambda event: {"Event": event},
        lambda event: [{"Event": event}],
        lambda event: {"response": [{"Event": event}]},
    ],
    ids=["bare", "wrapped", "list", "response"],
)
def test_import_reads_every_format_that_misp_writes(seed: Seed, tmp_path: Path, wrap: Any) -> None:
    run("import", written(tmp_path / "event.json", wrap(EVENT)), "--user", seed.analyst.user.email)
    event = Event.objects.get(uuid=EVENT["uuid"])
    assert (event.info, event.org, event.published) == ("From a file", seed.org_a, False)


def test_exported_events_can_be_imported_again(seed: Seed, tmp_path: Path) -> None:
    run("import", written(tmp_path / "event.json", EVENT), "--publish")
    target = tmp_path / "out.json"
    run("export", str(EVENT["uuid"]), "--output", str(target))
    (exported,) = json.loads(target.read_bytes())["response"]
    values = {attribute["value"] for attribute in exported["Event"]["Attribute"]}
    assert values == {"192.0.2.7", "Räksmörgås"}
    assert exported["Event"]["published"] is True
    Event.objects.all().delete()
    run("import", str(target))
    assert Event.objects.filter(uuid=EVENT["uuid"]).exists()


def test_export_writes_to_standard_output(seed: Seed, tmp_path: Path) -> None:
    run("import", written(tmp_path / "event.json", EVENT))
    assert len(json.loads(run("export"))["response"]) == 1


def test_damaged_file_is_skipped_and_the_others_imported(seed: Seed, tmp_path: Path) -> None:
    good = written(tmp_path / "good.json", EVENT)
    damaged = tmp_path / "damaged.json"
    damaged.write_text(json.dumps({"Event": {**EVENT, "uuid": str(uuid.uuid4())}})[:-20])
    nothing = written(tmp_path / "nothing.json", {"hello": "world"})
    outcomes = json.loads(run("import", str(damaged), nothing, good, "--json", code=1))
    assert [bool(outcome["error"]) for outcome in outcomes] == [True, True, False]
    assert [event.uuid for event in Event.objects.all()] == [uuid.UUID(str(EVENT["uuid"]))]


def test_importing_the_same_file_twice_is_refused(seed: Seed, tmp_path: Path) -> None:
    file = written(tmp_path / "event.json", EVENT)
    run("import", file)
    (outcome,) = json.loads(run("import", file, "--json", code=1))
    assert outcome["error"]
    assert Event.objects.count() == 1
