"""Looking up many values at once: the list is read, each value answered by what its reader may see."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.analysis.search import value_list
from vardkase.analysis.search.value_list import ListedValue, ValueList, read_values
from vardkase.core.limits import Limit
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.services.publish import publish_event
from vardkase.intel.sightings.models import Sighting
from vardkase.web.analysis.search import asked

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a[.]example\nA.example\n# c2\n\n", [("a.example", "domain", 2)]),
        (
            "1.1.1.1, hxxp://evil[.]com/x; 2.2.2.2",
            [("1.1.1.1", "ip-dst", 1), ("http://evil.com/x", "url", 1), ("2.2.2.2", "ip-dst", 1)],
        ),
        ("2026-11-01,1.1.1.1,beacon\nevil.com", [("1.1.1.1", "ip-dst", 1), ("evil.com", "domain", 1)]),
        (
            r"C:\Program Files\x.exe" + "\nhttps://evil.com/a,b",
            [(r"C:\Program Files\x.exe", "filename", 1), ("https://evil.com/a,b", "url", 1)],
        ),
        (
            "two plain words\n1.1.1.1:443",
            [("two plain words", "", 1), ("1.1.1.1|443", "ip-dst|port", 1)],
        ),
        ('{"ip": "1.1.1.1", "name": "x"}', [("1.1.1.1", "ip-dst", 1)]),
    ],
)
def test_list_is_read(text: str, values: list[tuple[str, str, int]]) -> None:
    assert read_values(text).values == [ListedValue(*value) for value in values]


def test_long_list_is_cut_and_says_so() -> None:
    listed = read_values("\n".join(f"10.0.{n // 250}.{n % 250}" for n in range(20)) + "\n10.0.0.0", most=15)
    assert (len(listed.values), listed.left_out, listed.repeated) == (15, 5, 1)


def test_repeated_lines_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def of_line(line: str, *, is_alone: bool) -> list[tuple[str, str]]:
        read.append(line)
        return [(line, "")]

    monkeypatch.setattr(value_list, "_of_line", of_line)
    monkeypatch.setattr(value_list, "MOST_LINES", 3)
    listed = read_values("a\nb\n" * 50 + "c\nd\ne\n")
    assert read == ["a", "b", "c"]
    assert [value.times for value in listed.values] == [50, 50, 1]
    assert listed.left_out == 2


def test_limit_is_spent_before_a_list_is_read(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "LISTS_A_DAY", Limit("lists looked up in a test", 1, 3600))
    reader, text = visitor(seed.reader), "\n".join(f"evil{n}.example" for n in range(200))
    assert looked_up(reader, text).context["listed"].values
    monkeypatch.setattr(asked, "read_values", lambda text: pytest.fail(text) if text else ValueList())
    assert "long lists a day" in looked_up(reader, text).text


def looked_up(client: Any, text: str, **more: Any) -> Any:
    return client.post("/lookup/", {"text": text, **more}, follow=True)


def test_each_value_is_answered_by_what_its_reader_may_see(seed: Seed, setup: Setup) -> None:
    text = f"login[.]example\n{HIDDEN}\nunknown.example\nLOGIN.example\nsome words\n198.51.100.24:443\n"
    page = looked_up(visitor(seed.stranger), text)
    html = text_of(page)
    assert "5 values: 2 known" in html
    assert "1 duplicate was merged." in html
    assert "1 line does not look like an indicator" in html
    rows = {row.value.text: row for row in page.context["rows"]}
    assert rows["login.example"].life.events == 1
    assert rows["198.51.100.24|443"].life.attributes == 1
    assert rows[HIDDEN].life is None
    assert "5 values: 3 known" in text_of(looked_up(visitor(seed.reader), text))


def test_known_and_unknown_are_filtered(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    query = "/lookup/?q=login.example%0Aunknown.example%0Asome%20words"

    def shown(kind: str) -> list[str]:
        return [row.value.text for row in stranger.get(f"{query}&show={kind}").context["rows"]]

    assert shown("known") == ["login.example"]
    assert shown("unknown") == ["unknown.example"]
    assert shown("unrecognised") == ["some words"]
    add_attributes(seed.org_admin.actor, setup.event.pk, [{"type": "text", "value": "some words"}])
    publish_event(seed.org_admin.actor, setup.event.pk)
    assert shown("known") == ["login.example", "some words"]
    assert shown("unrecognised") == []
    counts = [tab["count"] for tab in stranger.get(query).context["tabs"]]
    assert counts[0] == sum(counts[1:]) == 3
    assert "No values of this kind" in text_of(stranger.get("/lookup/?q=unknown.example&show=known"))


def test_thousands_of_values_are_kept_and_paged(
    seed: Seed, setup: Setup, django_assert_max_num_queries: Any
) -> None:
    stranger = visitor(seed.stranger)
    text = "\n".join([*(f"host{n}.example.com" for n in range(11_000)), "login.example"])
    page = looked_up(stranger, text)
    address = page.redirect_chain[-1][0]
    assert address.startswith("/lookup/?list=")
    html = text_of(page)
    assert "10,000 values: 0 known" in html.replace("\u2009", ",")
    assert "Only the first 10,000 values were looked up." in html.replace("\u2009", ",")
    with django_assert_max_num_queries(40):
        second = stranger.get(f"{address}&start=50")
    assert next(row.value.text for row in second.context["rows"]) == "host50.example.com"
    assert second.context["newer"]
    assert second.context["older"]
    # What is kept is for who sent it.
    other = visitor(seed.reader)
    assert "This list is no longer kept." in text_of(other.get(address))
    assert "This list is no longer kept." in text_of(
        other.get(address.replace("lookup", "search"), follow=True)
    )
    found = stranger.get(address.replace("/lookup/", "/search/"))
    assert list(found.context["hits"]) == []


def test_file_is_read_with_its_encoding(seed: Seed, setup: Setup) -> None:
    for content in (
        "login.example\r\nväg.example".encode("utf-16"),
        "login.example\nväg.example".encode("cp1252"),
    ):
        page = looked_up(visitor(seed.stranger), "", file=SimpleUploadedFile("list.txt", content))
        assert [row.value.text for row in page.context["rows"]] == ["login.example", "väg.example"]


def test_empty_list_is_refused(seed: Seed, setup: Setup) -> None:
    assert "Paste some values, or choose a file." in text_of(looked_up(visitor(seed.reader), " "))


def test_sightings_are_counted_as_their_reader_may_see_them(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("login.example")
    for kind in (0, 0, 1):
        Sighting.objects.create(
            attribute=attribute, event=setup.event, org_id=setup.event.org_id, date_sighting=1, type=kind
        )
    (row, _) = looked_up(visitor(seed.reader), "login.example\nx.example").context["rows"]
    assert (row.sightings.seen, row.sightings.false_positives) == (2, 1)
    (row, _) = looked_up(visitor(seed.stranger), "login.example\nx.example").context["rows"]
    assert row.sightings.seen == 0


def test_table_is_csv_without_formulas(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    table = text_of(stranger.get("/lookup/table/?q=login.example%0A%3D1%2B1%0Alogin.example"))
    rows = list(csv.DictReader(table.splitlines()))
    assert [(row["value"], row["known"], row["times_in_list"]) for row in rows] == [
        ("login.example", "1", "2"),
        ("'=1+1", "0", "1"),
    ]
    known = text_of(stranger.get("/lookup/table/?q=login.example%0A%3D1%2B1&show=known"))
    assert len(known.splitlines()) == 2


def test_value_is_escaped(seed: Seed, setup: Setup) -> None:
    html = text_of(looked_up(visitor(seed.reader), "<script>alert(1)</script>\nx.example"))
    assert "<script>alert" not in html
