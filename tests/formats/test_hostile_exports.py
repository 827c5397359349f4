"""Exports opened in spreadsheets and readers: hostile names and values stay plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from tests.formats.exporting import export, make_hostile
from tests.formats.test_stix import BUNDLE
from vardkase.core.sandbox import Limits, SandboxPool
from vardkase.formats.csv import shown
from vardkase.formats.stix import export as stix_export
from vardkase.formats.stix import importing as stix_import
from vardkase.formats.xlsx import of_rows
from vardkase.intel.models import Attribute, Event, EventTag
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyPredicate

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
PLAIN = ("-5", "+1.5", "evil.example", "'=1")
HOSTILE_NAMES = (
    "](javascript:alert(1)) [x",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a\n# Heading\n\n- item\n```\ncode",
    "**bold** _x_ `y` | a | b |",
    "![x](http://evil.example/pixel) <http://evil.example>",
    "http://evil.example/auto",
)


def test_csv_escapes_formulas_only_on_request(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=3, info="=HYPERLINK(1)")
    event.save()
    Attribute.objects.bulk_create(make_attribute(event, value1=value) for value in (*FORMULAS, *PLAIN))
    asked = {"requested_attributes": "value,comment", "includeContext": 1}

    def values(**more: Any) -> list[str]:
        text = export(seed.reader.key, "csv", **asked, **more)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert {row["event_info"] for row in rows} == {"'=HYPERLINK(1)" if more else "=HYPERLINK(1)"}
        return [row["value"] for row in rows]

    assert set(values()) == {*FORMULAS, *PLAIN}
    within = ["Hej;=1+1", "Hej\n=1+1", "Hej; @x", "Hej\t\uff1d1"]
    escaped = ["Hej;'=1+1", "Hej\n'=1+1", "Hej; '@x", "Hej\t'\uff1d1"]
    assert [shown(each) for each in within] == escaped, "for who separates by semicolons"
    assert set(values(escapeFormulas=1)) == {*(f"'{value}" for value in FORMULAS), *PLAIN}


def test_escaped_csv_has_no_formula_cells(seed: Seed) -> None:
    make_hostile(seed)
    text = export(seed.reader.key, "csv", scope="events", escapeFormulas=1, includeContext=1)
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_full_sheet_continues_on_next_with_header() -> None:
    rows = [(number, f"={number}") for number in range(7)]
    book = load_workbook(io.BytesIO(b"".join(of_rows(("id", "value"), rows, most=4))))
    sheets = [[tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book]
    assert [sheet[0] for sheet in sheets] == [("id", "value")] * 3
    assert [len(sheet) for sheet in sheets] == [4, 4, 2], "no sheet exceeds the limit"
    assert list(chain.from_iterable(sheet[1:] for sheet in sheets)) == rows, "and no row is lost"
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} == {"n", "s"}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_context_markdown_escapes_names(seed: Seed, name: str) -> None:
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    taxonomy = Taxonomy.objects.create(namespace="evil", description=name)
    TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="x", expanded=name)
    galaxy = make_galaxy("evil", name=name, description=name, icon='"><script>')
    cluster: GalaxyCluster = make_cluster(galaxy, name, tag_name='misp-galaxy:evil="x"', description=name)
    tags = (Tag(name="evil:x", colour='"><b>x'), Tag(name=cluster.tag_name, is_galaxy=True))
    for tag in tags:
        tag.save()
        EventTag.objects.create(event=event, tag=tag)
    text = export(seed.reader.key, "context-markdown", scope="events")
    tokens = list(_tokens(MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)))
    headings = [tokens[place + 1].content for place, each in enumerate(tokens) if each.type == "heading_open"]
    assert headings[:2] == ["Aggregated context data", "Tags and Taxonomies"]
    assert len(headings) == 5, "a name opens no heading"
    links = [token.attrs["href"] for token in tokens if token.type == "link_open"]
    assert links == [f"http://testserver/galaxy_clusters/view/{cluster.pk}"]
    markup = [token.content for token in tokens if token.type in ("html_inline", "html_block")]
    assert all(each.startswith(("<span ", "</span>", "<i ", "</i>")) for each in markup), markup
    assert not {token.type for token in tokens} & {
        "image",
        "fence",
        "code_block",
        "code_inline",
        "table_open",
    }


def _tokens(tokens: Any) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from token.children or ()


def test_bundle_over_limits_is_refused_and_next_is_read(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = BUNDLE["objects"]
    many = [{**one, "id": f"indicator--81f07fa8-bf5e-552b-ad34-{number:012}"} for number in range(10_000)]
    with monkeypatch.context() as patched:
        patched.setattr(
            stix_import, "reading", SandboxPool("vardkase.formats.stix.program", Limits(seconds=1))
        )
        status, body = call(seed.analyst.key, "POST", "/events/upload_stix/2", {**BUNDLE, "objects": many})
    assert (status, body["saved"]) == (403, False)
    assert body["errors"] == "The document took too long, or needs too much memory."
    assert not Event.objects.exists()
    status, body = call(seed.analyst.key, "POST", "/events/upload_stix/2", BUNDLE)
    assert status == 200, body


def test_export_over_limits_is_error_without_partial_document(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(memory=64 << 20)
    monkeypatch.setattr(stix_export, "writing", SandboxPool("vardkase.formats.stix.program", limits))
    event = make_event(seed.org_a, distribution=3)
    event.save()
    Attribute.objects.bulk_create(
        make_attribute(event, type="domain", category="Network activity", value1=f"h{number}.example")
        for number in range(3_000)
    )
    body = {"returnFormat": "stix2", "eventid": event.pk}
    response = send(seed.reader.key, "POST", "/events/restSearch", body)
    assert (response.status_code, b"too much memory" in response.content) == (400, True)
