"""A MISP whose database cannot be had moves in over its API: here, another state of this hub, whose API is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from typer.testing import CliRunner

from tests.factories.seed import make_seed
from tests.factories.whole_event import make_setup
from tests.hub.move_in import misp
from tests.hub.move_in.answering import ADDRESS, Remembering, recorded
from tests.hub.move_in.command import move_in
from vardkase.cli.main import commands
from vardkase.core import files
from vardkase.core.sql import cursor
from vardkase.exchange.http import Reply
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.content import packaged
from vardkase.hub.move_in.content.events import NO_EVENT
from vardkase.hub.move_in.source.api import client
from vardkase.hub.move_in.source.api.client import RunningMisp
from vardkase.hub.move_in.source.api.copy import ApiCopy
from vardkase.hub.move_in.source.api.reading import read_copy
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting

KEY = "VARDKASE_MISP_KEY"
JSON = {"content-type": "application/json"}


NOTE = {"note": "Å", "distribution": 3}


class _Undone(Exception):
    pass


@pytest.fixture
def source(db: None, monkeypatch: pytest.MonkeyPatch) -> Remembering:
    """A hub with people and events, and after this an empty one: only its answers are left."""
    monkeypatch.setattr(packaged, "update_all", list)
    try:
        with transaction.atomic():
            seed = make_seed()
            setup = make_setup(seed)
            Attribute.objects.filter(pk=setup.own.pk).update(
                type="attachment",
                category="External analysis",
                value1="bild.png",
                data_sha256=files.store(b"a picture"),
            )
            asking = Remembering(seed.site_admin.key)
            headers = {
                "/sightings/add": {"id": setup.open.pk},
                f"/shadow_attributes/add/{setup.event.pk}": {
                    "type": "domain",
                    "category": "Network activity",
                    "value": "better.example",
                },
            }
            for path, body in headers.items():
                asking.say(seed.partner.key, path, body)
            EventDelegation.objects.create(
                event=setup.event, org=seed.org_b, requester_org=seed.org_a, distribution=0
            )
            asking.say(
                seed.analyst.key,
                f"/analyst_data/add/Note/{setup.event.uuid}/Event",
                {"note": "Å", "distribution": 3},
            )
            monkeypatch.setattr(client, "fetch", asking.hub)
            _copy(Path(settings.DATA_DIR) / "first").download(lambda *_: None)
            raise _Undone
    except _Undone:
        monkeypatch.setattr(client, "fetch", asking.again)
        monkeypatch.setenv(KEY, seed.site_admin.key)
        return asking


def _copy(folder: Path) -> ApiCopy:
    return ApiCopy(RunningMisp(ADDRESS, "key"), folder, {}, with_files=True)


def move(*more: str, code: int = 0) -> Any:
    answer = CliRunner().invoke(commands, ["move-in", "--url", ADDRESS, "--json", *more])
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout) if not code else answer


def test_everything_that_the_api_tells_is_taken_over(source: Remembering, tmp_path: Path) -> None:
    rehearsed = move("--dry-run")
    assert not Event.objects.exists()
    report = move()
    assert rehearsed["taken"] == report["taken"]
    assert report["taken"]["events that are equal"] == Event.objects.count() == 1
    assert [entry for entry in report["left_out"] if entry["kind"].startswith("differences")] == []
    told = {(entry["kind"], entry["count"]) for entry in report["left_out"]}
    assert told >= {("passwords", 9), ("keys", 9), ("not given over the API", 10)}
    picture = Attribute.objects.get(type="attachment")
    assert files.read(picture.data_sha256 or "") == b"a picture"
    assert Attribute.objects.filter(deleted=True).count() == 1
    assert (Proposal.objects.get().value1, AnalystData.objects.get().text) == ("better.example", "Å")
    assert EventDelegation.objects.count() == 1
    assert Sighting.objects.get().org_id == User.objects.get(email="analyst@b.example").org_id
    assert SharingGroup.objects.get().members.count() == 2
    assert not AuthKey.objects.exists()
    assert not User.objects.exclude(password="!").exists()
    assert not (settings.DATA_DIR / "move-in").exists(), "no copy of the content stays behind"

    assert compared() == (0, 1, [])
    Attribute.objects.filter(value1="evil.example").update(comment="changed here")
    assert compared() == (1, 0, [("Attribute", ["comment"])])
    Attribute.objects.filter(value1="evil.example").update(comment="")

    # A later run downloads what has changed, and nothing is taken for deleted.
    person = User.objects.get(email="analyst@a.example")
    person.set_password("A password that was set here 1")
    person.save(update_fields=["password"])
    source.asked.clear()
    again = move()
    assert not [
        path for path in source.asked if path.startswith(("/events/restSearch", "/attributes/download"))
    ]
    assert again["taken"] == {}, "nothing has changed, and nothing is counted"
    assert NO_EVENT not in {entry["why"] for entry in again["left_out"]}, "of events that have not changed"
    shown = CliRunner().invoke(commands, ["move-in", "report"]).stdout
    assert "Events that are new or have changed were compared with MISP: 0." in shown
    assert (Event.objects.count(), Attribute.objects.count()) == (1, 6)
    _changed_in_misp(source)
    changed = move()
    assert (changed["taken"]["attributes"], changed["taken"]["attributes deleted in MISP"]) == (1, 1)
    assert Attribute.objects.get(value1="evil.example").comment == "changed"
    assert Proposal.objects.get().deleted, "decided in MISP"
    person.refresh_from_db()
    assert person.check_password("A password that was set here 1")
    source.change("/events/index", list.clear)
    assert move()["taken"]["events deleted in MISP"] == 1


def compared() -> tuple[int, int, list[tuple[str, list[str]]]]:
    """The status, how many events are equal, and which fields of what differ."""
    answer = CliRunner().invoke(commands, ["move-in", "compare", "--url", ADDRESS, "--json"])
    told = json.loads(answer.stdout)
    return answer.exit_code, told["equal"], [(each["kind"], each["fields"]) for each in told["differences"]]


def _changed_in_misp(source: Remembering) -> None:
    later = str(int(Event.objects.get().timestamp) + 60)

    def index(rows: Any) -> None:
        rows[0]["timestamp"] = later

    def event(answer: Any) -> None:
        document = answer["response"][0]["Event"]
        document["timestamp"] = later
        document["Attribute"] = [each for each in document["Attribute"] if each["value"] != "gone"]
        changing = next(each for each in document["Attribute"] if each["type"] == "domain|ip")
        changing |= {"comment": "changed", "timestamp": later}
        document.pop("ShadowAttribute", None)

    source.change("/events/index", index)
    source.change("/events/restSearch", event)


def test_interrupted_download_goes_on(
    source: Remembering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    first = _copy(folder)
    with pytest.raises(KeyboardInterrupt):
        first.download(_stopping_at("download of events"))
    assert (folder.stat().st_mode & 0o777, (folder / "events").stat().st_mode & 0o777) == (0o700, 0o700)
    source.asked.clear()
    _copy(folder).download(lambda *_: None)
    assert not [path for path in source.asked if path.startswith("/events/restSearch")]

    # The key comes from a file, the environment or a prompt, and from nowhere else.
    monkeypatch.delenv(KEY)
    given = ["move-in", "--url", ADDRESS, "--dry-run"]
    assert "The key of a site administrator" in CliRunner().invoke(commands, given, input="key\n").output
    file = tmp_path / "key"
    file.write_text("key\n")
    assert CliRunner().invoke(commands, [*given, "--key-file", str(file)]).exit_code == 0
    assert CliRunner().invoke(commands, [*given, "--key", "key"]).exit_code == 2
    assert CliRunner().invoke(commands, [*given, "--database", "mysql://h/d"]).exit_code == 2
    file.write_text("")
    for status, words in ((403, "site administrator"), (500, "site administrator")):
        monkeypatch.setattr(
            client, "fetch", lambda *_, status=status, **__: Reply(status, JSON, ADDRESS, b"{}")
        )
        refused = CliRunner().invoke(commands, [*given, "--key-file", str(file)], input="key\n")
        assert words in str(refused.exception)


def _stopping_at(what: str) -> Callable[[str, int, int], None]:
    def progress(doing: str, _: int, __: int) -> None:
        if doing == what:
            raise KeyboardInterrupt

    return progress


def test_hub_from_a_dump_is_not_continued_over_the_api(
    source: Remembering, tmp_path: Path, only_people: None
) -> None:
    move_in(tmp_path, misp.tables())
    refused = move(code=1)
    assert "neither passwords nor keys" in str(refused.exception)
    assert AuthKey.objects.count() == len(misp.KEYS)


def test_answers_of_a_real_misp_become_rows(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = {
        "id": "92", "uuid": misp.GROUP, "info": "Åäö", "org_id": "1", "orgc_id": "2", "date": "2026-11-25",
        "timestamp": "1795565070", "published": True, "distribution": "1", "sharing_group_id": "0",
        "event_creator_email": "ADMIN@admin.test",
        "Attribute": [{
            "id": "200", "type": "domain|ip", "category": "Network activity", "value": "a.example|192.0.2.1",
            "to_ids": False, "uuid": misp.HOME, "timestamp": "1", "deleted": False, "object_id": "0",
            "first_seen": "1965-03-04T05:06:07.000000+00:00", "last_seen": None, "comment": "tab\there",
            "Tag": [{"id": "8", "name": "alpha", "local": True}],
        }],
    }  # fmt: skip
    answers = {
        "/servers/serverSettings": {"finalSettings": [
            {"setting": "MISP.uuid", "value": misp.HOME}, {"setting": "Security.salt", "value": "*****"},
        ]},
        "/events/index": [{"id": "92", "timestamp": "1795565070", "EventTag": []}],
        "/events/restSearch": {"response": [{"Event": event}]},
        "/sightings/restSearch": {"response": []},
        "/galaxy_clusters/restSearch": {"response": []},
        "/servers/getVersion": {"version": "2.5.1"},
        "/servers/dbSchemaDiagnostic": {"actual_db_version": "130"},
    }  # fmt: skip
    monkeypatch.setattr(client, "fetch", recorded(answers))
    copy = _copy(tmp_path)
    copy.download(lambda *_: None)
    staged = staging.fill(read_copy(copy, staging.known_tables()))
    counted = {table: number for table, number in staged.rows.items() if number}
    assert {name: counted[name] for name in ("organisations", "roles", "users", "sharing_groups", "servers")} == {
        "organisations": 5, "roles": 6, "users": 5, "sharing_groups": 1, "servers": 1,
    }  # fmt: skip
    assert counted["warninglists"] > 2
    row = "SELECT user_id, published FROM move_in.events"
    assert cursor().execute(row).fetchall() == [(1, 1)]
    row = "SELECT value1, value2, first_seen, last_seen, comment, deleted FROM move_in.attributes"
    assert cursor().execute(row).fetchall() == [
        ("a.example", "192.0.2.1", -152_391_233_000_000, None, "tab\there", 0)
    ]
    assert cursor().execute("SELECT tag_id, local FROM move_in.attribute_tags").fetchall() == [(8, 1)]
    assert cursor().execute("SELECT setting FROM move_in.system_settings").fetchall() == [("MISP.uuid",)]
    assert cursor().execute("SELECT authkey FROM move_in.servers").fetchall() == [(None,)]
    assert {"news", "workflows"} <= set(copy.left_out()[1]["names"])
