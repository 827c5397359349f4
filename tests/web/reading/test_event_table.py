"""The table of an event's attributes: filters with counts, sorting, windows of rows, objects that fold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from vardkase.core.clock import now_seconds
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.deletion import delete_attribute
from vardkase.intel.models import Attribute, Event, Object
from vardkase.intel.proposals.services import propose_change
from vardkase.intel.queries import attribute_lines
from vardkase.intel.services.bulk_tagging import tag_attributes
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.intel.sightings.models import Sighting, SightingType
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.web.intel.events import columns, table

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def address(setup: Setup) -> str:
    return f"/event/{setup.event.pk}/"


def values(client: Client, address: str) -> list[str]:
    """The values of the rows, from the top."""
    rows = client.get(address).context["rows"]
    return [row.shown.line.value for row, *_ in rows if row.shown]


def facet(client: Client, address: str, name: str) -> dict[str, int]:
    [found] = [each for each in client.get(address).context["facets"] if each.name == name]
    return {choice.value: choice.count for choice in found.choices}


def part(client: Client, address: str, target: str = "attribute-results", **headers: str) -> str:
    """What a filter swaps into the page."""
    return text_of(client.get(address, headers={"HX-Request": "true", "HX-Target": target, **headers}))


def test_choices_are_counted_within_what_the_reader_sees(seed: Seed, address: str) -> None:
    own = facet(visitor(seed.reader), address, "type")
    assert own == {"url": 2, "domain": 2, "ip-dst": 1, "ip-src": 1, "domain|ip": 1, "attachment": 1}
    others = facet(visitor(seed.stranger), address, "type")
    assert others == {"url": 1, "domain": 1, "ip-dst": 1, "ip-src": 1, "domain|ip": 1, "attachment": 1}


def test_filters_of_different_kinds_narrow_together(seed: Seed, address: str) -> None:
    client = visitor(seed.reader)
    assert set(values(client, f"{address}?type=url&type=domain")) == {
        "https://login.example/a",
        "login.example",
        "https://secret.example/",
        HIDDEN,
    }
    assert values(client, f"{address}?type=url&type=domain&text=login.example/") == [
        "https://login.example/a"
    ]
    assert values(client, f"{address}?detection=1&type=ip-dst") == ["198.51.100.23"]
    assert values(client, f"{address}?category=Payload+delivery") == ["../note.txt"]
    # A kind is counted as the others filter, so that a second type can be added.
    assert facet(client, f"{address}?type=url&text=login", "type") == {"url": 1, "domain": 1}
    assert "3 of 8 attributes" not in text_of(client.get(f"{address}?type=nonsense"))


def test_tags_and_marks_filter(seed: Seed, setup: Setup, address: str) -> None:
    client, chosen = visitor(seed.reader), setup.attribute("login.example")
    tag = Tag.objects.create(name='kind:"phishing"')
    tag_attributes(seed.org_admin.actor, setup.event.pk, [chosen.pk], [tag], local=False)
    assert values(client, f'{address}?tag=kind:"phishing"') == ["login.example"]
    propose_change(seed.partner.actor, chosen.pk, {"value": "logon.example"})
    assert values(client, f"{address}?mark=proposed") == ["login.example"]
    assert values(client, f"{address}?mark=sighted") == []
    visitor(seed.publisher).post(f"{address}attribute/{chosen.pk}/sightings/add/", {"type": "0"})
    assert values(client, f"{address}?mark=sighted&mark=proposed") == ["login.example"]


def test_values_of_drafts_of_others_are_not_correlated(seed: Seed, address: str) -> None:
    assert set(values(visitor(seed.reader), f"{address}?mark=correlated")) == {"198.51.100.23", HIDDEN}
    assert values(visitor(seed.stranger), f"{address}?mark=correlated") == []


def test_values_on_warninglists_are_found(seed: Seed, address: str) -> None:
    store(WarninglistFile(name="Own hosts", type="string", version=1, values=["login.example"]))
    Warninglist.objects.update(enabled=True)
    client = visitor(seed.reader)
    assert values(client, f"{address}?mark=warned") == ["login.example"]
    assert "Own hosts" in text_of(client.get(f"{address}?mark=warned"))


def test_sorting_lists_attributes_without_their_objects(seed: Seed, address: str) -> None:
    client = visitor(seed.reader)
    up, down = values(client, f"{address}?sort=value"), values(client, f"{address}?sort=-value")
    assert up == sorted(up) == down[::-1]
    assert len(up) == 8
    html = text_of(client.get(f"{address}?sort=-value"))
    assert 'aria-sort="descending"' in html
    assert "object-row" not in html
    assert len(values(client, f"{address}?sort=nonsense;drop")) == 8


@pytest.mark.parametrize("order", ["layout=objects", "layout=flat", "sort=type", "folded=1"])
def test_windows_show_every_row_once(
    seed: Seed, setup: Setup, address: str, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "WINDOW", 7)
    more = [{"type": "text", "value": f"line {number}"} for number in range(40)]
    add_attributes(seed.publisher.actor, setup.event.pk, more)
    client = visitor(seed.reader)
    first = client.get(f"{address}?{order}")
    assert first.context["rows"][0][0].number == 2
    numbers: list[int] = []
    seen: list[str] = []
    for start in range(0, first.context["extent"].rows, 7):
        html = text_of(client.get(f"{address}rows/?{order}&start={start}&columns=comment"))
        numbers += map(int, re.findall(r'aria-rowindex="(\d+)"', html))
        seen += re.findall(r'id="((?:attribute|object)-\d+)"', html)
        assert "<html" not in html
    objects = 0 if order in ("layout=flat", "sort=type") else 2
    parts_of_objects = 3 if order == "folded=1" else 0
    assert numbers == list(range(2, 2 + 48 + objects - parts_of_objects))
    assert len(seen) == len(set(seen)) == len(numbers)
    # Without scripts the same rows are found page by page.
    assert [row.number for row, *_ in client.get(f"{address}?{order}&page=2").context["rows"]] == numbers[
        7:14
    ]


def test_rows_follow_visibility(seed: Seed, setup: Setup, address: str) -> None:
    delete_attribute(seed.publisher.actor, setup.attribute("198.51.100.23").pk, hard=False)
    rows = f"{address}rows/?deleted=1&columns=comment"
    own, others = text_of(visitor(seed.reader).get(rows)), text_of(visitor(seed.stranger).get(rows))
    for secret in ("hidden<wbr>[.]example", "secret<wbr>[.]example", "198.51.100.23"):
        assert secret in own
        assert secret not in others
    assert "data-edit" in text_of(visitor(seed.publisher).get(rows))
    assert "data-edit" not in others


def test_object_is_named_and_folds(seed: Seed, setup: Setup, address: str) -> None:
    stored = Object.objects.get(event=setup.event, name="url")
    template = ObjectTemplate.objects.create(
        uuid=str(stored.template_uuid),
        name="url",
        meta_category="network",
        version=9,
        definition={"requiredOneOf": ["domain", "ip"]},
    )
    template.elements.create(object_relation="url", type="url", ui_priority=9)
    client = visitor(seed.reader)
    html = text_of(client.get(address))
    heading = html[html.index(f'id="object-{stored.pk}"') :]
    assert "login<wbr>[.]example</span>" in heading[: heading.index("</tr>")]
    folded = f"{address}?toggled={stored.pk}"
    assert "login.example" not in values(client, folded)
    assert "https://secret.example/" in values(client, folded)
    assert values(client, f"{folded}&folded=1")[:2] == ["https://login.example/a", "login.example"]


def test_hidden_attribute_does_not_name_its_object(seed: Seed, setup: Setup, address: str) -> None:
    Attribute.objects.filter(value1="https://login.example/a").update(distribution=0)
    assert "login.example/a" not in text_of(visitor(seed.stranger).get(address)).replace("<wbr>", "").replace(
        "[.]", "."
    )


def test_filter_swaps_results_and_not_the_box_that_is_typed_in(seed: Seed, address: str) -> None:
    client = visitor(seed.reader)
    typed = part(client, f"{address}?text=nothing", **{"HX-Trigger": "attribute-filter"})
    assert "<html" not in typed
    assert "No attribute matches." in typed
    assert "Show all attributes" in typed
    assert 'id="filter-text"' not in typed
    assert 'id="facet-type-choices"' in typed
    assert 'id="filter-text"' in part(client, f"{address}?type=url")


def test_choices_are_counted_when_asked_for_while_somebody_types(seed: Seed, address: str) -> None:
    client = visitor(seed.reader)
    named = {"HX-Trigger": "attribute-filter", "Typed-Columns": "category,decay,nonsense"}
    typed = part(client, f"{address}?text=login", **named)
    assert "facet-type-url" not in typed
    assert 'id="late-facets"' in typed
    # The columns of the open table stay, filled or not.
    assert "category-cell" in typed
    assert "decay-cell" in typed
    assert "updated-cell" not in typed
    assert "nonsense" not in typed
    counted = part(client, f"{address}?text=login", "late-facets")
    assert "facet-type-url" in counted
    assert "<tr" not in counted
    # Of what the reader may see, as on the whole page.
    theirs = part(visitor(seed.stranger), f"{address}?deleted=1", "late-facets")
    assert "facet-type-domain" in theirs
    assert 'id="facet-deleted"' not in theirs


def test_counts_of_a_large_event_come_after_its_rows(
    seed: Seed, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "LARGE", 7)
    client = visitor(seed.reader)
    assert "late-facets" in text_of(client.get(address))
    assert "facet-type-url" not in part(client, address)
    assert "facet-type-url" in part(client, address, "late-facets")


def test_number_of_matches_of_a_large_event_comes_after_the_first_ones(
    seed: Seed, setup: Setup, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = Event.objects.get(
        pk=add_event(seed.org_admin.actor, {"info": "Large", "distribution": 1}).event_id
    )
    publish_event(seed.org_admin.actor, event.pk)
    parts = [{"type": "domain", "value": f"Host{n}.example.com"} for n in range(12)]
    hidden = {"type": "domain", "value": "host-hidden.example.com", "distribution": 0}
    add_attributes(seed.org_admin.actor, event.pk, [*parts, hidden])
    publish_event(seed.org_admin.actor, event.pk)
    monkeypatch.setattr(columns, "LARGE", 7)
    monkeypatch.setattr(attribute_lines, "ENOUGH", 5)
    client, page = visitor(seed.stranger), f"/event/{event.pk}/?text=HOST"
    first = part(client, page)
    assert "Counting…" in first
    assert 'data-every="' not in first
    assert "host11" not in first.lower()
    assert "host0" in first.lower()
    late = part(client, page, "late-count")
    assert "12 of 12 attributes" in " ".join(late.split())
    assert 'data-total="12"' in late
    assert 'data-every="12"' in late
    # The mark of the matches is that of the page without scripts.
    mark = re.findall(r'name="match_mark" value="([^"]+)"', late)
    assert mark == re.findall(r'name="match_mark" value="([^"]+)"', text_of(client.get(page)))
    # With objects, whose rows come first, and all of which are counted at once.
    monkeypatch.setattr(columns, "LARGE", 3)
    grouped = part(visitor(seed.reader), f"{address}?text=example")
    assert "5 of 8 attributes" in " ".join(grouped.split())
    mark = re.findall(r'name="match_mark" value="([^"]+)"', grouped)
    assert mark == re.findall(
        r'name="match_mark" value="([^"]+)"', text_of(visitor(seed.reader).get(f"{address}?text=example"))
    )
    few = part(client, f"/event/{event.pk}/?text=host11")
    assert "1 of 12 attributes" in few
    assert 'id="late-count"' not in few


def test_rows_show_when_values_were_seen_and_how_they_decay(seed: Seed, setup: Setup, address: str) -> None:
    attribute = setup.attribute("login.example")
    now = now_seconds()
    for weeks, org in ((0, seed.org_b), (0, seed.org_b), (3, seed.org_a), (40, seed.org_a)):
        Sighting.objects.create(
            attribute=attribute,
            event=setup.event,
            org=org,
            type=SightingType.SEEN,
            date_sighting=now - weeks * 7 * 24 * 3600 - 60,
        )
    model = DecayingModel.objects.create(
        name="<b>Names</b>",
        formula="Polynomial",
        parameters={"lifetime": 120, "decay_speed": 2, "threshold": 30, "default_base_score": 80},
        attribute_types=["domain"],
        org=seed.org_a,
        all_orgs=True,
    )
    client = visitor(seed.reader)
    html = text_of(client.get(address))
    assert "Sightings in each of the last 12 weeks: 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2" in html
    assert html.count("sparkline") == 1
    assert "decay-cell" not in html  # No model is enabled.
    DecayingModel.objects.filter(pk=model.pk).update(enabled=True)
    html = text_of(client.get(address))
    assert "&lt;b&gt;Names&lt;/b&gt;: 80" in html
    assert html.count("&lt;b&gt;Names") == len(values(client, f"{address}?type=domain"))


MARKUP = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("query", ["", f"?text={MARKUP}", f"?tag={MARKUP}", f"?type={MARKUP}"])
def test_markup_is_text(seed: Seed, setup: Setup, address: str, query: str) -> None:
    written: dict[str, Any] = {"type": "text", "value": MARKUP, "comment": MARKUP, "Tag": [{"name": MARKUP}]}
    add_attributes(seed.org_admin.actor, setup.event.pk, [written])
    client = visitor(seed.reader)
    for shown in (text_of(client.get(address + query)), part(client, address + query)):
        assert "<img src=x" not in shown
        assert "&lt;img src=x" in shown


def test_columns_are_chosen_by_each_user(seed: Seed, address: str) -> None:
    client = visitor(seed.reader)
    assert "category-cell" in text_of(client.get(address))
    back = client.post(f"{address}columns/", {"column": ["tags", "updated", "nonsense"], "query": "type=url"})
    assert back["Location"] == f"{address}?type=url"
    html = text_of(client.get(address))
    assert "category-cell" not in html
    assert "updated-cell" in html
    assert "tags-cell" not in html  # No attribute has one.
    assert "category-cell" in text_of(visitor(seed.analyst).get(address))
    client.post(f"{address}columns/", {"as_fits": "1"})
    assert "category-cell" in text_of(client.get(address))


@pytest.mark.parametrize(
    ("form", "expected"),
    [("raw", "login.example"), ("defanged", "login[.]example"), ("csv", "login.example")],
)
def test_selected_values_are_copied(seed: Seed, setup: Setup, address: str, form: str, expected: str) -> None:
    hidden, shown = setup.attribute(HIDDEN), setup.attribute("login.example")
    draft = Attribute.objects.filter(event=setup.draft).values_list("pk", flat=True)
    asked = {"pk": [hidden.pk, shown.pk, *draft]}
    text = text_of(visitor(seed.stranger).post(f"{address}copy/{form}/", asked))
    assert expected in text
    assert "hidden" not in text
    assert "198.51.100.23" not in text
    page = text_of(visitor(seed.stranger).get(f"{address}?type=domain"))
    matches = page.partition('name="match_mark" value="')[2].partition('"')[0]
    everything = {"every": "1", "filter": "type=domain", "match_mark": matches}
    assert expected in text_of(visitor(seed.stranger).post(f"{address}copy/{form}/", everything))
    assert visitor(seed.stranger).post(f"/event/{setup.draft.pk}/copy/{form}/", asked).status_code == 404
