"""A MISP that answers oddly, is broken or hostile: an error that names the address, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.hub.move_in.answering import ADDRESS
from vardkase.cli.main import commands
from vardkase.core.errors import InvalidValue
from vardkase.exchange.errors import ReplyTooBig
from vardkase.exchange.http import Reply, RequestPolicy
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.comparison.live import LiveMisp
from vardkase.hub.move_in.models import Move
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.source.api import client, shapes
from vardkase.hub.move_in.source.api.client import RunningMisp
from vardkase.hub.move_in.source.api.copy import ApiCopy
from vardkase.hub.move_in.source.api.reading import read_copy
from vardkase.identity.organisations.models import Organisation

UUID = "6f8d2b6e-57f2-4a36-9c7e-7f2f6b4a1d01"
ATTRIBUTE = {"id": "9", "uuid": UUID, "type": "url", "category": "Other", "value": "https://a.example"}
EVENT = {"id": "5", "uuid": UUID, "info": "Åäö", "org_id": "1", "orgc_id": "1", "Attribute": [ATTRIBUTE]}
SCHEMA = "servers/dbSchemaDiagnostic"
SOUND: dict[str, Any] = {
    "servers/serverSettings": {"finalSettings": [{"setting": "MISP.uuid", "value": UUID}]},
    SCHEMA: {"actual_db_version": "130"},
    "roles/index": [{"Role": {"id": "1", "name": "admin"}}],
    "organisations/index": [{"Organisation": {"id": "1", "name": "Å", "uuid": UUID}}],
    "events/index": [{"id": "5", "attribute_count": "1"}],
    "events/restSearch": {"response": [{"Event": EVENT}]},
}
NO_JSON, DEEP, MANY = b"<html>Maintenance</html>", b"[" * 100_000, b"[" + b"{}," * 5_000 + b"{}]"
BROKEN = (NO_JSON, DEEP, MANY, [[]], ["x"])

Fetch = Callable[..., Reply]


def found(**more: Any) -> Any:
    return {"response": [{"Event": EVENT | more}]}


ODD: tuple[tuple[str, Any], ...] = (
    (SCHEMA, NO_JSON),
    ("servers/serverSettings", {}),
    ("servers/serverSettings", {"finalSettings": [{"value": 1}]}),
    ("organisations/index", [{"Organisation": {"id": "1"}}]),
    ("organisations/index", [{"Organisation": {"id": "../../x", "name": "Å"}}]),
    ("organisations/index", [{"Organisation": ["x"]}]),
    ("admin/users/index", [{"User": {"id": "1", "org_id": "1", "role_id": "1"}}]),
    ("sharing_groups/view/1", {"SharingGroup": {"id": "1", "name": "Å"}, "SharingGroupOrg": "x"}),
    ("sharing_groups/view/1", {"SharingGroup": {"id": "1", "name": "Å", "SharingGroupOrg": [1]}}),
    ("taxonomies/export/1", {"values": [{}]}),
    ("taxonomies/export/1", {"predicates": ["x"]}),
    ("galaxy_clusters/restSearch", [{"GalaxyCluster": {"id": "1", "GalaxyElement": "x"}}]),
    ("galaxy_clusters/restSearch", [{"GalaxyCluster": {}}]),
    ("sightings/restSearch", [{"Sighting": {"id": "1"}}]),
    ("shadow_attributes/index", [{"ShadowAttribute": {"event_id": "1", "timestamp": "x"}}]),
    ("events/index", [{}]),
    ("events/index", [{"id": "0"}]),
    ("events/index", [{"id": "5", "attribute_count": "x"}]),
    ("events/index", [{"id": "5", "EventTag": "x"}]),
    ("events/restSearch", {"response": [{}]}),
    ("events/restSearch", {"response": [{"Event": [1]}]}),
    ("events/restSearch", {"response": [{"Event": {"id": "5"}}]}),
    ("events/restSearch", found(Attribute="abc")),
    ("events/restSearch", found(Attribute=[{"id": "9"}])),
    ("events/restSearch", found(Attribute=[ATTRIBUTE | {"id": "9\n"}])),
    ("events/restSearch", found(Attribute=[ATTRIBUTE | {"first_seen": "yesterday evening"}])),
    ("events/restSearch", found(Object=[{"id": "1", "uuid": UUID, "name": "file", "Attribute": {"0": ATTRIBUTE}}])),
    ("events/restSearch", found(Tag=["x"])),
    ("events/restSearch", found(ShadowAttribute=[{"id": -1, "type": "url"}])),
    ("events/restSearch", found(CryptographicKey=7)),
)  # fmt: skip
LISTS = {"sharing_groups/index": "SharingGroup", "taxonomies/index": "Taxonomy"}


def answering(path: str = "", answer: Any = None) -> Fetch:
    """A sound MISP, but for one answer."""
    listed = {path: [{model: {"id": "1", "name": "Å", "enabled": True}}] for path, model in LISTS.items()}

    def fetch(_: str, url: str, *, policy: RequestPolicy, **__: Any) -> Reply:
        asked = url.removeprefix(f"{ADDRESS}/")
        answers = SOUND | listed | ({path: answer} if path else {})
        given = next((answers[each] for each in sorted(answers, reverse=True) if asked.startswith(each)), [])
        content = given if isinstance(given, bytes) else json.dumps(given).encode()
        if len(content) > policy.limit:
            raise ReplyTooBig
        return Reply(200, {"content-type": "application/json"}, ADDRESS, content)

    return fetch


def test_odd_answers_are_refused_by_their_address(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "MOST_VALUES", 5_000)

    def download(fetch: Fetch) -> ApiCopy:
        monkeypatch.setattr(client, "fetch", fetch)
        copy = ApiCopy(RunningMisp(ADDRESS, "key"), tmp_path / "move-in", {}, with_files=True)
        copy.download(lambda *_: None)
        return copy

    sound = download(answering())
    assert staging.fill(read_copy(sound, staging.known_tables())).rows["attributes"] == 1
    staging.drop()
    sound.remove()
    broken = [(path, answer) for path in SOUND.keys() - {SCHEMA} for answer in BROKEN]
    for path, answer in (*broken, *ODD):
        with pytest.raises(InvalidValue) as refused:
            download(answering(path, answer))
        assert refused.value.problem.code is MoveInProblem.MISP_UNREACHABLE, (path, answer)
        assert str(refused.value.problem.params["path"]).startswith(path), (path, answer)
        assert not list((tmp_path / "move-in" / "events").glob("*")), (path, answer)
    # The same page for ever, or more than anybody has.
    for path, entries in (
        ("events/index", [{"id": str(number)} for number in range(1, client.PAGE + 1)]),
        ("galaxy_clusters/restSearch", [{"GalaxyCluster": {"id": number}} for number in range(1, 21)]),
    ):
        copy = download(answering(path, entries))
        assert len(copy.marks) in (1, client.PAGE)
        copy.remove()
    monkeypatch.setattr(client, "LARGEST_EVENTS", 10)
    with pytest.raises(InvalidValue, match="restSearch"):
        download(answering())

    # At the console: one sentence, and nothing is changed.
    monkeypatch.undo()
    monkeypatch.setenv("VARDKASE_MISP_KEY", "key")
    monkeypatch.setattr(client, "fetch", answering("events/restSearch", found(Attribute="abc")))
    told = CliRunner().invoke(commands, ["move-in", "--url", ADDRESS])
    assert "“events/restSearch” as it should, and nothing was changed: Expected `array" in str(told.exception)
    with pytest.raises(InvalidValue, match="restSearch"):
        LiveMisp(ADDRESS, "key").events([5])
    # One number twice is seen only where the rows meet.
    twice = found(Attribute=[ATTRIBUTE, ATTRIBUTE | {"uuid": UUID[::-1]}])
    monkeypatch.setattr(client, "fetch", answering("events/restSearch", twice))
    assert "nothing was changed" in str(CliRunner().invoke(commands, ["move-in", "--url", ADDRESS]).exception)
    assert not Organisation.objects.exists()
    assert not Move.objects.exists()
    assert not staging.is_filled()
