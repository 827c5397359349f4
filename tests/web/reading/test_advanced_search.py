"""The advanced search: conditions, results, the call of the API, files; and saving a search from the pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pymisp
import pytest
from django.test import Client

from tests.api.calls import call
from tests.factories.intel import make_attribute, make_event, make_object
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.analysis.saved_searches import services
from vardkase.analysis.saved_searches.models import SavedSearch
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.parse import parse
from vardkase.intel.services.events import add_event
from vardkase.web.analysis.search.advanced_filters import filters_of, form_data_of
from vardkase.web.analysis.search.advanced_form import AdvancedForm, fields_in
from vardkase.web.analysis.search.api_call import api_call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]
PAGE = "/search/advanced/"


@pytest.fixture
def web(seed: Seed) -> Client:
    return in_english(seed.analyst)


def in_english(person: ApiUser) -> Client:
    client = signed_in(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def event(person: ApiUser, info: str, *values: str, **fields: Any) -> int:
    attributes = [{"type": "domain", "value": value} for value in values]
    return add_event(
        person.actor, {"info": info, "distribution": 3, "Attribute": attributes, **fields}
    ).event_id


def test_conditions_are_met_by_what_is_listed_and_downloaded(web: Client, seed: Seed) -> None:
    tag = make_tag("campaign:winter")
    ours = event(seed.analyst, "Winter", "one.example", "two.example", Tag=[{"name": tag.name}])
    event(seed.analyst, "Summer", "three.example")
    event(
        seed.partner_sync,
        "Winter at B",
        "hidden.example",
        published=True,
        distribution=0,
        Tag=[{"name": tag.name}],
    )
    asked = {
        "scope": "attributes",
        "value": "%.example",
        "value_not": "two.example",
        "tags": [tag.name],
        "sector": "",
    }
    page = web.get(PAGE, asked, follow=True)
    assert [hit.attribute.value for hit in page.context["rows"]] == ["one.example"]
    assert "1 attribute" in page.text
    assert "hidden.example" not in page.text
    expected = {"value": {"OR": ["%.example"], "NOT": ["two.example"]}, "tags": [tag.name]}
    assert page.context["asked"].filters == expected
    query = page.context["query"]
    assert "sector" not in query
    file = web.get(f"{PAGE}download/csv/?{query}")
    assert b"one.example" in b"".join(file.streaming_content)  # type: ignore[attr-defined]
    formats = web.get(f"{PAGE}download/?{query}")
    assert "Suricata" in formats.text
    # The call that is shown finds the same.
    status, found = call(seed.analyst.key, "POST", "/attributes/restSearch", expected)
    assert [each["value"] for each in found["response"]["Attribute"]] == ["one.example"]
    assert status == 200
    events = web.get(PAGE, {"scope": "events", "tags": tag.name, "published": "0"})
    assert [row.row.id for row in events.context["rows"]] == [ours]
    for format in ("json", "zeek"):
        assert web.get(f"{PAGE}download/{format}/?scope=events&tags={tag.name}").status_code == 200


def test_objects_are_found_with_the_values_that_the_reader_sees(seed: Seed) -> None:
    event = make_event(seed.org_b, distribution=3, published=True)
    event.save()
    thing = make_object(event, name="file")
    thing.save()
    make_attribute(event, object=thing, type="filename", value1="bad.exe").save()
    make_attribute(event, object=thing, type="md5", value1="f" * 32, distribution=0).save()
    hidden = make_object(event, name="file", distribution=0)
    hidden.save()
    page = in_english(seed.analyst).get(PAGE, {"scope": "objects", "object_name": "file"})
    (hit,) = page.context["rows"]
    assert (hit.object.id, hit.object.attributes, hit.object.values) == (
        thing.pk,
        1,
        [("filename", "bad.exe")],
    )
    assert "f" * 32 not in page.text
    own = in_english(seed.partner).get(PAGE, {"scope": "objects", "object_name": "file"})
    assert len(own.context["rows"]) == 2
    assert web_json(seed.analyst, "scope=objects&object_name=file")["response"][0]["Object"]["name"] == "file"


def web_json(person: ApiUser, query: str) -> Any:
    file = in_english(person).get(f"{PAGE}download/json/?{query}")
    return json.loads(b"".join(file.streaming_content))  # type: ignore[attr-defined]


def test_results_are_sorted_and_paged(web: Client, seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        event(
            seed.analyst,
            f"Number {number:02}",
            f"n{number:02}.example",
            timestamp=str(1_700_000_000 + number),
        )
    asked = {"scope": "events", "eventinfo": "number", "rows": "15"}

    def titles(page: Any) -> list[str]:
        return [row.row.info[-2:] for row in page.context["rows"]]

    first = web.get(PAGE, {**asked, "sort": "title"})
    assert titles(first) == [f"{number:02}" for number in range(15)]
    second = web.get(PAGE + first.context["older"])
    assert titles(second) == [f"{number:02}" for number in range(15, 20)]
    assert titles(web.get(PAGE + second.context["newer"])) == titles(first)
    # Too many to sort: from the end of an index, and the page says so.
    monkeypatch.setattr("vardkase.analysis.search.result_list.COUNTED", 5)
    for scope in ("events", "attributes"):
        many = web.get(PAGE, {**asked, "scope": scope, "sort": "title"})
        assert "sorted by their last change only" in many.text
        assert len(many.context["rows"]) == 15
        assert len(web.get(PAGE + many.context["older"]).context["rows"]) == 5


def test_page_without_conditions_or_with_wrong_ones_finds_nothing(web: Client, seed: Seed) -> None:
    event(seed.analyst, "Winter", "one.example")
    assert "No conditions yet" in web.get(PAGE).text
    for field, text in {
        "date_from": "3 Smarch",
        "more": "{",
        "score": "101",
        "galaxy_key": "country",
    }.items():
        scope = "attributes" if field == "score" else "events"
        page = web.get(PAGE, {"scope": scope, "eventinfo": "win", field: text})
        assert page.context["form"].errors, field
        assert "rows" not in page.context
    assert web.get(PAGE, {"searchall": "win", "eventinfo": "win"}).context["form"].errors
    assert web.get(PAGE, {"more": '{"colour": 1}'}).context["form"].errors
    assert web.get(f"{PAGE}download/").status_code == 404
    assert web.get(f"{PAGE}download/csv/", {"scope": "attributes"}).status_code == 404
    assert web.get(PAGE, {"saved": "1"}).status_code == 404
    nothing = web.get(PAGE, {"eventinfo": "no such title"})
    assert "Nothing that you can see" in nothing.text


@pytest.mark.parametrize("text", ["xx", "2026-13-01", "1 nov", "2026", "20261101"])
def test_time_that_could_be_read_as_another_is_refused_by_its_field(web: Client, text: str) -> None:
    for field in ("date_from", "published_until"):
        page = web.get(PAGE, {"scope": "events", field: text})
        assert list(page.context["form"].errors) == [field]
        assert "Enter a date, such as 2026-11-01" in page.text
        assert "rows" not in page.context
    for good in ("2026-11-01", "2026-11-01 08:00", "1 Nov 2026", "7d", "yesterday", "1764547200"):
        assert "rows" in web.get(PAGE, {"scope": "events", "event_from": good}).context, good


def test_address_is_rid_of_empty_fields(web: Client) -> None:
    sent = {"scope": "events", "value": "", "q_type": "", "eventinfo": "x"}
    assert web.get(PAGE, sent).headers["Location"] == f"{PAGE}?scope=events&eventinfo=x"


def test_live_update_pushes_the_address_without_empty_fields(web: Client) -> None:
    page = web.get(
        PAGE,
        {"scope": "events", "value": "", "q_tags": "win", "eventinfo": "x"},
        headers={"HX-Request": "true"},
    )
    assert page.headers["HX-Push-Url"] == f"{PAGE}?scope=events&eventinfo=x"
    choices = web.get(f"{PAGE}choices/", {"scope": "events", "field": "type", "q_type": "sha25"})
    assert "sha256" in choices.text
    # Without scripts, the button inside the picker sends the form.
    plain = web.get(PAGE, {"scope": "events", "find": "type", "q_type": "sha25", "eventinfo": "x"})
    assert "sha256" in plain.text
    assert plain.context["form"]["eventinfo"].value() == "x"


SEARCHES: list[tuple[Scope, dict[str, Any]]] = [
    (Scope.EVENTS, {"value": ["a", "%b%"], "type": ["domain"], "published": 1, "threat_level_id": [1, 2]}),
    (
        Scope.EVENTS,
        {"event_tags": {"AND": ["a", "b"], "NOT": ["c"]}, "org": {"OR": ["!x"]}, "galaxy.country": "se"},
    ),
    (Scope.EVENTS, {"searchall": "%winter%"}),
    (
        Scope.EVENTS,
        {"from": "2026-01-01", "to": "2026-02-01", "publish_timestamp": "7d", "org.sector": "health"},
    ),
    (
        Scope.EVENTS,
        {"timestamp": "7d", "tags": {"OR": ["a"], "NOT": ["b"]}, "distribution": [1], "protected": 1},
    ),
    (
        Scope.ATTRIBUTES,
        {"timestamp": ["14d", "7d"], "first_seen": ["0", "7d"], "last_seen": "7d", "to_ids": 0},
    ),
    (Scope.ATTRIBUTES, {"deleted": [0, 1], "enforceWarninglist": 1, "excludeDecayed": 1, "score": 50}),
    (Scope.ATTRIBUTES, {"eventid": ["1", "2"], "uuid": {"NOT": ["x"]}, "sharinggroup": ["3"], "value1": "x"}),
    (
        Scope.OBJECTS,
        {"object_name": ["file"], "object_relation": ["md5"], "deleted": 1, "includeEventTags": 1},
    ),
]


@pytest.mark.parametrize(("scope", "filters"), SEARCHES)
def test_search_is_shown_in_the_form_and_read_from_it_unchanged(
    seed: Seed, scope: Scope, filters: dict[str, Any]
) -> None:
    form = AdvancedForm(seed.analyst.actor, scope, form_data_of(fields_in(scope), filters))
    assert form.is_valid(), form.errors
    assert filters_of(form.cleaned_data) == filters


@pytest.mark.parametrize(("scope", "filters"), SEARCHES)
def test_pymisp_call_asks_the_same(seed: Seed, scope: Scope, filters: dict[str, Any]) -> None:
    sent: dict[str, Any] = {}

    class Recording(pymisp.PyMISP):
        def __init__(self, url: str, key: str) -> None:
            self.root_url = url

        def _prepare_request(self, method: str, url: str, data: Any = None, **_: Any) -> Any:  # type: ignore[override]
            given = json.loads(json.dumps(data))
            sent.update({name: value for name, value in given.items() if value is not None}, url=url)
            raise StopIteration

    script = api_call("https://hub.example", scope, filters).pymisp
    with pytest.raises(StopIteration):
        exec(script.replace("from pymisp import PyMISP", ""), {"PyMISP": Recording})  # noqa: S102 - the page's own text
    assert sent.pop("url").endswith(f"{scope.value}/restSearch")
    assert sent.pop("returnFormat") == "json"
    now = 1_700_000_000
    as_sent, as_meant = parse(scope, sent, now), parse(scope, filters, now)
    assert replace(as_sent, options={}) == replace(as_meant, options={})


def test_saved_search_says_in_words_what_the_form_has_no_field_for(web: Client, seed: Seed) -> None:
    event(seed.analyst, "Winter", "one.example")
    filters = {"type": "domain", "last": "30d", "object_relation": {"NOT": ["text"]}, "includeEventTags": 1}
    search = services.save_search(
        seed.analyst.actor, {"name": "Month", "kind": "attributes", "filters": filters, "shared_with": 0}
    )
    listed = web.get("/search/saved/").text
    for words in ("Published in the last 30 days", "includeEventTags: 1", "object_relation: none of text"):
        assert words in listed
    assert (
        "{"
        not in listed[
            listed.index("condition-chips") : listed.index("</ul>", listed.index("condition-chips"))
        ]
    )
    opened = web.get(PAGE, {"saved": search.pk})
    assert opened.context["form"]["published_from"].value() == "30d"
    # `last` has another name in the form: the search is still the one that was saved.
    assert "Save this search" not in opened.text


def test_search_is_saved_opened_changed_copied_and_deleted(web: Client, seed: Seed) -> None:
    event(seed.analyst, "Winter", "one.example")
    found = web.get(PAGE, {"scope": "attributes", "value": "one.example"})
    link = re.search(r'href="(/search/saved/new/[^"]+)"', found.text)
    assert link
    address = link[1].replace("&amp;", "&")
    form = web.get(address)
    assert "Value: one.example" in form.text
    sent = {name: form.context["form"][name].value() or "" for name in ("kind", "filters", "mark")}
    assert web.post(address, {**sent, "name": "", "shared_with": "0"}).status_code == 422
    assert web.post(address, {**sent, "name": "x", "shared_with": "2"}).status_code == 422
    assert not SavedSearch.objects.exists()
    saved = web.post(
        address, {**sent, "name": "First", "description": "What it is", "shared_with": "1"}, follow=True
    )
    assert [hit.attribute.value for hit in saved.context["rows"]] == ["one.example"]
    assert "What it is" in saved.text
    assert "Save this search" not in saved.text
    (search,) = SavedSearch.objects.all()

    listed = in_english(seed.colleague).get("/search/saved/")
    assert "First" in listed.text
    assert f"/search/saved/{search.pk}/edit/" not in listed.text
    assert "First" not in in_english(seed.partner).get("/search/saved/").text
    for person in (seed.partner, seed.site_admin):
        other = in_english(person)
        for path in ("", "edit/", "delete/"):
            assert other.get(f"/search/saved/{search.pk}/{path}").status_code == 404
        assert other.get(f"/search/saved/new/?copy={search.pk}").status_code == 404
        assert other.get(PAGE, {"saved": search.pk}).status_code == 404
    assert in_english(seed.colleague).get(f"/search/saved/{search.pk}/edit/").status_code == 403

    changed = web.get(PAGE, {"saved": search.pk, "scope": "attributes", "value": "two.example"})
    link = re.search(rf'href="(/search/saved/{search.pk}/edit/[^"]+)"', changed.text)
    assert link
    form = web.get(link[1].replace("&amp;", "&"))
    fields = ("kind", "filters", "mark", "name", "description", "shared_with")
    sent = {name: form.context["form"][name].value() for name in fields}
    services.change_search(seed.org_admin.actor, search.pk, {"description": "By somebody else"})
    assert "Someone else has changed" in web.post(f"/search/saved/{search.pk}/edit/", sent).text
    sent["mark"] = web.get(f"/search/saved/{search.pk}/edit/").context["form"]["mark"].value()
    web.post(f"/search/saved/{search.pk}/edit/", sent)
    search.refresh_from_db()
    assert search.filters == {"value": ["two.example"]}

    copy = in_english(seed.colleague).get("/search/saved/new/", {"copy": search.pk})
    assert copy.context["form"]["name"].value() == "Copy of First"
    assert "First" in web.get(f"/search/saved/{search.pk}/delete/").text
    gone = web.post(f"/search/saved/{search.pk}/delete/", follow=True)
    assert "has been deleted" in gone.text
    assert f"/search/saved/{search.pk}/restore/" in gone.text
    assert (
        in_english(seed.partner).post(f"/search/saved/{search.pk}/restore/", follow=True).status_code == 404
    )
    assert web.get(f"/search/saved/{search.pk}/restore/").status_code == 404
    web.post(f"/search/saved/{search.pk}/restore/")
    assert web.get("/search/saved/").context["rows"][0].search == search


def test_filters_of_the_lists_are_saved_and_open_there(web: Client, seed: Seed) -> None:
    event(seed.analyst, "Winter", "one.example")
    for page, query, kind in (
        ("/events/", "text=winter&organisation=&threat=4&since=2020-01-01", "event-list"),
        ("/events/", "type=domain&arrived=7d", "event-list"),
        ("/search/", "q=one.example&type=domain", "values"),
        ("/search/", "q=one.example+two.example", "values"),
    ):
        link = re.search(r'href="(/search/saved/new/[^"]+)"', web.get(f"{page}?{query}").text)
        assert link, page
        form = web.get(link[1].replace("&amp;", "&"))
        sent = {name: form.context["form"][name].value() or "" for name in ("kind", "filters", "mark")}
        assert sent["kind"] == kind
        opened = web.post(
            link[1].replace("&amp;", "&"), {**sent, "name": query, "shared_with": "0"}, follow=True
        )
        where = urlsplit(opened.redirect_chain[-1][0])
        wanted = {name: values for name, values in parse_qs(query).items() if values != [""]}
        assert (where.path, parse_qs(where.query)) == (page, wanted)
        assert "Winter" in opened.text
    listed = web.get("/search/saved/").text
    assert "Threat level:" in listed
    assert "Search text:" in listed
    for address in (
        "/search/saved/new/",
        "/search/saved/new/?kind=values&list=nothing",
        "/search/saved/new/?kind=events",
    ):
        assert web.get(address).status_code == 404


def test_saved_searches_and_pages_are_reached_from_the_search_box(web: Client, seed: Seed) -> None:
    saved = services.save_search(
        seed.analyst.actor, {"name": "Ransomware at home", "kind": "events", "filters": {"tags": ["x"]}}
    )
    address = f"/search/saved/{saved.pk}/"
    for query in ("ransom", "home RANSOM"):
        assert address in web.get("/search/suggestions/", {"q": query}).text
    assert address in web.get("/search/suggestions/").text
    assert address not in in_english(seed.colleague).get("/search/suggestions/", {"q": "ransom"}).text
    for long_or_odd in ("ransom\0ware", "ransom " * 5000):
        assert address not in web.get("/search/suggestions/", {"q": long_or_odd}).text or "\0" in long_or_odd
    for typed, target in {
        "Ransomware at home": address,
        "saved searches": "/search/saved/",
        "Sharing groups": "/sharing-groups/",
        "advanced search": PAGE,
    }.items():
        answer = web.get("/search/go/", {"q": typed})
        assert answer.headers["Location"].endswith(target), typed
    assert (
        in_english(seed.colleague).get("/search/go/", {"q": "Ransomware at home"}).headers["Location"]
        != address
    )
