"""The example scripts that PyMISP ships, run unmodified against a real server, as people run them from cron.

Left out are those that no MISP can serve: written for PyMISP's old responses (search, yara, …), for a path on
their author's machine (show_sightings, …), or for other services and packages.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.test_content import run
from tests.exchange.test_feed_export import exported
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.pymisp_suite import Unavailable, suite_folder
from vardkase.exchange.feeds.models import Feed
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag, Object, ObjectReference
from vardkase.intel.sightings.models import Sighting

type Example = Callable[..., str]


@pytest.fixture
def example(
    server: WebServer, server_seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Example]:
    """Runs one script as the site administrator and returns its output."""
    try:
        folder = suite_folder() / "examples"
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"PyMISP's source distribution cannot be had: {reason}")
        pytest.skip(f"PyMISP's source distribution cannot be had: {reason}")
    keys = {"misp_url": server.url, "misp_key": server_seed.site_admin.key, "misp_verifycert": False}
    (tmp_path / "keys.py").write_text("\n".join(f"{name} = {value!r}" for name, value in keys.items()))
    monkeypatch.syspath_prepend(tmp_path)

    def run_example(name: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings(action="ignore"):
            _run(folder / f"{name}.py")
        return printed.getvalue()

    yield run_example
    sys.modules.pop("keys", None)


def _run(script: Path) -> None:
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise


@pytest.fixture
def event(example: Example) -> Event:
    """The event that create_events adds."""
    example("create_events", "-d", 3, "-i", "Made by an example", "-a", 1, "-t", 2)
    return Event.objects.get(info="Made by an example")


def values(event: Event) -> set[str]:
    return set(Attribute.objects.filter(event=event, deleted=False).values_list("value1", flat=True))


def test_events_are_filled_tagged_changed_and_deleted(example: Example, event: Event, tmp_path: Path) -> None:
    assert (event.distribution, event.threat_level_id, event.analysis) == (3, 2, 1)
    example("add_named_attribute", "-e", event.pk, "-t", "ip-dst", "-v", "198.51.100.7")
    table, text, document = tmp_path / "table.csv", tmp_path / "report.txt", tmp_path / "event.json"
    table.write_text(
        "test.pdf;Payload delivery;filename;Attached;0;1970-01-01T00:00Z;1970-01-02T00:00Z;tlp:green;ransomware\n"
        "c2.example;Network activity;domain;C2 server;1;;;tlp:amber\n"
    )
    example("add_attributes_from_csv", "-e", event.uuid, "-f", table)
    text.write_text("It called home to 203.0.113.99 and hxxp://drop[.]example/x")
    example("freetext", "-e", event.pk, "-i", text)
    assert values(event) >= {"198.51.100.7", "test.pdf", "c2.example", "203.0.113.99"}
    assert Attribute.objects.get(value1="test.pdf").first_seen == 0
    assert set(AttributeTag.objects.values_list("tag__name", flat=True)) == {
        "tlp:green",
        "ransomware",
        "tlp:amber",
    }
    example("addtag2", "-e", event.pk, "-t", "workflow:state")
    example("copyTagsFromAttributesToEvent", "-e", event.pk, "-y")
    on_event = {"workflow:state", "tlp:green", "ransomware", "tlp:amber"}
    assert set(EventTag.objects.filter(event=event).values_list("tag__name", flat=True)) == on_event
    assert {json.loads(line)["name"] for line in example("tags").splitlines()} >= on_event
    example("get", "-e", event.pk, "-o", document)
    kept = json.loads(document.read_bytes())
    assert {each["value"] for each in kept["Attribute"]} >= values(event) - {"203.0.113.99"}
    document.write_text(json.dumps({**kept, "info": "Changed by an example", "timestamp": None}))
    example("up", "-e", event.pk, "-i", document)
    event.refresh_from_db()
    assert event.info == "Changed by an example"
    example("del", "-a", Attribute.objects.get(value1="test.pdf").pk)
    assert "test.pdf" not in values(event)
    example("del", "-e", event.pk)
    assert not Event.objects.exists()


def test_objects_and_files_are_added(example: Example, event: Event, tmp_path: Path) -> None:
    example(
        "add_generic_object",
        "-e",
        event.pk,
        "-t",
        "email",
        "-l",
        '[{"to": "a@b.example"}, {"to": "c@d.example"}]',
    )
    table, sample = tmp_path / "files.csv", tmp_path / "sample.bin"
    table.write_text(
        "sha1,filename,size-in-bytes\n" + "a" * 40 + ",one.exe,12\n" + "b" * 40 + ",two.exe,13\n"
    )
    assert "New file object" in example("load_csv", "-n", "file", "-p", table, "-u", event.pk)
    assert sorted(Object.objects.values_list("name", flat=True)) == ["email", "file", "file"]
    first, second = Object.objects.filter(name="file").order_by("pk")
    example("add_object_reference", "-o", first.uuid, "-t", second.uuid, "-r", "drops")
    reference = ObjectReference.objects.get()
    assert (reference.object, reference.referenced_uuid, reference.relationship_type) == (
        first,
        second.uuid,
        "drops",
    )
    sample.write_bytes(b"not really malware")
    example("upload", "-u", sample, "-d", 0, "-c", "found", "-m", "-i", "A sample")
    uploaded = Attribute.objects.get(event__info="A sample", type="malware-sample")
    assert (uploaded.value1, uploaded.comment) == ("sample.bin", "found")
    for address in ("192.0.2.1", "192.0.2.2"):
        example("add_fail2ban_object", "-b", address, "-a", "ssh", "-t", "failed:login", "-d")
    banned = Event.objects.get(info="Fail2Ban blocking")
    assert values(banned) >= {"192.0.2.1", "192.0.2.2"}


def test_events_are_exported_and_reported(example: Example, event: Event) -> None:
    for kind, value in (("ip-dst", "198.51.100.7"), ("domain", "evil.example"), ("ip-src", "192.0.2.9")):
        example("add_named_attribute", "-e", event.pk, "-t", kind, "-v", value)
    assert "evil.example" in example("get_csv", "-e", event.pk)
    lines = example("get_network_activity", "--event", event.pk, "--domain", "--no-comment").splitlines()
    assert set(lines) == {"198.51.100.7", "192.0.2.9", "evil.example"}
    assert example("last", "-l", "5d").strip() == "No results for that time period"
    doubted = Attribute.objects.get(value1="evil.example")
    Sighting.objects.bulk_create(
        Sighting(
            event=event,
            attribute=doubted,
            org=event.org,
            type=1,
            source="",
            date_sighting=1_700_000_000 + number,
        )
        for number in range(3)
    )
    printed = example("falsepositive_disabletoids", "-b", 2, "-t", 0.5)
    assert f"Disable to_ids for [evil.example] ({doubted.pk})" in printed
    doubted.refresh_from_db()
    event.refresh_from_db()
    assert (doubted.to_ids, event.published) == (False, True)
    (latest,) = example("last", "-l", "5d").splitlines()
    assert json.loads(latest)["uuid"] == str(event.uuid)
    report = example("stats_report", "-t", "30d", "-e")
    assert "Total events: 1" in report
    assert "Made by an example" in report


def test_users_organisations_and_sharing_groups(example: Example, server_seed: Seed, tmp_path: Path) -> None:
    example(
        "add_user", "-e", "new@a.example", "-o", server_seed.org_a.pk, "-r", server_seed.reader.user.role_id
    )
    added = User.objects.get(email="new@a.example")
    assert added.org == server_seed.org_a
    assert "new@a.example" in example("users_list")
    example("delete_user", "-i", added.pk)
    assert not User.objects.filter(pk=added.pk).exists()
    uuid = "29ce5996-b0a6-5625-a10b-67142095b7ba"
    table = tmp_path / "organisations.csv"
    table.write_text(
        f"Water Works,Sweden,Utilities,Company,it@water.example,{uuid},1,{server_seed.group.uuid}\n"
    )
    assert "1 organisations added" in example("add_organisations", "-c", table)
    works = Organisation.objects.get(uuid=uuid)
    assert (works.name, works.sector, works.local) == ("Water Works", "Utilities", True)
    assert works in {member.org for member in server_seed.group.members.all()}
    assert "A and B" in example("sharing_groups")
    example("edit_organisation", "-i", works.pk, "-e", "x@water.example")


def test_feeds_are_managed_and_exported(example: Example, server_seed: Seed, tmp_path: Path) -> None:
    """The exported files are those that PyMISP would have written."""
    example(
        "add_feed",
        "-f",
        "freetext",
        "-u",
        "https://f.example/",
        "-n",
        "Osint",
        "-i",
        "network",
        "-p",
        "CIRCL",
    )
    feed = Feed.objects.get(name="Osint")
    assert (feed.url, feed.provider, feed.source_format) == ("https://f.example/", "CIRCL", "freetext")
    for _ in range(3):
        exported(server_seed)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    run("feed", "export", str(ours))
    shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("manifest.json", "hashes.csv"))
    example("generate_meta_feed", "--feed", theirs)
    assert json.loads((theirs / "manifest.json").read_bytes()) == json.loads(
        (ours / "manifest.json").read_bytes()
    )
    hashes = [sorted((folder / "hashes.csv").read_text().splitlines()) for folder in (ours, theirs)]
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 3
