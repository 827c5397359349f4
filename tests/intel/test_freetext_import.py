"""Values of a pasted text, page or list become attributes of an event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from vardkase.analysis.correlation.services import rebuild
from vardkase.audit.models import AuditEntry
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal
from vardkase.knowledge.warninglists.models import Warninglist

TEXT = "Seen: 203.0.113.7, evil[.]com and\nhxxp://bad.example.com/a?b=c (dns 9.9.9.9) foo@bar.de"
PAGE = """<!DOCTYPE html><html><head><title>Report</title><style>@import "http://style.com/a.css"</style></head>
<body><script>var api = "http://script.com/x"</script><p>The domain evil<wbr>.com resolved to 203.0.113.7 &amp; more.
<a href="http://drop.evil.com/x?a=1&amp;b=2">sample</a></p></body></html>"""


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


@pytest.fixture
def resolvers(db: None) -> None:
    store(WarninglistFile("Resolvers", "string", 1, ["9.9.9.9"], matching_attributes=["ip-src", "ip-dst"]))
    Warninglist.objects.update(enabled=True)


def post(key: str, event: Event, **body: Any) -> tuple[int, Any]:
    return call(key, "POST", f"/events/freeTextImport/{event.uuid}", body)


def test_values_are_stored_together(seed: Seed, event: Event) -> None:
    status, body = post(seed.analyst.key, event, value=TEXT, distribution=2, comment="A mail")
    assert status == 200, body
    found = [(each["Attribute"]["type"], each["Attribute"]["value"]) for each in body]
    assert found == [
        ("ip-dst", "203.0.113.7"),
        ("domain", "evil.com"),
        ("url", "http://bad.example.com/a?b=c"),
        ("ip-dst", "9.9.9.9"),
        ("email-src", "foo@bar.de"),
    ]
    assert (
        body[1]["Attribute"] | {"original_value": "evil[.]com", "to_ids": 1, "comment": "A mail"}
        == (body[1]["Attribute"])
    )
    assert set(Attribute.objects.values_list("distribution", flat=True)) == {2}
    event.refresh_from_db()
    assert event.attribute_count == 5
    assert AuditEntry.objects.filter(action="attribute.added", target_id=event.pk).count() == 1
    assert post(seed.analyst.key, event, value=TEXT) == (200, [])


def test_preview_stores_nothing(seed: Seed, event: Event) -> None:
    asking = {"Attribute": {"value": TEXT, "returnMetaAttributes": 1}}
    for path, body in ((f"{event.pk}/0/1", {"value": TEXT}), (f"{event.pk}", asking)):
        status, found = call(seed.analyst.key, "POST", f"/events/freeTextImport/{path}", body)
        assert (status, [each["default_type"] for each in found][:3]) == (200, ["ip-dst", "domain", "url"])
    assert not Attribute.objects.exists()


def test_values_of_an_html_page_are_found(seed: Seed, event: Event) -> None:
    _, found = post(seed.analyst.key, event, value=PAGE)
    assert [each["Attribute"]["value"] for each in found] == [
        "evil.com",
        "203.0.113.7",
        "http://drop.evil.com/x?a=1&b=2",
    ]


@pytest.mark.usefixtures("resolvers")
@pytest.mark.parametrize(
    ("adhere", "expected"),
    [(False, {"9.9.9.9": 1, "203.0.113.7": 1}), ("soft", {"9.9.9.9": 0, "203.0.113.7": 1}), (True, {"203.0.113.7": 1}),
     ("1", {"203.0.113.7": 1})],
)  # fmt: skip
def test_warninglists_are_applied_as_requested(
    seed: Seed, event: Event, adhere: Any, expected: dict[str, int]
) -> None:
    _, body = post(seed.analyst.key, event, value="9.9.9.9 203.0.113.7", adhereToWarninglists=adhere)
    assert {each["Attribute"]["value"]: each["Attribute"]["to_ids"] for each in body} == expected


@pytest.mark.usefixtures("resolvers")
def test_background_import_returns_all_found_values(seed: Seed, event: Event) -> None:
    path = f"/events/freeTextImport/{event.pk}/disable_background_processing:0"
    body = {"value": "9.9.9.9 a.evil.com", "adhereToWarninglists": True, "distribution": -1}
    status, found = call(seed.analyst.key, "POST", path, body)
    assert (status, [each["value"] for each in found]) == (200, ["9.9.9.9", "a.evil.com"])
    assert list(Attribute.objects.values_list("value1", "distribution")) == [("a.evil.com", 5)]


@pytest.mark.usefixtures("resolvers")
def test_hints_name_warninglists_and_readable_related_events(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_c, info="C's own")
    hidden.save()
    readable = make_event(seed.org_b, distribution=3, info="B's open")
    readable.save()
    for other in (hidden, readable):
        make_attribute(other, type="domain", category="Network activity", value1="evil.com").save()
    list(rebuild(seed.site_admin.actor))
    _, found = post(
        seed.analyst.key, event, value=TEXT, returnMetaAttributes=1, includeWarninglistHits=1, includeCorrelations=1
    )  # fmt: skip
    by_value = {each["value"]: each for each in found}
    assert [each["warninglist_name"] for each in by_value["9.9.9.9"]["warnings"]] == ["Resolvers"]
    assert [each["info"] for each in by_value["evil.com"]["RelatedAttribute"]] == ["B's open"]
    assert not {"warnings", "RelatedAttribute"} & set(by_value["203.0.113.7"])


@pytest.mark.parametrize("value", [None, 5, ["1.2.3.4"], {"a": "1.2.3.4"}, "1.2.3.4 " * 700_000])
def test_non_text_values_are_rejected(seed: Seed, event: Event, value: Any) -> None:
    status, body = post(seed.analyst.key, event, value=value)
    assert (status, list(body["errors"])) == (403, ["value"])


def test_invalid_options_store_nothing(seed: Seed, event: Event) -> None:
    for wish in ({"distribution": 9}, {"distribution": 4, "sharing_group_id": 999}, {"distribution": 4}):
        status, body = post(seed.analyst.key, event, value="1.2.3.4 5.6.7.8", **wish)
        assert (status, body["saved"]) == (403, False), body
    assert not Attribute.objects.exists()
    assert not AuditEntry.objects.filter(action="attribute.added").exists()


def test_import_requires_permission_to_edit_the_event(seed: Seed, event: Event) -> None:
    assert post(seed.reader.key, event, value="1.2.3.4")[0] == 403
    for key in (seed.reader.key, seed.stranger.key, seed.partner_sync.key):
        body = {"JsonObject": [{"type": "domain", "value": "a.com"}]}
        assert call(key, "POST", f"/events/saveFreeText/{event.pk}", body)[0] == 403
    Event.objects.update(distribution=0)
    for action in ("freeTextImport", "saveFreeText"):
        sent = {"value": "1.2.3.4", "JsonObject": [{"type": "domain", "value": "a.com"}]}
        assert send(seed.stranger.key, "POST", f"/events/{action}/{event.pk}", sent).status_code == 404
        assert send(None, "POST", f"/events/{action}/{event.pk}", sent).status_code == 403
    assert not Attribute.objects.exists()
    assert not Proposal.objects.exists()


@pytest.mark.usefixtures("resolvers")
def test_import_into_a_foreign_event_makes_proposals(seed: Seed, event: Event) -> None:
    hidden = make_attribute(
        event, type="ip-dst", category="Network activity", value1="203.0.113.7", distribution=0
    )
    hidden.save()
    wishes = {"adhereToWarninglists": True, "comment": "From C", "distribution": 0}
    status, found = post(seed.stranger.key, event, value=TEXT, **wishes)
    assert status == 200, found
    said = {each["ShadowAttribute"]["value"]: each["ShadowAttribute"] for each in found}
    assert "9.9.9.9" not in said, "warninglists are applied"
    assert "203.0.113.7" in said, "a missing proposal must not reveal a hidden attribute"
    proposals = Proposal.objects.filter(event=event)
    assert set(proposals.values_list("value1", flat=True)) == set(said)
    assert set(proposals.values_list("org", "user_id", "comment")) == {
        (seed.org_c.pk, seed.stranger.user.pk, "From C")
    }
    event.refresh_from_db()
    assert (event.proposal_email_lock, Attribute.objects.count()) == (True, 1)
    assert AuditEntry.objects.filter(action="proposal.added").count() == 1
    assert post(seed.stranger.key, event, value=TEXT, **wishes) == (200, []), (
        "the same text proposes nothing new"
    )
    status, _ = call(seed.analyst.key, "POST", f"/shadow_attributes/accept/{said['evil.com']['id']}")
    assert (status, Attribute.objects.filter(value1="evil.com").count()) == (200, 1)


def test_reviewed_values_are_saved(seed: Seed, event: Event) -> None:
    chosen = (
        '[{"value":"203.0.113.9","type":"ip-src/ip-dst","category":"Network activity","to_ids":1},'
        '{"value":"x.evil.com","type":"hostname","comment":"C2"},{"value":"no hash","type":"md5"}]'
    )
    body = {"Attribute": {"JsonObject": chosen, "default_comment": "From a report"}}
    status, answered = call(seed.analyst.key, "POST", f"/events/saveFreeText/{event.pk}", body)
    assert (status, answered["message"]) == (200, "3 attributes created.")
    assert list(answered["errors"]) == ["Attribute.3"]
    assert sorted(Attribute.objects.values_list("type", "comment")) == [
        ("hostname", "C2"),
        ("ip-dst", "From a report"),
        ("ip-src", "From a report"),
    ]
    for wrong in ("[", "7", None, [], {"a": 1}, [{}], [5], [{"type": "md5", "value": "no hash"}]):
        status, answered = call(
            seed.analyst.key, "POST", f"/events/saveFreeText/{event.pk}", {"JsonObject": wrong}
        )
        assert (status, answered["saved"]) == (403, False), answered
