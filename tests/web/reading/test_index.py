"""The list of events: visibility, filters, order, paging, export."""

from __future__ import annotations

import json

import pytest

from tests.factories.event_page import DRAFT, EVENT, HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.intel import make_event
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.models import GalaxyElement

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def titles(html: str) -> list[str]:
    return [title for title in (EVENT["info"], DRAFT["info"]) if title in html]


def test_what_is_new_is_listed_by_when_it_came(seed: Seed) -> None:
    long_ago = 1_600_000_000
    for number, arrived in enumerate((3, 1, 2)):
        made = make_event(seed.org_a, info=f"number {number}", timestamp=long_ago - number)
        made.arrived = long_ago + arrived
        made.save()
    page = visitor(seed.reader).get("/events/?arrived_from=2020-01-01").context
    assert [listed.row.info for listed in page["events"]] == ["number 0", "number 2", "number 1"]
    assert [int(listed.sorted_time.timestamp()) - long_ago for listed in page["events"]] == [3, 2, 1]


def test_visitor_is_redirected_to_sign_in(client: object, db: None) -> None:
    answer = client.get("/events/")  # type: ignore[attr-defined]
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_own_and_shared_events_are_listed(seed: Seed, setup: Setup) -> None:
    own = text_of(visitor(seed.reader).get("/events/"))
    assert titles(own) == [EVENT["info"], DRAFT["info"]]
    assert "2 events visible to Organisation A" in own
    other = text_of(visitor(seed.stranger).get("/events/"))
    assert titles(other) == [EVENT["info"]]
    assert "1 event visible to Organisation C" in other


def test_hidden_attributes_are_not_counted(seed: Seed, setup: Setup) -> None:
    assert '<td class="number priority-2 priority-3">8</td>' in text_of(visitor(seed.reader).get("/events/"))
    assert '<td class="number priority-2 priority-3">6</td>' in text_of(
        visitor(seed.stranger).get("/events/")
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=PAYROLL", [EVENT["info"]]),
        ("text=kind:phish", [EVENT["info"]]),
        ("text=%25", []),
        ("organisation=organisation+a", [EVENT["info"], DRAFT["info"]]),
        ("organisation=nobody", []),
        ("tlp=red", [DRAFT["info"]]),
        ("reach=1", [EVENT["info"]]),
        ("threat=2", [EVENT["info"]]),
        ("state=draft", [DRAFT["info"]]),
        ("state=published", [EVENT["info"]]),
        ("view=waiting", [DRAFT["info"]]),
        ("since=2026-11-21", [DRAFT["info"]]),
        ("until=2026-11-20", [EVENT["info"]]),
        ("text=payroll&tlp=red", []),
        ("arrived=1d&tlp=red", [DRAFT["info"]]),
        ("arrived=visit", [EVENT["info"], DRAFT["info"]]),
        ("arrived_from=2126-01-01", []),
        ("arrived=7d&arrived_from=2126-01-01", []),
    ],
)
def test_filters(seed: Seed, setup: Setup, query: str, found: list[str]) -> None:
    assert titles(text_of(visitor(seed.reader).get(f"/events/?{query}"))) == found


def test_events_are_found_by_what_they_contain(seed: Seed, setup: Setup) -> None:
    cron = make_attack().clusters.get(value__startswith="Cron")
    GalaxyElement.objects.create(galaxy_cluster=cron, key="synonyms", value="Timetable")
    own = setup.attribute(HIDDEN)
    tag = make_tag(cron.tag_name, is_galaxy=True)
    AttributeTag.objects.create(attribute=own, event=setup.event, tag=tag)
    EventTag.objects.create(event=setup.draft, tag=tag)
    reader, stranger = visitor(seed.reader), visitor(seed.stranger)
    url = "?type=url&cluster=&tlp=amber"
    for client, query, found in (
        (reader, "?type=url", [EVENT["info"]]),
        (reader, "?type=md5", []),
        (reader, "?cluster=t1053&arrived=7d", [EVENT["info"], DRAFT["info"]]),
        (reader, "?cluster=timetable&type=url", [EVENT["info"]]),
        (reader, "?cluster=T1566", []),
        (stranger, "?cluster=T1053", []),
        (stranger, url, [EVENT["info"]]),
    ):
        assert titles(text_of(client.get(f"/events/{query}"))) == found, query
    html = text_of(stranger.get(f"/events/{url}"))
    assert "Attribute type: url" in html
    assert '<option value="url" selected>' in " ".join(html.split())
    assert 'aria-invalid="true"' in text_of(reader.get("/events/?type=nonsense"))


