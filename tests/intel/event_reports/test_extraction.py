"""Values in a report become attributes and tags of its event, and the report refers to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, responds, serving
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.intel.event_reports.test_reports import make_event, make_report
from vardkase.exchange.report_import import IMPORTS
from vardkase.intel.models import Attribute
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry

PAGE = b"<title>Campaign</title><script>x()</script><h1>Head</h1><p>evil.example</p>"
TEXT = "# Case\nAPT Twelve (also *Numbered Panda*) used hxxp://evil[.]example/a and **198.51.100.7**, see tlp:amber."


def values(event: dict[str, Any]) -> dict[str, str]:
    found = Attribute.objects.filter(event=event["id"], deleted=False)
    return {attribute.value: str(attribute.uuid) for attribute in found}


def make_clusters() -> None:
    galaxy = Galaxy.objects.create(name="Threat Actor", type="threat-actor")
    name = 'misp-galaxy:threat-actor="APT Twelve"'
    cluster = GalaxyCluster.objects.create(
        galaxy=galaxy, type="threat-actor", value="APT Twelve", tag_name=name, default=True
    )
    GalaxyElement.objects.create(galaxy_cluster=cluster, key="synonyms", value="Numbered Panda")
    make_tag("tlp:amber")


def test_all_values_of_a_report_are_added_to_the_event(seed: Seed) -> None:
    make_clusters()
    event = make_event(seed.analyst, Attribute=[{"type": "ip-dst", "value": "198.51.100.7"}])
    report = make_report(seed.analyst, event, content=TEXT)
    path = f"/event_reports/extractAllFromReport/{report['id']}"
    status, stored = call(seed.analyst.key, "POST", path, {"tag_event": 1})
    assert status == 200, stored
    uuids = values(event)
    assert set(uuids) == {"198.51.100.7", "http://evil.example/a"}
    assert stored["report"]["EventReport"]["content"] == (
        TEXT.replace("hxxp://evil[.]example/a", f"@[attribute]({uuids['http://evil.example/a']})").replace(
            "198.51.100.7", f"@[attribute]({uuids['198.51.100.7']})"
        )
    )
    tags = call(seed.analyst.key, "GET", f"/events/view/{event['id']}")[1]["Event"]["Tag"]
    assert {tag["name"] for tag in tags} == {'misp-galaxy:threat-actor="APT Twelve"', "tlp:amber"}
    assert call(seed.analyst.key, "POST", path)[1]["report"]["EventReport"]["content"].count("@[") == 2
    assert len(values(event)) == 2


def test_warninglisted_values_are_not_for_detection(seed: Seed) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event, content="198.51.100.7 and 198.51.100.8")
    known = Warninglist.objects.create(
        name="DNS", type="cidr", category="false_positive", enabled=True, matching_attributes=["ip-dst"]
    )
    WarninglistEntry.objects.create(warninglist=known, value="198.51.100.7/32", network="198.51.100.7/32")
    call(seed.analyst.key, "POST", f"/event_reports/extractAllFromReport/{report['id']}")
    found = Attribute.objects.filter(event=event["id"]).order_by("value1")
    assert [attribute.to_ids for attribute in found] == [False, True]


def test_readers_see_suggestions_and_the_owner_accepts_them(seed: Seed) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event, content="evil.example and http://[")
    path = f"/event_reports/extractFromReport/{report['id']}"
    status, found = call(seed.partner.key, "GET", path)
    assert status == 200
    assert found["replacementResult"]["contentWithReplacements"] == "@[suggestion](evil.example) and http://["
    assert [value["value"] for value in found["complexTypeToolResult"]] == ["evil.example"]
    body = {
        "content": "Look: @[suggestion](evil.example), @[suggestion](other.example)",
        "suggestions": {"evil.example": {"complexTypeToolResult": {"default_type": "domain"}}},
    }
    accept = f"/event_reports/replaceSuggestionInReport/{report['id']}"
    assert call(seed.partner.key, "POST", accept, body)[0] == 403
    status, stored = call(seed.analyst.key, "POST", accept, body)
    assert status == 200, stored
    uuid = values(event)["evil.example"]
    assert stored["report"]["EventReport"]["content"] == (
        f"Look: @[attribute]({uuid}), @[suggestion](other.example)"
    )


@pytest.mark.parametrize(
    "suggestions",
    [
        None,
        "[",
        5,
        {"evil.example": {"type": "md5"}},
        {"evil.example": 5},
        [{"value": ["a"], "type": "domain"}],
    ],
)
def test_invalid_suggestions_change_nothing(seed: Seed, suggestions: Any) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event)
    path = f"/event_reports/replaceSuggestionInReport/{report['id']}"
    assert call(seed.analyst.key, "POST", path, {"content": "x", "suggestions": suggestions})[0] == 403
    assert call(seed.analyst.key, "GET", f"/event_reports/view/{report['id']}")[1]["EventReport"] == report


def test_hidden_values_stay_suggestions(seed: Seed) -> None:
    hidden = {"type": "domain", "value": "evil.example", "distribution": 0}
    event = make_event(seed.analyst, Attribute=[hidden])
    report = make_report(seed.analyst, event, content="evil.example")
    path = f"/event_reports/extractFromReport/{report['id']}"
    assert call(seed.partner.key, "GET", path)[1]["replacementValues"] == {}
    assert call(seed.reader.key, "GET", path)[1]["replacementValues"] != {}
    assert call(seed.partner.key, "POST", path.replace("extract", "extractAll"))[0] == 403


def test_editor_gets_the_elements_that_can_be_referred_to(seed: Seed) -> None:
    note = {
        "name": "note",
        "meta-category": "misc",
        "template_uuid": "11111111-aaaa-4bbb-8ccc-222222222222",
        "template_version": 1,
        "distribution": 5,
        "Attribute": [{"type": "text", "object_relation": "text", "value": "inside"}],
    }
    hidden = {"type": "domain", "value": "hidden.example", "distribution": 0}
    event = make_event(
        seed.org_admin,
        Attribute=[{"type": "domain", "value": "evil.example"}, hidden],
        Object=[note],
        Tag=[{"name": "tlp:green"}],
    )
    report = make_report(seed.org_admin, event)
    status, found = call(seed.partner.key, "GET", f"/event_reports/getProxyMISPElements/{report['id']}")
    assert status == 200
    assert {each["value"] for each in found["attribute"].values()} == {"evil.example", "inside"}
    assert [each["name"] for each in found["object"].values()] == ["note"]
    assert list(found["tagname"]) == ["tlp:green"]
    empty = make_report(seed.analyst, make_event(seed.analyst))
    found = call(seed.analyst.key, "GET", f"/event_reports/getProxyMISPElements/{empty['id']}")[1]
    assert found["attribute"] == found["object"] == found["tagname"] == []


def test_report_is_generated_from_an_event(seed: Seed) -> None:
    attributes = [{"type": "domain", "value": "evil.example"}, {"type": "ip-src", "value": "198.51.100.7"}]
    event = make_event(seed.analyst, Attribute=attributes)
    path = f"/event_reports/reportFromEvent/{event['id']}"
    assert call(seed.analyst.key, "POST", path, {"filters": "{}"})[0] == 405
    assert call(seed.stranger.key, "POST", path, {"filters": {"type": "domain"}})[0] == 403
    status, stored = call(seed.analyst.key, "POST", path, {"filters": '{"type": "domain"}'})
    assert status == 200, stored
    text = stored["EventReport"]["content"]
    assert f"@[attribute]({values(event)['evil.example']})" in text
    assert values(event)["198.51.100.7"] not in text


def test_web_page_becomes_a_report(seed: Seed, settings: Any) -> None:
    event = make_event(seed.analyst)
    path = f"/event_reports/importReportFromUrl/{event['id']}"
    page = responds(PAGE, Content_Type="text/html")
    with serving(page) as server:
        assert call(seed.analyst.key, "POST", path, {"url": server.url})[0] == 403  # Not a public address.
        settings.VARDKASE_PRIVATE_NETWORKS = (
            HERE  # For feeds and connections, not for what any member may name.
        )
        assert call(seed.analyst.key, "POST", path, {"url": server.url})[0] == 403
        assert server.requests == []
        settings.VARDKASE_PAGE_NETWORKS = HERE
        status, stored = call(seed.analyst.key, "POST", path, {"url": server.url})
    assert status == 200, stored
    assert stored["EventReport"]["name"] == "Campaign"
    assert stored["EventReport"]["content"].startswith("# Head\n\nevil.example\n\n---\nhttp://127.0.0.1")
    assert call(seed.stranger.key, "POST", path, {"url": "http://a.example"})[0] == 403


@pytest.mark.parametrize("page", ["<svg " * 300_000, "<div>" * 300_000, "<title" * 300_000, "<!--" * 300_000])
def test_expensive_page_is_abandoned(seed: Seed, settings: Any, page: str) -> None:
    """It is parsed in a sandbox that ends after a few seconds, whatever the page contains."""
    settings.VARDKASE_PAGE_NETWORKS = HERE
    event = make_event(seed.analyst)
    with serving(responds(page.encode(), Content_Type="text/html")) as server:
        path = f"/event_reports/importReportFromUrl/{event['id']}"
        assert call(seed.analyst.key, "POST", path, {"url": server.url})[0] in (200, 403)


def test_page_imports_are_rate_limited(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PAGE_NETWORKS = HERE
    event = make_event(seed.analyst)
    with serving(responds(PAGE, Content_Type="text/html")) as server:
        for _ in range(IMPORTS.allowed):
            IMPORTS.spend(seed.analyst.user.pk)
        path = f"/event_reports/importReportFromUrl/{event['id']}"
        status, refused = call(seed.analyst.key, "POST", path, {"url": server.url})
        assert (status, server.requests) == (403, [])
        assert "lately" in str(refused)
        assert call(seed.publisher.key, "POST", path, {"url": server.url})[0] == 200


@pytest.mark.parametrize("distribution", [0, 5])
def test_attributes_from_a_hidden_report_stay_hidden(seed: Seed, distribution: int) -> None:
    event = make_event(seed.analyst, distribution=1)
    report = make_report(seed.analyst, event, content="198.51.100.7", distribution=distribution)
    assert call(seed.analyst.key, "POST", f"/event_reports/extractAllFromReport/{report['id']}")[0] == 200
    accepted = {"content": "@[suggestion](198.51.100.8)", "suggestions": {"198.51.100.8": {"type": "ip-dst"}}}
    accept = f"/event_reports/replaceSuggestionInReport/{report['id']}"
    assert call(seed.analyst.key, "POST", accept, accepted)[0] == 200
    assert len(values(event)) == 2
    _, found = call(seed.stranger.key, "POST", "/attributes/restSearch", {"eventid": event["id"]})
    assert len(found["response"]["Attribute"]) == (2 if distribution == 5 else 0)
