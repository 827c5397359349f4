"""The page of one event: its parts and their visibility, downloads, and old addresses."""

from __future__ import annotations

import json

import pytest

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.support.archives import unzipped
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, EventReport

PARTS = (
    "",
    "rows/",
    "correlations/",
    "related/",
    "reports/",
    "graph/",
    "graph/parts/",
    "timeline/",
    "distribution/",
    "correlations/graph/",
    "history/",
    "download/json/",
    "download/csv/",
)


pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.mark.parametrize("part", PARTS)
def test_hidden_event_returns_404(seed: Seed, setup: Setup, part: str) -> None:
    for reference in (setup.draft.pk, setup.draft.uuid):
        assert visitor(seed.stranger).get(f"/event/{reference}/{part}").status_code == 404
        assert visitor(seed.reader).get(f"/event/{reference}/{part}").status_code == 200
    assert visitor(seed.reader).get(f"/event/999999/{part}").status_code == 404


def test_hidden_parts_are_neither_shown_nor_counted(seed: Seed, setup: Setup) -> None:
    own = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/"))
    assert "hidden[.]example" in own
    assert "secret[.]example" in own
    assert "8 attributes" in own
    other = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/"))
    assert "hidden[.]example" not in other
    assert HIDDEN not in other
    assert "secret" not in other
    assert "6 attributes" in other


def test_correlations_follow_visibility_rule(seed: Seed, setup: Setup) -> None:
    own = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/correlations/"))
    assert "Draft of organisation A" in own
    assert "198.51.100.23" in own
    assert "hidden<wbr>[.]example" in own
    other = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/correlations/"))
    assert "Draft" not in other
    assert "No correlations" in other


def test_attributes_are_filtered_by_value_type_and_uuid(seed: Seed, setup: Setup) -> None:
    client, address = visitor(seed.reader), f"/event/{setup.event.pk}/"
    assert "1 of 8 attributes" in text_of(client.get(f"{address}?text=C2.EXAMPLE"))
    assert "2 of 8 attributes" in text_of(client.get(f"{address}?text=url"))
    assert "No attribute matches." in text_of(client.get(f"{address}?text=%25"))
    chosen = setup.attribute("login.example")
    assert "1 of 8 attributes" in text_of(client.get(f"{address}?text={chosen.uuid}"))
    hidden = setup.attribute(HIDDEN)
    assert "No attribute matches." in text_of(visitor(seed.stranger).get(f"{address}?text={hidden.uuid}"))


@pytest.mark.parametrize("column", ["value1", "value2", "comment"])
def test_long_texts_are_found_by_their_beginning(seed: Seed, setup: Setup, column: str) -> None:
    client, address = visitor(seed.reader), f"/event/{setup.event.pk}/"
    long = "https://long_path.example/" + "a%" * 30_000
    Attribute.objects.filter(pk=setup.attribute("c2.example").pk).update(**{column: long + "needle"})
    for text, found in (
        (long, 1),
        (long[:450].upper(), 1),
        ("path.example/" + "a%" * 40, 1),
        ("path.example/" + "a%" * 60, 0),  # More than a hundred characters are how a value begins.
        (long[:150].replace("_", "-"), 0),
        ("%" * 150, 0),
        ("needle", 0),
    ):
        shown = text_of(client.get(address, {"text": text}))
        assert ("1 of 8 attributes" if found else "No attribute matches.") in shown, text[:200]


def test_deleted_attributes_show_only_to_own_organisation(seed: Seed, setup: Setup) -> None:
    delete_attribute(seed.publisher.actor, setup.attribute("198.51.100.23").pk, hard=False)
    address = f"/event/{setup.event.pk}/"
    assert "198.51.100.23<" not in text_of(visitor(seed.reader).get(address))
    assert "198.51.100.23<" in text_of(visitor(seed.reader).get(f"{address}?deleted=1"))
    assert "198.51.100.23<" not in text_of(visitor(seed.stranger).get(f"{address}?deleted=1"))


def test_changes_since_publication_are_marked(seed: Seed, setup: Setup) -> None:
    setup.event.publish_timestamp -= 100
    setup.event.published = False
    setup.event.save()
    html = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/"))
    assert "8 attributes have unpublished changes." in html
    assert "Unpublished changes" in html


def test_reports_are_escaped(seed: Seed, setup: Setup) -> None:
    report = EventReport.objects.get(event=setup.event)
    html = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/report/{report.pk}/"))
    assert "<h3>What happened</h3>" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert 'href="https://evil' not in html


def test_history_shows_only_to_own_organisation(seed: Seed, setup: Setup) -> None:
    own = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/history/"))
    assert "admin@a.example" in own
    assert "The event was published" in own
    other = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/history/"))
    assert "admin@a.example" not in other


def test_event_download(seed: Seed, setup: Setup) -> None:
    answer = visitor(seed.stranger).get(f"/event/{setup.event.pk}/download/json/")
    assert f"misp.event.{setup.event.uuid}.json" in answer["Content-Disposition"]
    document = json.loads(text_of(answer))["Event"]
    assert document["uuid"] == str(setup.event.uuid)
    assert len(document["Attribute"]) == 4
    assert "data" not in document["Attribute"][-1]
    full = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/download/json-attachments/"))
    assert any("data" in attribute for attribute in json.loads(full)["Event"]["Attribute"])
    table = text_of(visitor(seed.stranger).get(f"/event/{setup.event.pk}/download/csv/"))
    assert "login.example" in table
    assert HIDDEN not in table


def test_attachment_downloads_as_encrypted_archive(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("../note.txt")
    answer = visitor(seed.stranger).get(f"/event/{setup.event.pk}/file/{attribute.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="note.txt.zip"'
    archive = bytes_of(answer)
    assert unzipped(archive) == {"note.txt": b"plain text"}


def test_attachment_of_other_event_returns_404(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("../note.txt")
    reader = visitor(seed.reader)
    assert reader.get(f"/event/{setup.draft.pk}/file/{attribute.pk}/").status_code == 404
    plain = setup.attribute("login.example")
    assert reader.get(f"/event/{setup.event.pk}/file/{plain.pk}/").status_code == 404
    Attribute.objects.filter(pk=attribute.pk).update(distribution=0)
    assert visitor(seed.stranger).get(f"/event/{setup.event.pk}/file/{attribute.pk}/").status_code == 404


def test_misp_addresses_redirect_to_pages(seed: Seed, setup: Setup) -> None:
    reader, stranger = visitor(seed.reader), visitor(seed.stranger)
    for reference in (setup.event.pk, setup.event.uuid):
        assert reader.get(f"/events/view/{reference}")["Location"] == f"/event/{setup.event.pk}/"
    attribute = setup.attribute(HIDDEN)
    target = reader.get(f"/attributes/view/{attribute.pk}")["Location"]
    assert target.startswith(f"/event/{setup.event.pk}/?text={attribute.uuid}")
    assert stranger.get(f"/events/view/{setup.draft.pk}").status_code == 404
    assert stranger.get(f"/attributes/view/{attribute.pk}").status_code == 404