def test_event_is_found_by_id_and_uuid(seed: Seed, setup: Setup) -> None:
    for text in (setup.draft.pk, setup.draft.uuid):
        assert titles(text_of(visitor(seed.reader).get(f"/events/?text={text}"))) == [DRAFT["info"]]
        assert titles(text_of(visitor(seed.stranger).get(f"/events/?text={text}"))) == []


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "threat=9", "after=x", "after=1,abc", "before=1,9e9", "sort=password", "rows=7",
     "sort=-date&after=1,2026-02-30", "sort=-threat&after=1,99999999", "text=%00", "pk=1"],
)  # fmt: skip
def test_invalid_query_parameters_are_ignored(seed: Seed, setup: Setup, query: str) -> None:
    assert visitor(seed.reader).get(f"/events/?{query}").status_code == 200


def test_invalid_date_is_marked(seed: Seed, setup: Setup) -> None:
    html = text_of(visitor(seed.reader).get("/events/?since=yesterday"))
    assert 'aria-invalid="true"' in html
    assert titles(html) == [EVENT["info"], DRAFT["info"]]


@pytest.mark.parametrize(
    "sort", ["changed", "-changed", "-arrived", "date", "-threat", "organisation", "-organisation"]
)
def test_paging_shows_every_event_once(seed: Seed, sort: str) -> None:
    Event.objects.bulk_create(
        make_event(seed.org_a, timestamp=1_700_000_000 + number // 3, threat_level_id=1 + number % 4)
        for number in range(40)
    )
    client = visitor(seed.reader)
    seen, address = [], f"/events/?rows=15&sort={sort}"
    pages = []
    while address:
        page = client.get(address).context
        pages.append([listed.row.id for listed in page["events"]])
        seen += pages[-1]
        back, address = page["newer"], page["older"] and "/events/" + page["older"]
    assert len(seen) == len(set(seen)) == 40
    assert [len(page) for page in pages] == [15, 15, 10]
    again = client.get("/events/" + back).context["events"]
    assert [listed.row.id for listed in again] == pages[1]


def test_list_export(seed: Seed, setup: Setup) -> None:
    own, other = visitor(seed.reader), visitor(seed.stranger)
    answer = own.get("/events/export/json/?tlp=red")
    assert answer["Content-Disposition"] == 'attachment; filename="events.json"'
    assert [row["info"] for row in json.loads(text_of(answer))] == [DRAFT["info"]]
    table = text_of(own.get("/events/export/csv/")).splitlines()
    assert len(table) == 3
    chosen = f"/events/export/csv/?pk={setup.draft.pk}&pk={setup.event.pk}"
    assert len(text_of(own.get(chosen)).splitlines()) == 3
    rows = text_of(other.get(chosen)).splitlines()
    assert len(rows) == 2
    assert ",6," in rows[1]
    assert own.get("/events/export/xml/").status_code == 404


def test_export_has_no_formula_cells(seed: Seed) -> None:
    make_event(seed.org_a, info='=HYPERLINK("https://evil.example")').save()
    assert "'=HYPERLINK" in text_of(visitor(seed.reader).get("/events/export/csv/"))


def test_empty_list_and_no_match_messages(seed: Seed) -> None:
    assert "No events yet" in text_of(visitor(seed.stranger).get("/events/"))
    assert "No events match." in text_of(visitor(seed.stranger).get("/events/?text=zzz"))
