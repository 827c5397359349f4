"""view and index of events, attributes and objects: shapes, refusals, HEAD, files."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from tests.api.calls import answer, call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from tests.formats import recorded
from vardkase.core import files
from vardkase.intel.models import Attribute, Event, ObjectReference

MISSING = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def test_event_by_id_uuid_and_method(seed: Seed, setup: Setup) -> None:
    event = setup.event
    for method, path in (
        ("GET", f"/events/view/{event.pk}"),
        ("POST", f"/events/view/{event.uuid}"),
        ("GET", f"/events/{event.pk}"),
        ("GET", f"/events/view/{event.uuid}.json"),
    ):
        status, body = call(seed.analyst.key, method, path)
        assert (status, body["Event"]["uuid"]) == (200, str(event.uuid))
        assert list(body["Event"]) == recorded.EVENT


def test_unknown_or_hidden_event_returns_404(seed: Seed) -> None:
    hidden = make_event(seed.org_a)
    hidden.save()
    for reference in (hidden.pk, hidden.uuid, MISSING, "abc", 10**30):
        path = f"/events/view/{reference}"
        refusal = {"name": "Invalid event", "message": "Invalid event", "url": path}
        assert call(seed.stranger.key, "GET", path) == (404, refusal)


@pytest.mark.parametrize(
    ("deleted", "shown"),
    [
        (None, "living"),
        (0, "living"),
        (False, "living"),
        ([0], "living"),
        (1, "both"),
        (True, "both"),
        ("1", "both"),
        ([0, 1], "both"),
        (["0", "1"], "both"),
        (2, "dead"),
        ("only", "dead"),
        ([1], "dead"),
    ],
)
def test_deleted_parameter_in_all_spellings(seed: Seed, setup: Setup, deleted: object, shown: str) -> None:
    body = {} if deleted is None else {"deleted": deleted}
    _, answered = call(seed.analyst.key, "POST", f"/events/view/{setup.event.pk}", body)
    values = {attribute["value"] for attribute in answered["Event"]["Attribute"]}
    assert ("gone" in values, "only A" in values) == {
        "living": (False, True),
        "both": (True, True),
        "dead": (True, False),
    }[shown]


def test_flags_in_the_path(seed: Seed, setup: Setup) -> None:
    flags = "deleted[]:0/deleted[]:1/excludeGalaxy:1/includeEventCorrelations:0/excludeLocalTags:1"
    path = f"/events/view/{setup.event.pk}/{flags}"
    event = call(seed.analyst.key, "GET", path)[1]["Event"]
    assert "RelatedEvent" not in event
    assert event["Galaxy"] == []
    assert "workflow:todo" not in [tag["name"] for tag in event["Tag"]]
    assert "gone" in [attribute["value"] for attribute in event["Attribute"]]


def test_head_tells_only_existence(seed: Seed, setup: Setup) -> None:
    there = (
        f"/events/view/{setup.event.pk}",
        f"/attributes/view/{setup.open.uuid}",
        f"/objects/view/{setup.file.pk}",
    )
    for path in there:
        response = send(seed.stranger.key, "HEAD", path)
        assert (response.status_code, response.content) == (200, b"")
    not_there = (
        f"/events/view/{MISSING}",
        f"/attributes/view/{setup.own.uuid}",
        f"/objects/view/{setup.own_object.pk}",
    )
    for path in not_there:
        assert send(seed.stranger.key, "HEAD", path).status_code == 404


def test_index_counts_all_and_pages(seed: Seed) -> None:
    events = [make_event(seed.org_a, distribution=1, published=True) for _ in range(3)]
    for event in [*events, make_event(seed.org_b)]:
        event.save()
    every = send(seed.stranger.key, "GET", "/events/index")
    assert [row["id"] for row in answer(every)] == [str(event.pk) for event in events]
    second = send(seed.stranger.key, "POST", "/events/index", {"limit": 2, "page": 2})
    assert [row["id"] for row in answer(second)] == [str(events[2].pk)]
    assert every["X-Result-Count"] == second["X-Result-Count"] == "3"
    named = send(seed.stranger.key, "GET", "/events/index/limit:1/page:2")
    assert [row["id"] for row in answer(named)] == [str(events[1].pk)]


def test_attribute_view(seed: Seed, setup: Setup) -> None:
    status, body = call(seed.partner.key, "GET", f"/attributes/view/{setup.shared.uuid}")
    assert status == 200
    assert body["Attribute"]["value"] == "A and B"
    for path, status, message in (
        (f"/attributes/view/{setup.own.pk}", 405, "Invalid attribute"),
        (f"/attributes/view/{MISSING}", 405, "Invalid attribute"),
        (f"/attributes/view/{setup.deleted.uuid}", 405, "Invalid attribute"),
        ("/attributes/view/abc", 404, "Invalid attribute ID."),
    ):
        assert call(seed.partner.key, "GET", path) == (
            status,
            {"name": message, "message": message, "url": path},
        )


def test_attribute_index_is_paged_newest_first(seed: Seed, setup: Setup) -> None:
    rows = call(seed.analyst.key, "GET", "/attributes/index/limit:2")[1]
    newest = list(Attribute.objects.filter(deleted=False).order_by("-pk").values_list("pk", flat=True))
    assert [int(row["id"]) for row in rows] == newest[:2]
    assert list(rows[0]) == recorded.LISTED_OBJECT_ATTRIBUTE[:-1]
    assert len(call(seed.stranger.key, "GET", "/attributes")[1]) == 2


def test_statistics_count_only_readable_attributes(seed: Seed, setup: Setup) -> None:
    counts = call(seed.analyst.key, "GET", "/attributes/attributeStatistics/type")[1]
    assert counts == {"domain|ip": "1", "filename": "1", "text": "3"}
    shares = call(seed.analyst.key, "GET", "/attributes/attributeStatistics/category/true")[1]
    assert shares == {"Network activity": "20%", "Other": "60%", "Payload delivery": "20%"}
    assert call(seed.stranger.key, "GET", "/attributes/attributeStatistics/type")[1] == {
        "domain|ip": "1",
        "filename": "1",
    }


def test_describe_types(seed: Seed) -> None:
    status, body = call(seed.reader.key, "GET", "/attributes/describeTypes.json")
    assert status == 200
    assert body["result"]["sane_defaults"]["md5"] == {"default_category": "Payload delivery", "to_ids": 1}


@pytest.fixture
def file_event(seed: Seed) -> Event:
    event = make_event(seed.org_a)
    event.save()
    return event


def stored(event: Event, attribute_type: str, name: str, content: bytes) -> Attribute:
    attribute = make_attribute(event, type=attribute_type, value1=name, data_sha256=files.store(content))
    attribute.save()
    return attribute


def download(seed: Seed, reference: object, who: str = "analyst") -> HttpResponse:
    return send(getattr(seed, who).key, "GET", f"/attributes/download/{reference}")


def test_attachment_is_downloaded_and_never_displayed(seed: Seed, file_event: Event) -> None:
    for name, content_type, shown in (
        ("note.txt", "text/plain; charset=UTF-8", 'attachment; filename="note.txt"'),
        ("../../x/page.html", "application/octet-stream", 'attachment; filename="page.html"'),
        ('a"b.svg', "application/octet-stream", 'attachment; filename="a\\"b.svg"'),
    ):
        response = download(seed, stored(file_event, "attachment", name, b"<script>").uuid)
        assert (response.content, response["Content-Type"]) == (b"<script>", content_type)
        assert response["Content-Disposition"] == shown


def test_malware_sample_stays_zipped(seed: Seed, file_event: Event) -> None:
    sample = stored(file_event, "malware-sample", "bad.exe", b"PK zip")
    path = f"/attributes/downloadAttachment/download/{sample.pk}"
    response = send(seed.analyst.key, "GET", path)
    assert (response.content, response["Content-Type"]) == (b"PK zip", "application/zip")
    assert response["Content-Disposition"] == 'attachment; filename="bad.exe.zip"'


def test_attachment_of_hidden_event_is_refused(seed: Seed, file_event: Event) -> None:
    attribute = stored(file_event, "attachment", "a.txt", b"a")
    for reference in (attribute.pk, 999_999, "abc"):
        assert download(seed, reference, "stranger").status_code == 401
    attribute.deleted = True
    attribute.save()
    assert download(seed, attribute.pk).status_code == 401


def test_attribute_without_file_returns_404(seed: Seed, setup: Setup) -> None:
    assert download(seed, setup.open.pk).status_code == 404


def test_objects_and_references(seed: Seed, setup: Setup) -> None:
    status, body = call(seed.analyst.key, "GET", f"/objects/view/{setup.file.uuid}")
    assert (status, body["Object"]["uuid"]) == (200, str(setup.file.uuid))
    path = f"/objects/view/{setup.own_object.pk}"
    refusal = {"name": "Invalid object.", "message": "Invalid object.", "url": path}
    assert call(seed.partner.key, "GET", path) == (404, refusal)
    assert [each["Object"]["id"] for each in call(seed.partner.key, "GET", "/objects/index")[1]] == [
        str(setup.file.pk)
    ]
    reference = ObjectReference.objects.earliest("pk")
    status, body = call(seed.analyst.key, "GET", f"/object_references/view/{reference.pk}")
    assert status == 200
    assert sorted(body["ObjectReference"]) == sorted(recorded.REFERENCE)


def test_read_only_role_may_read(seed: Seed, setup: Setup) -> None:
    for path in ("/events/index", f"/events/view/{setup.event.pk}", f"/attributes/view/{setup.open.pk}"):
        assert send(seed.reader.key, "GET", path).status_code == 200


def test_reading_requires_key(setup: Setup) -> None:
    for path in ("/events/index", f"/events/view/{setup.event.pk}", f"/attributes/download/{setup.open.pk}"):
        assert send(None, "GET", path).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/attributes/index/page:999999999999999999",
        "/objects/index/limit:10000/page:99999999999999999999999999",
        "/tags/index/limit:9999999999999999999999/page:2",
        "/admin/users/index/searchorg:99999999999999999999",
        "/admin/users/index/searchrole:99999999999999999999",
    ],
)
def test_out_of_range_numbers_find_nothing(seed: Seed, path: str) -> None:
    status, found = call(seed.site_admin.key, "GET", path)
    assert (status, found.get("Tag") if isinstance(found, dict) else found) == (200, [])


def test_nul_in_query_returns_404(seed: Seed) -> None:
    assert call(seed.site_admin.key, "GET", "/admin/users/index?value=%00")[0] == 404
