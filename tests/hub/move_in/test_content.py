"""What a MISP knows and its events are taken over, and a second time only what is new."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.factories.seed import Seed
from tests.factories.staged_misp import attribute_row, event_row, stage, take, uuid
from vardkase.analysis.correlation.models import AttributeKey, SharedKey
from vardkase.core import files
from vardkase.core.sql import reserve_ids
from vardkase.hub.move_in import deleted_here
from vardkase.hub.move_in.comparison import staged
from vardkase.hub.move_in.comparison.compare import compare_events
from vardkase.hub.move_in.comparison.step import COMPARISON_STEP
from vardkase.hub.move_in.content import CONTENT_STEPS, packaged
from vardkase.hub.move_in.content.attachments import ATTACHMENT_STEP
from vardkase.hub.move_in.content.events import EVENT_STEPS
from vardkase.hub.move_in.content.tags import TAG_STEP
from vardkase.hub.move_in.taking import GAP
from vardkase.identity.access.actor import console_actor
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag, EventVersion, Object
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.blocklists.models import BlocklistEntry
from vardkase.knowledge.taxonomies.models import TagMaker

ALL = (TAG_STEP, *CONTENT_STEPS, COMPARISON_STEP)
SAMPLE, SCREENSHOT, EVIDENCE = b"PK sample in its zip", b"a picture", b"evidence"


def staged_events(seed: Seed) -> dict[str, list[dict[str, object]]]:
    own, other = seed.org_a, seed.org_b
    return {
        "tags": [
            {"id": 201, "name": "misp:plain", "colour": "#004488", "exportable": 1},
            {"id": 203, "name": "MISP:Plain", "colour": "#004488", "exportable": 1},
            {"id": 202, "name": "misp:local", "colour": "nonsense", "exportable": 0, "local_only": 1},
            {"id": 204, "name": "misp:carried by nothing", "colour": "#000000", "exportable": 1},
            {"id": 205, "name": "misp:for one", "colour": "#000000", "exportable": 1, "org_id": other.pk},
        ],
        "events": [
            event_row(300, own.pk, published=1, publish_timestamp=1_700_000_100, date="1969-07-20"),
            event_row(301, other.pk, orgc_id=own.pk, locked=1, date="0000-00-00", extends_uuid=uuid(300)),
            event_row(302, own.pk, distribution=4, sharing_group_id=999, disable_correlation=1, date="2099-12-31"),
            event_row(303, 999_999),
            event_row(304, own.pk, uuid="no uuid"),
        ],
        "objects": [
            {
                "id": 600, "uuid": uuid(600), "event_id": 300, "name": "file", "meta-category": "file", "timestamp": 5,
                "description": "", "template_uuid": uuid(1), "template_version": 25, "distribution": 5, "deleted": 0,
            }
        ],
        "attributes": [
            attribute_row(1001, 300, "Evil.example", first_seen=-152_304_833_000_000, comment="först"),
            attribute_row(1002, 300, "192.0.2.1|8443", type="ip-dst|port", deleted=1),
            attribute_row(1003, 300, "a|b", distribution=0),
            attribute_row(1004, 300, "x.exe|" + "0" * 32, type="malware-sample", object_id=600),
            attribute_row(1005, 300, "bild.png", type="attachment", category="External analysis"),
            attribute_row(1006, 301, "evil.EXAMPLE"),
            attribute_row(1007, 302, "evil.example"),
            attribute_row(1008, 303, "left.example"),
            attribute_row(1009, 301, "never seen", type="a-type-of-tomorrow"),
        ],
        "object_references": [
            {
                "id": 1, "uuid": uuid(2), "event_id": 300, "object_id": 600, "referenced_id": 1001,
                "referenced_type": 0,
                "referenced_uuid": uuid(1001), "relationship_type": "connects-to", "timestamp": 5, "deleted": 0,
            }
        ],
        "event_tags": [
            {"id": 1, "event_id": 300, "tag_id": 201, "local": 0, "relationship_type": "says"},
            {"id": 2, "event_id": 300, "tag_id": 202, "local": 1},
            {"id": 3, "event_id": 300, "tag_id": 203, "local": 0},
        ],
        "attribute_tags": [{"id": 1, "event_id": 300, "attribute_id": 1001, "tag_id": 201, "local": 0}],
        "event_reports": [
            {"id": 9, "uuid": uuid(9), "event_id": 300, "name": "Rapport", "deleted": 0, "content": "# Å",
             "distribution": 5,
             "timestamp": 5}
        ],
        "cryptographic_keys": [
            {"id": 1, "uuid": uuid(3), "type": "pgp", "parent_id": 302, "parent_type": "Event",
             "fingerprint": "AB", "revoked": 1}
        ],
        "shadow_attributes": [
            {
                "id": 11, "uuid": uuid(11), "event_id": 300, "old_id": 1001, "org_id": other.pk, "type": "domain",
                "category": "Network activity", "value1": "better.example", "proposal_to_delete": 0,
                "to_ids": 1, "timestamp": 5, "deleted": 0,
            },
            {
                "id": 13, "uuid": uuid(13), "event_id": 300, "old_id": 0, "org_id": other.pk, "type": "attachment",
                "category": "External analysis", "value1": "bevis.txt", "proposal_to_delete": 0,
                "to_ids": 0, "timestamp": 5, "deleted": 0,
            },
        ],
        "sightings": [
            {"id": 1, "uuid": uuid(21), "attribute_id": 1001, "event_id": 300, "org_id": other.pk,
             "date_sighting": 7, "type": 1},
            {"id": 2, "uuid": uuid(22), "attribute_id": 4_711, "event_id": 300, "org_id": other.pk, "date_sighting": 7},
        ],
        "notes": [analyst_row(6, "Event", uuid(300), own.uuid, note="Å", language="sv")],
        "opinions": [
            analyst_row(6, "Note", uuid(5_006), other.uuid, opinion=85, comment=""),
            analyst_row(7, "Event", uuid(300), other.uuid, opinion=15, comment=""),
        ],
        "threads": [{"id": 1, "title": "Talk"}],
    }  # fmt: skip


def analyst_row(number: int, about: str, target: str, org: object, **columns: object) -> dict[str, object]:
    own = uuid(5_000 + number if "note" in columns else 6_000 + number)
    moment = "2026-11-28 17:36:44"
    return {
        "id": number, "uuid": own, "object_type": about, "object_uuid": target, "authors": "Åke", "org_uuid": str(org),
        "orgc_uuid": str(org), "created": moment, "modified": moment, "distribution": 3, "locked": 0,
    } | columns  # fmt: skip


def test_events_are_taken_over_with_all_that_is_on_them(seed: Seed, tmp_path: Path) -> None:
    archive = tmp_path / "files.tar.gz"
    paths = {
        "300/1004": SAMPLE,
        "300/1005": SCREENSHOT,
        "shadow/300/13": EVIDENCE,
        "300/1001": b"",
        "../../evil": b"x",
    }
    with tarfile.open(archive, "w:gz") as opened:
        for path, content in paths.items():
            member = tarfile.TarInfo(f"app/files/{path}")
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    stage(**staged_events(seed))
    taken, left_out = take(ALL, files=archive)

    # By its numbers and UUIDs, with what no clock of today can say.
    event = Event.objects.get(pk=300)
    assert (str(event.uuid), str(event.date), event.published) == (uuid(300), "1969-07-20", True)
    first = Attribute.objects.get(pk=1001)
    assert (str(first.uuid), first.value, first.first_seen) == (
        uuid(1001),
        "Evil.example",
        -152_304_833_000_000,
    )
    values = dict(Attribute.objects.values_list("pk", "value2"))
    assert (values[1002], values[1003]) == ("8443", None)
    assert Attribute.objects.get(pk=1002).deleted
    assert event.attribute_count == 4
    other = Event.objects.get(pk=301)
    assert (other.org_id, other.orgc_id, other.locked, str(other.date)) == (
        seed.org_b.pk,
        seed.org_a.pk,
        True,
        "2023-11-14",
    )
    # The own organisation alone reads what has lost its sharing group.
    lost = Event.objects.get(pk=302)
    assert (lost.distribution, lost.sharing_group_id, lost.cryptographic_keys.get().revoked) == (
        0,
        None,
        True,
    )

    assert {(t.tag_id, t.local, t.relationship_type) for t in EventTag.objects.filter(event=300)} == {
        (201, False, "says"), (202, True, "")
    }  # fmt: skip
    assert AttributeTag.objects.get().tag.name == "misp:plain"
    assert set(TagMaker.objects.values_list("tag_id", "org_id")) == {(204, 0), (205, seed.org_b.pk)}
    assert Object.objects.get().references.get().referenced_uuid == first.uuid
    assert Proposal.objects.get(pk=11).attribute_id == 1001
    assert Sighting.objects.get().org_id == seed.org_b.pk
    note, second, opinion = AnalystData.objects.order_by("kind", "pk")
    assert (note.text, note.language, opinion.opinion, opinion.object_uuid) == ("Å", "sv", 85, note.uuid)
    assert (note.pk, second.pk) == (6, 7)
    assert opinion.pk > 7, "its number is that of a note"

    # The files are those of MISP; a sample stays in its zip.
    assert files.read(Attribute.objects.get(pk=1004).data_sha256 or "") == SAMPLE
    assert files.read(Attribute.objects.get(pk=1005).data_sha256 or "") == SCREENSHOT
    assert files.read(Proposal.objects.get(pk=13).data_sha256 or "") == EVIDENCE

    # Values correlate as if they had been added here; the event with correlation switched off has keys for searches.
    correlating = set(AttributeKey.objects.filter(correlates=True).values_list("attribute_id", flat=True))
    assert {1001, 1006} <= correlating
    assert 1007 not in correlating
    assert AttributeKey.objects.filter(attribute_id=1007)
    assert set(SharedKey.objects.values_list("event_id", flat=True)) >= {300, 301}
    version = EventVersion.objects.get()
    assert (version.event_id, version.published_at) == (300, 1_700_000_100)

    assert left_out["events"].names == ["303"] or left_out["events"].names == ["304"]
    assert left_out["tags"].names == ["MISP:Plain"]
    assert left_out["attribute types"].names == ["a-type-of-tomorrow"]
    assert left_out["sightings"].names == ["2"]
    assert left_out["discussions"].names == ["Talk"]
    # As the API shows it, everything is what MISP has.
    assert taken["events that were compared with MISP"] == 3
    assert sorted(name.split(" (")[1] for name in left_out["differences in events"].names) == [
        "date)", "distribution, sharing_group_id)", "only in MISP)"
    ]  # fmt: skip

    # Numbers go on far from where MISP's end: it goes on as well.
    assert reserve_ids("event", 1)[0] > 302 + GAP


def test_second_run_brings_what_is_new_and_keeps_what_was_edited_here(seed: Seed) -> None:
    tables = staged_events(seed)
    stage(**tables)
    take(ALL)
    stage(**tables)
    taken, _ = take(ALL)
    assert set(taken) == {"events that were compared with MISP"}

    # Edited here: later than anything in MISP.
    Attribute.objects.filter(pk=1006).update(value1="edited.example", timestamp=1_800_000_000)
    Event.objects.filter(pk=301).update(timestamp=1_800_000_000)
    events = [row for row in tables["events"] if row["id"] != 302]
    events[0] = events[0] | {
        "info": "Changed",
        "timestamp": 1_700_000_500,
        "publish_timestamp": 1_700_000_600,
    }
    attributes = [row for row in tables["attributes"] if row["id"] not in (1002, 1007)]
    attributes[0] = attributes[0] | {"value1": "changed.example", "timestamp": 1_700_000_500}
    attributes.append(attribute_row(2001, 300, "new.example"))
    stage(**tables | {"events": events, "attributes": attributes, "event_tags": tables["event_tags"][1:]})
    taken, left_out = take(ALL, greatest={"events": 302})

    assert Event.objects.get(pk=300).info == "Changed"
    assert dict(Attribute.objects.filter(event=300).values_list("pk", "value1")).items() >= {
        (1001, "changed.example"), (2001, "new.example")
    }  # fmt: skip
    assert Attribute.objects.get(pk=1006).value1 == "edited.example"
    # What MISP has deleted is deleted here, and does not come back from anywhere.
    assert not Attribute.objects.filter(pk__in=(1002, 1007)).exists()
    assert not Event.objects.filter(pk=302).exists()
    assert BlocklistEntry.objects.filter(kind="event", uuid=uuid(302)).exists()
    assert not AttributeKey.objects.filter(attribute_id__in=(1002, 1007)).exists()
    assert list(EventTag.objects.filter(event=300, local=False).values_list("tag_id", flat=True)) == [201]
    assert taken["attributes whose correlations were computed"] == 2
    assert list(EventVersion.objects.order_by("version").values_list("published_at", flat=True)) == [
        1_700_000_100, 1_700_000_600
    ]  # fmt: skip
    assert "event 301: Attribute" in " ".join(left_out["differences in events"].names)

    # An event of the hub's own with a number that MISP gives as well is nobody's to overwrite.
    mine = Event.objects.get(pk=301)
    Event.objects.filter(pk=301).update(uuid=uuid(77))
    stage(**tables)
    _, left_out = take(EVENT_STEPS)
    assert left_out["events"].count
    assert Event.objects.get(pk=301).info == mine.info


def test_what_was_deleted_here_stays_deleted(seed: Seed) -> None:
    tables = staged_events(seed)
    stage(**tables)
    greatest = deleted_here.greatest_ids({})
    take(ALL)
    never_came = deleted_here.absent()
    Event.objects.filter(pk=302).delete()
    Attribute.objects.filter(pk=1001).delete()
    AnalystData.objects.filter(kind=0).delete()
    # The organisation that one event lacked is there now: that event never came, and was not deleted here.
    tables["events"][3] |= {"org_id": seed.org_a.pk, "orgc_id": seed.org_a.pk}
    stage(**tables)
    left_out = {entry["kind"]: entry["names"] for entry in deleted_here.set_apart(greatest, never_came)}
    on_it = {"proposals": ["11"], "sightings": ["1"]}
    assert left_out == on_it | {"events": ["302 Event 302"], "attributes": ["1001"], "notes": [uuid(5_006)]}
    take(ALL, greatest=greatest)
    assert not Event.objects.filter(pk=302).exists()
    assert not Attribute.objects.filter(pk__in=(1001, 1007)).exists()
    assert {each.kind for each in AnalystData.objects.all()} == {1}
    assert Event.objects.get(pk=303).attribute_count == 1


def test_comparison_names_what_differs(seed: Seed) -> None:
    stage(**staged_events(seed))
    take(ALL)
    reader = console_actor(seed.org_a.pk, "", "tester")
    Attribute.objects.filter(pk=1001).update(comment="touched", to_ids=False)
    Attribute.objects.filter(pk=1003).delete()
    comparison = compare_events("dump", reader, staged.event_ids(), staged.events, lambda _: None)
    assert (comparison.events, comparison.equal, comparison.differing) == (3, 0, 5)
    assert comparison.counts["Attribute"] == (8, 7)
    assert {(each.name, each.missing, each.fields) for each in comparison.differences if each.event_id == 300} == {
        (uuid(1001), False, ("to_ids", "comment")), (uuid(1003), True, ()), (f"{uuid(300)} MISP:Plain", True, ())
    }  # fmt: skip


def test_files_are_named_if_they_are_missing(seed: Seed) -> None:
    stage(**staged_events(seed))
    _, left_out = take((TAG_STEP, *EVENT_STEPS, ATTACHMENT_STEP))
    assert left_out["attachments"].names == ["1004", "1005"]


@pytest.fixture(autouse=True)
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages hold 2.5 million values; these tests bring what they need."""
    monkeypatch.setattr(packaged, "update_all", list)
