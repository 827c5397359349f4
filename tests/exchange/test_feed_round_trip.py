"""A feed made by PyMISP is fetched, and ours is read by PyMISP: the events are equal field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymisp import MISPEvent, MISPObject

from tests.exchange.servers import HERE
from tests.exchange.test_feed_fetching import DONE, add, fetch, publishing
from tests.exchange.test_own_feeds import make_own_feed, read_file
from tests.factories.seed import Seed
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.own_feeds import services
from vardkase.intel.models import Event

THEIRS = {"name": "ORG-A", "uuid": "aaaaaaaa-0000-4000-8000-00000000000a"}


@pytest.fixture(autouse=True)
def own_data_folder(seed: Seed, tmp_path: Path, settings: Any) -> None:
    """No worker runs, and feeds are in the test's own folders."""
    settings.DATA_DIR = tmp_path
    settings.VARDKASE_FEED_FOLDER = str(tmp_path / "in")
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


def event(info: str) -> MISPEvent:
    """An event of another organisation with everything that feeds can contain."""
    made = MISPEvent()
    made.from_dict(
        info=info, uuid=str(uuid4()), date="2026-11-20", threat_level_id=1, analysis=2, distribution=3, published=True,
        timestamp=1_763_000_000, publish_timestamp=1_763_000_100, Orgc=THEIRS, extends_uuid=str(uuid4()),
    )  # fmt: skip
    made.add_tag({"name": "tlp:clear", "colour": "#ffffff"})
    first = made.add_attribute(
        "domain|ip",
        "evil.example|192.0.2.1",
        comment="c",
        first_seen="2026-11-01T00:00:00.000000+00:00",
        to_ids=False,
    )
    first.add_tag({"name": "phase:one", "colour": "#112233"})
    made.add_attribute(
        "attachment", "note.txt", data=b"text", category="Payload delivery", disable_correlation=True
    )
    file = MISPObject("file", strict=True)
    file.distribution = 5
    name = file.add_attribute("filename", "a.exe")
    file.add_attribute("md5", "d41d8cd98f00b204e9800998ecf8427e")
    file.add_reference(first.uuid, "connects-to", "there")
    assert name is not None
    made.add_object(file)
    made.add_event_report("Report", "# What happened", distribution=5)
    for part in (*made.attributes, *file.attributes, file, *made.event_reports):
        part.timestamp, part.deleted = 1_763_000_000, False  # MISP's documents have both on every part.
    return made


def as_feed(source: MISPEvent) -> dict[str, Any]:
    """The event as PyMISP writes it into a feed, with sorted lists."""
    document: dict[str, Any] = source.to_feed(valid_distributions=[3, 5], with_meta=True)["Event"]
    document["_hashes"] = sorted(document["_hashes"])
    for name in ("Attribute", "Object", "Tag"):
        document[name] = sorted(document[name], key=lambda each: each.get("uuid", each.get("name")))
    return document


def generated(folder: Path, *events: MISPEvent) -> None:
    """What PyMISP's feed generator writes: a file per event, hashes, manifest."""
    folder.mkdir(parents=True)
    manifest: dict[str, Any] = {}
    with (folder / "hashes.csv").open("w") as hashes:
        for each in events:
            document = each.to_feed(with_meta=True)
            manifest |= document["Event"].pop("_manifest")
            hashes.writelines(f"{digest},{each.uuid}\n" for digest in document["Event"].pop("_hashes"))
            (folder / f"{each.uuid}.json").write_text(json.dumps(document))
    (folder / "manifest.json").write_text(json.dumps(manifest))


def loaded(content: bytes) -> MISPEvent:
    found = MISPEvent()
    found.load(content, metadata_only=False)
    found.distribution = 3
    return found


@pytest.mark.parametrize("over_the_wire", [False, True])
def test_pymisp_feed_round_trip(seed: Seed, tmp_path: Path, over_the_wire: bool) -> None:
    sources = [event("first"), event("second")]
    generated(tmp_path / "in" / "feed", *sources)
    if over_the_wire:
        files = {f"/feed/{path.name}": path.read_bytes() for path in (tmp_path / "in" / "feed").iterdir()}
        with publishing(files) as server:
            number = add(seed, f"{server.url}/feed", source_format="misp", distribution=3)
            assert fetch(seed, number) == f"{DONE} Downloaded 2 new event(s)."
            assert fetch(seed, number) == DONE
    else:
        number = add(seed, "feed", input_source="local", source_format="misp", distribution=3)
        assert fetch(seed, number) == f"{DONE} Downloaded 2 new event(s)."
    # Fetching sets its own publication time.
    Event.objects.update(publish_timestamp=1_763_000_100)
    services.refresh(make_own_feed(seed, organisation_id=seed.org_c.pk))
    manifest = json.loads(read_file(seed.stranger).body)
    hashes = [line.split(",") for line in read_file(seed.stranger, "public/hashes.csv").body.decode().split()]
    for source in sources:
        back = loaded(read_file(seed.stranger, f"public/{source.uuid}.json").body)
        expected, found = as_feed(source), as_feed(back)
        announced = expected.pop("_manifest")[source.uuid]
        found.pop("_manifest")
        assert found == expected
        assert manifest[source.uuid] == announced
        assert sorted(digest for digest, uuid in hashes if uuid == source.uuid) == expected["_hashes"]
