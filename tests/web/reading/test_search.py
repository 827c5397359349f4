"""Search, suggestions, and the page of a value follow the visibility rule."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.analysis.search.value_page import ValueLifetime
from vardkase.analysis.search.value_search import ValueMeaning, understand
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.warninglists.matching import WarninglistHit
from vardkase.web.analysis.search.value_verdict import verdict_on

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.mark.parametrize(
    ("text", "meaning", "values"),
    [
        ("", ValueMeaning.NOTHING, ()),
        ("hxxps://evil[.]example/", ValueMeaning.VALUE, ("https://evil.example/",)),
        ("%evil%", ValueMeaning.PATTERN, ("%evil%",)),
        ("10.0.0.0/8", ValueMeaning.NETWORK, ("10.0.0.0/8",)),
        ("10[.]1[.]1[.]1", ValueMeaning.NETWORK, ("10.1.1.1",)),
        ("two words here", ValueMeaning.VALUE, ("two words here",)),
        ("1.1.1.1\nevil[.]example\n1.1.1.1\n", ValueMeaning.VALUES, ("1.1.1.1", "evil.example")),
        ("1.1.1.1, 2.2.2.2; 3.3.3.3", ValueMeaning.VALUES, ("1.1.1.1", "2.2.2.2", "3.3.3.3")),
    ],
)
def test_search_text_is_interpreted(text: str, meaning: ValueMeaning, values: tuple[str, ...]) -> None:
    asked = understand(text)
    assert (asked.meaning, asked.values) == (meaning, values)


def found(seed_client: object, query: str) -> list[str]:
    page = seed_client.get(f"/search/?{query}").context  # type: ignore[attr-defined]
    return sorted(hit.attribute.value for hit in page["hits"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("LOGIN.example", ["login.example"]),
        ("%login%", ["https://login.example/a", "login.example"]),
        ("c2.example", ["c2.example|198.51.100.24"]),
        ("c2.example|198.51.100.24", ["c2.example|198.51.100.24"]),
        ("198.51.100.24", ["198.51.100.0/24", "c2.example|198.51.100.24"]),
        ("198.51.0.0/16", ["198.51.100.0/24", "198.51.100.23", "c2.example|198.51.100.24"]),
        (HIDDEN, []),
        ("%hidden%", []),
        ("https://secret.example/", []),
        ("nothing.example", []),
    ],
)
def test_search_finds_readable_attributes(seed: Seed, setup: Setup, text: str, values: list[str]) -> None:
    assert found(visitor(seed.stranger), f"q={quote(text, safe='')}") == values


def test_hits_are_filtered(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    network = "q=198.51.100.0/24"
    assert found(stranger, f"{network}&type=ip-src") == ["198.51.100.0/24"]
    assert found(stranger, f"{network}&to_ids=1") == ["198.51.100.23"]
    assert found(stranger, f"{network}&until=2001-01-01") == []
    assert len(found(stranger, f"{network}&since=2001-01-01")) == 3
    assert stranger.get(f"/search/?{network}&since=x&type=nonsense&after=1,x").status_code == 200


def test_cross_site_form_is_refused(seed: Seed, setup: Setup) -> None:
    assert visitor(seed.reader, enforce_csrf_checks=True).post("/lookup/", {"text": "x"}).status_code == 403


def test_events_are_found_by_title_and_tag(seed: Seed, setup: Setup) -> None:
    for text in ("payroll", "kind:phishing"):
        page = visitor(seed.stranger).get(f"/search/?q={text}").context
        assert [event.row.id for event in page["events"]] == [setup.event.pk]
    assert visitor(seed.stranger).get("/search/?q=Draft").context["events"] == []


def test_suggestions(seed: Seed, setup: Setup) -> None:
    stranger, reader = visitor(seed.stranger), visitor(seed.reader)
    html = text_of(stranger.get("/search/suggestions/?q=login.example"))
    assert html.count('role="option"') == 3
    assert "/value/?v=login.example" in html
    assert "1 event" in html
    assert f"/event/{setup.draft.pk}/" in text_of(reader.get("/search/suggestions/?q=draft"))
    assert f"/event/{setup.draft.pk}/" not in text_of(stranger.get("/search/suggestions/?q=draft"))
    assert "/value/" not in text_of(stranger.get(f"/search/suggestions/?q={HIDDEN}"))
    assert "/event/" not in text_of(visitor(seed.reader).get("/search/suggestions/?q="))


def test_search_box_leads_to_what_the_text_names(seed: Seed, setup: Setup) -> None:
    stranger, known = visitor(seed.stranger), setup.attribute("login.example")
    for text, target in (
        (f"#{setup.event.pk}", f"/event/{setup.event.pk}/"),
        (str(setup.event.uuid).upper(), f"/event/{setup.event.pk}/"),
        (str(known.uuid), f"/event/{setup.event.pk}/?text=login.example"),
        ("login[.]example", "/value/?v=login.example"),
        ("https://unknown.example/?tag:x", "/search/?q=https%3A%2F%2Funknown.example%2F%3Ftag%3Ax"),
        ("two words", "/search/?q=two+words"),
        ("tag:kind:phishing", "/events/?text=kind%3Aphishing"),
        (
            'ORG:"Organisation A" payroll tlp:GREEN',
            "/events/?organisation=Organisation+A&tlp=green&text=payroll",
        ),
        ("type:domain seen:2026-11-01", "/search/?q=&type=domain&since=2026-11-01"),
        ('category:"network activity"', "/search/?q=&category=Network+activity"),
        ("login.example\ntag:x", "/lookup/?q=login.example%0Atag%3Ax"),
    ):
        response = stranger.get("/search/go/", {"q": text})
        assert response.status_code == 302
        assert response["Location"].startswith(target), (text, response["Location"])
    assert f"/event/{setup.event.pk}/" in text_of(
        stranger.get("/search/go/?q=tag:kind:phishing", follow=True)
    )
    assert "/search/go/?q=tag%3Ax" in text_of(stranger.get("/search/suggestions/?q=tag:x"))


def test_search_box_combines_operators(seed: Seed, setup: Setup) -> None:
    """What one list cannot answer, the advanced search does, with its form filled in."""
    stranger = visitor(seed.stranger)
    creator = setup.event.orgc.name
    for text, values in (
        ("type:domain tag:kind:phishing", ["login.example"]),
        ("type:domain type:url tag:kind:phishing login", ["https://login.example/a", "login.example"]),
        (f'-type:domain tag:PHISH seen:2001-01-01 "login" org:"{creator}"', ["https://login.example/a"]),
        ("type:domain tag:kind:phishing -seen:2001-01-01", []),
        ("type:domain -tag:phish", []),
        (f"type:url tag:phish {HIDDEN}", []),
    ):
        page = stranger.get("/search/go/", {"q": text}, follow=True)
        assert page.status_code == 200
        assert page.redirect_chain[0][0].startswith("/search/advanced/?scope=attributes&"), text
        assert sorted(hit.attribute.value for hit in page.context["rows"]) == values, text
    for text, events in (
        ("tag:kind:phishing tag:phish payroll", [setup.event.pk]),
        ("tag:phish org:nobody", []),
        ("-tag:phish", []),
    ):
        page = stranger.get("/search/go/", {"q": text}, follow=True)
        listed = page.context["rows"] if "rows" in page.context else page.context["events"]
        assert [event.row.id for event in listed] == events, text
    values = stranger.get("/search/go/", {"q": "type:domain login"}, follow=True)
    assert [hit.attribute.value for hit in values.context["hits"]] == ["login.example"]


def test_search_box_completes_operators(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    for text, filled in (
        ("ty", "type:"),
        ("type:domain ta", "type:domain tag:"),
        ("type:ip-d", "type:ip-dst "),
        ("tlp:gr", "tlp:green "),
        ("category:netw", "category:&quot;Network activity&quot; "),
        ("type:domain tag:phish", "type:domain tag:kind:phishing "),
        ("seen:3", "seen:30d "),
        (f"-org:{setup.event.orgc.name[:8]}", f"-org:&quot;{setup.event.orgc.name}&quot; "),
    ):
        assert f'data-fill="{filled}"' in text_of(stranger.get("/search/suggestions/", {"q": text})), text
    # Where nothing can be listed, an example says what may follow.
    assert 'data-fill="galaxy:T1486"' in text_of(stranger.get("/search/suggestions/", {"q": "galaxy:"}))
    assert "type:ip-dst" in text_of(stranger.get("/search/?q=login"))


def test_search_page_keeps_what_was_typed_and_answers_links_with_operators(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    for typed in ("type:domain login", 'category:"Network activity" seen:2026-01-01'):
        for path in ("/search/go/", "/search/"):
            page = text_of(stranger.get(path, {"q": typed}, follow=True))
            assert f'value="{escape(typed)}"' in page, (path, typed)
    assert "Values that match the filters" in text_of(stranger.get("/search/?type=domain"))
    assert "“colour:” is not an operator." in text_of(stranger.get("/search/?q=colour:red"))
    assert "is not an operator" not in text_of(stranger.get("/search/?q=https://nowhere.example/"))


def test_search_box_says_why_it_cannot_filter(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    for text, why in (
        (f"#{setup.draft.pk}", "There is no event"),
        ("tlp:purple", "Examples: red, amber+strict, amber"),
        ("type:nonsense", "“nonsense” is not a valid value for type. Examples: ip-dst, domain, url"),
        ("type:ip", "“ip” is not a valid value for type. Examples: ip-"),
        ("seen:yesterday", "as a date, 2026-11-01"),
        (" ".join(f"tag:{n}" for n in range(31)), "at most 30 operators"),
    ):
        refused = stranger.get("/search/go/", {"q": text})
        assert refused.status_code == 422
        assert why in refused.text, text
    pasted = text_of(
        stranger.get("/search/go/", {"q": "\n".join(f"{n}.example" for n in range(3000))}, follow=True)
    )
    assert "3,000 values: 0 known" in pasted.replace("\u2009", ",")
    hidden = stranger.get("/search/go/", {"q": str(setup.draft.uuid)})
    assert hidden["Location"].startswith("/search/?q=")
    assert stranger.get("/search/go/", {"q": HIDDEN})["Location"] == f"/search/?q={HIDDEN}"


def test_newest_values_page(seed: Seed, setup: Setup) -> None:
    page = visitor(seed.stranger).get("/values/").context
    assert len(page["hits"]) == 6


def test_results_are_sorted_by_the_time_that_they_show(seed: Seed, setup: Setup) -> None:
    # The attribute added last was changed first.
    Attribute.objects.filter(event=setup.draft, value1="198.51.100.23").update(timestamp=1_600_000_000)
    for address in ("/value/?v=198.51.100.23", "/search/?q=198.51.100.0/24", "/values/"):
        times = [hit.changed for hit in visitor(seed.reader).get(address).context["hits"]]
        assert times == sorted(times, reverse=True), address
    first = visitor(seed.reader).get("/values/?rows=15").context
    assert first["hits"][-1].attribute.timestamp == 1_600_000_000


def test_value_page(seed: Seed, setup: Setup) -> None:
    own = visitor(seed.reader).get("/value/?v=198.51.100.23").context
    assert (own["life"].events, own["life"].organisations, own["life"].detected) == (2, 1, 1)
    other = visitor(seed.stranger).get("/value/?v=198.51.100.23").context
    assert (other["life"].events, other["life"].attributes) == (1, 1)
    assert [one["attribute"].value for one in other["around"]] == ["198.51.100.0/24"]
    assert other["within"] == []
    network = visitor(seed.stranger).get("/value/?v=198.51.100.0/24").context
    assert {one["attribute"].value for one in network["within"]} == {
        "198.51.100.23",
        "c2.example|198.51.100.24",
    }


def test_value_page_lists_nearby_values(seed: Seed, setup: Setup) -> None:
    page = visitor(seed.stranger).get("/value/?v=login.example").context
    assert [one["near"].value for one in page["near"]] == ["https://login.example/a"]
    page = visitor(seed.stranger).get("/value/?v=198.51.100.24").context
    assert [one["near"].value for one in page["near"]] == ["c2.example"]


def test_hidden_value_looks_unknown(seed: Seed, setup: Setup) -> None:
    stranger = visitor(seed.stranger)
    pages = [text_of(stranger.get(f"/value/?v={value}")) for value in (HIDDEN, "nobody.example")]
    assert all("No occurrences visible to you" in page for page in pages)
    assert pages[0].replace("hidden", "nobody").count("nobody") == pages[1].count("nobody") + pages[1].count(
        "hidden"
    )


def test_value_is_not_linked_and_is_escaped(seed: Seed, setup: Setup) -> None:
    html = text_of(visitor(seed.reader).get("/value/?v=https://login.example/a"))
    assert 'href="https://login' not in html
    assert "hxxps://login" in html
    bad = text_of(visitor(seed.reader).get("/value/?v=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in bad
    assert visitor(seed.reader).get("/value/").status_code == 302


def test_verdict_wording() -> None:
    life = ValueLifetime(3, 2, 1, 1, 1_700_000_000, 1_700_000_000, ["ip-dst"])
    now = 1_700_000_000.0
    assert verdict_on(None, []).kind == "land"
    harmless = [WarninglistHit(1, "Public resolvers", "false_positive", "8.8.8.8")]
    assert verdict_on(life, harmless, None, now).kind == "warn"
    words = {
        verdict_on(life, [], None, now).words,
        verdict_on(life, [], None, now + 10**9).words,
        verdict_on(ValueLifetime(3, 2, 1, 0, 1, 1, ["ip-dst"]), [], None, now).words,
    }
    assert len(words) == 3


def test_search_box_suggests_pages_and_commands_for_which_one_is_allowed(seed: Seed, setup: Setup) -> None:
    reader, analyst, stranger = visitor(seed.reader), visitor(seed.analyst), visitor(seed.stranger)
    assert 'href="/tags/"' in text_of(analyst.get("/search/suggestions/?q=tags"))
    assert 'href="/event/new/"' in text_of(analyst.get("/search/suggestions/?q=new+EVENT"))
    assert 'href="/event/new/"' not in text_of(reader.get("/search/suggestions/?q=new+event"))
    assert 'href="/administration/feeds/"' in text_of(
        visitor(seed.site_admin).get("/search/suggestions/?q=feeds")
    )
    assert 'href="/administration/feeds/"' not in text_of(analyst.get("/search/suggestions/?q=feeds"))

    def on_event(client: Client, event: Event, text: str = "") -> str:
        opened = {"HX-Current-URL": f"http://testserver/event/{event.pk}/correlations/"}
        return text_of(client.get("/search/suggestions/", {"q": text}, headers=opened))

    edit = f'href="/event/{setup.event.pk}/edit/"'
    assert edit in on_event(analyst, setup.event)
    assert edit in on_event(analyst, setup.event, "edit")
    assert edit not in on_event(stranger, setup.event)
    assert f'href="/event/{setup.event.pk}/download/"' in on_event(stranger, setup.event)
    assert f"/event/{setup.draft.pk}/" not in on_event(stranger, setup.draft)

    def acts(client: Client, text: str, path: str = "/") -> str:
        opened = {"HX-Current-URL": f"http://testserver{path}"}
        return text_of(client.get("/search/suggestions/", {"q": text}, headers=opened))

    here = f"/event/{setup.event.pk}/"
    assert 'action="/subscriptions/follow/"' in acts(stranger, "follow", here)
    assert 'action="/subscriptions/follow/"' in acts(stranger, "follow", "/value/?v=login.example")
    assert 'action="/subscriptions/follow/"' not in acts(stranger, "follow", f"/event/{setup.draft.pk}/")
    follow = {"kind": "event", "thing": setup.event.pk, "next": here}
    assert stranger.post("/subscriptions/follow/", follow)["Location"] == here
    assert "Stop following this event" in acts(stranger, "follow", here)
    swedish = visitor(seed.analyst)
    swedish.post("/preferences/language/", {"language": "sv"})
    for text in ("dark theme", "mörkt tema"):
        html = acts(swedish, text, "/events/?text=a")
        assert 'action="/preferences/theme/"' in html
        assert 'value="/events/?text=a"' in html
    assert 'href="/event/new/"' in acts(swedish, "ny händ")
    assert "notifications/mark-all" not in acts(analyst, "notifications")
    for address in ("http://testserver/nowhere/", "nonsense", "http://[", "http://testserver/event/999999/"):
        assert analyst.get("/search/suggestions/?q=", headers={"HX-Current-URL": address}).status_code == 200
