"""Downloads of events in every export format: each contains what its reader may see, and nothing else."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Never
from zipfile import ZipFile

import pytest

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.core.sandbox import LimitReached, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.web.ui.exports import EXPORT_FORMATS, ExportFormat, offered_formats

pytestmark = pytest.mark.usefixtures("password_is_enough")

SLUGS = [offered.slug for offered in EXPORT_FORMATS]


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_format_contains_what_its_reader_may_see(seed: Seed, setup: Setup, slug: str) -> None:
    other = visitor(seed.stranger)
    single = bytes_of(other.get(f"/event/{setup.event.pk}/download/{slug}/"))
    several = bytes_of(other.get(f"/events/download/{slug}/?pk={setup.event.pk}&pk={setup.draft.pk}"))
    for content in map(_unzipped, (single, several)):
        assert content
        for secret in (HIDDEN, "hidden.example", "secret.example", "Draft of organisation A"):
            assert secret.encode() not in content


@pytest.mark.parametrize("slug", SLUGS)
def test_hidden_event_has_no_file(seed: Seed, setup: Setup, slug: str) -> None:
    assert visitor(seed.stranger).get(f"/event/{setup.draft.pk}/download/{slug}/").status_code == 404


def test_page_lists_every_format_with_its_purpose(seed: Seed, setup: Setup) -> None:
    page = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/download/"))
    for slug in SLUGS:
        assert f"/event/{setup.event.pk}/download/{slug}/" in page
    assert "Includes only values marked for detection." in page
    menu = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/"))
    for slug in ("json", "json-attachments", "csv", "stix2", "suricata"):
        assert f"/event/{setup.event.pk}/download/{slug}/" in menu


def test_listed_events_are_downloaded_together(seed: Seed, setup: Setup) -> None:
    own = visitor(seed.reader)
    page = text_of(own.get("/events/download/?tlp=green"))
    assert "/events/download/suricata/?tlp=green" in page
    every = json.loads(text_of(own.get("/events/download/json/")))["response"]
    assert {event["Event"]["uuid"] for event in every} >= {str(setup.event.uuid), str(setup.draft.uuid)}
    chosen = json.loads(text_of(own.get(f"/events/download/json/?pk={setup.draft.pk}")))["response"]
    assert [event["Event"]["uuid"] for event in chosen] == [str(setup.draft.uuid)]


def test_rules_of_a_draft_are_those_it_will_have(seed: Seed, setup: Setup) -> None:
    draft = text_of(visitor(seed.reader).get(f"/event/{setup.draft.pk}/download/text/"))
    assert draft == "hidden.example\n"


def test_stix_is_a_bundle_of_version_2_1(seed: Seed, setup: Setup) -> None:
    answer = visitor(seed.reader).get(f"/event/{setup.event.pk}/download/stix2/")
    assert f"misp.event.{setup.event.uuid}.stix2.json" in answer["Content-Disposition"]
    bundle = json.loads(text_of(answer))
    assert bundle["type"] == "bundle"
    assert any(entry.get("spec_version") == "2.1" for entry in bundle["objects"])


def test_missing_library_is_named_on_a_page(
    seed: Seed, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vardkase.core.optional_parts.find_spec", {}.get)
    reader = visitor(seed.reader)
    refused = reader.get(f"/event/{setup.event.pk}/download/stix2/")
    assert refused.status_code == 501
    assert "“stix”" in refused.text
    assert "download/stix2/" not in text_of(reader.get(f"/event/{setup.event.pk}/"))


def test_busy_sandbox_is_answered_by_a_page(
    seed: Seed, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_busy(*_: object) -> Never:
        raise LimitReached(SandboxProblem.BUSY())

    monkeypatch.setattr(SandboxPool, "job", is_busy)
    refused = visitor(seed.reader).get(f"/event/{setup.event.pk}/download/stix2/")
    assert refused.status_code == 503
    assert "busy with other documents" in refused.text


def test_selection_without_a_valid_event_contains_none(seed: Seed, setup: Setup) -> None:
    selected = visitor(seed.reader).get("/events/download/json/?pk=-1")
    assert json.loads(text_of(selected))["response"] == []


def test_unknown_format_is_not_found(seed: Seed, setup: Setup) -> None:
    assert visitor(seed.reader).get(f"/event/{setup.event.pk}/download/pcap/").status_code == 404
    assert visitor(seed.reader).get(f"/event/{setup.event.pk}/download/jsonx/").status_code == 404
    assert visitor(seed.reader).get("/events/download/pcap/").status_code == 404


def test_format_without_its_library_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_missing(_library: str) -> None:
        return None

    monkeypatch.setattr("vardkase.core.optional_parts.find_spec", is_missing)
    offered: list[ExportFormat] = [entry for _, group in offered_formats() for entry in group]
    assert {"stix2", "stix1", "yara"}.isdisjoint(entry.slug for entry in offered)
    assert {"json", "suricata"} <= {entry.slug for entry in offered}


def _unzipped(content: bytes) -> bytes:
    """The parts of a workbook, which is an archive; any other content as it is."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b"".join(map(archive.read, archive.namelist()))
