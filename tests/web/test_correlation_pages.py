"""What correlates, on the web: excluded values, values with too many correlations, and rules between events."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.analysis.correlation import tasks
from vardkase.analysis.correlation.models import CorrelationExclusion, CorrelationRule
from vardkase.analysis.correlation.queries import related_events
from vardkase.core.jobs.models import JobProgress
from vardkase.intel.services.events import add_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
PAGES = (
    "correlation_exclusions", "correlation_exclusion_create", "over_correlating_values", "most_correlating_values",
    "correlation_rules", "correlation_rule_find",
)  # fmt: skip
ACTS = (
    "correlation_exclusion_create", "correlation_exclusions_delete", "correlation_exclusions_restore",
    "correlation_value_exclude", "correlation_exclusions_apply", "correlations_rebuild",
)  # fmt: skip


def event(seed: Seed, value: str, kind: str = "domain") -> int:
    attributes = [{"type": kind, "value": value}]
    document = {"info": f"With {value}", "distribution": 1, "Attribute": attributes}
    return add_event(seed.analyst.actor, document).event_id


@pytest.fixture
def alike(seed: Seed) -> tuple[int, int]:
    """Two events that share one value."""
    return event(seed, "shared.example"), event(seed, "shared.example")


def related(seed: Seed, event_id: int) -> list[int]:
    return [found.event_id for found in related_events(seed.analyst.actor, event_id)]


def test_values_are_excluded_and_let_in_again(seed: Seed, alike: tuple[int, int]) -> None:
    client = signed_in(seed.site_admin)
    one, other = alike
    assert related(seed, one) == [other]
    sent = {"values": "shared.example\n%.cdn.example\nshared.example", "comment": "Everywhere"}
    client.post(reverse("correlation_exclusion_create"), sent)
    assert related(seed, one) == []
    listed = client.get(reverse("correlation_exclusions")).context["rows"]
    assert {(row.value, row.comment) for row in listed} == {
        ("shared.example", "Everywhere"),
        ("%.cdn.example", "Everywhere"),
    }
    found = client.get(f"{reverse('correlation_exclusions')}?q=CDN").context["rows"]
    assert [row.value for row in found] == ["%.cdn.example"]
    page = client.post(
        reverse("correlation_exclusions_delete"), {"pk": [row.pk for row in listed]}, follow=True
    )
    assert related(seed, one) == [other]
    assert reverse("correlation_exclusions_restore") in page.content.decode()
    rows = {"shared.example": "Everywhere", "%.cdn.example": "Everywhere"}
    client.post(reverse("correlation_exclusions_restore"), {"rows": json.dumps(rows)})
    assert dict(CorrelationExclusion.objects.values_list("value", "comment")) == rows
    assert related(seed, one) == []


def test_excluded_value_is_changed(seed: Seed, alike: tuple[int, int]) -> None:
    client = signed_in(seed.site_admin)
    made = CorrelationExclusion.objects.create(value="other.example")
    address = reverse("correlation_exclusion_edit", args=[made.pk])
    assert client.get(address).context["form"]["value"].value() == "other.example"
    client.post(address, {"value": "shared.example", "comment": "Now this"})
    assert related(seed, alike[0]) == []
    assert client.post(address, {"value": "%", "comment": ""}).status_code == 422
    assert client.get(reverse("correlation_exclusion_edit", args=[10**18])).status_code == 404


def test_bad_values_are_refused(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    address = reverse("correlation_exclusion_create")
    for values in ("", " \n ", "%", "\n".join(f"{n}.example" for n in range(501))):
        assert client.post(address, {"values": values}).status_code == 422, values[:20]
    for rows in ("", "[]", "{", '{"a": 1}', "x" * 100):
        assert client.post(reverse("correlation_exclusions_restore"), {"rows": rows}).status_code == 302
    assert not CorrelationExclusion.objects.exists()


def test_most_frequent_values_are_counted_when_asked_for(seed: Seed, alike: tuple[int, int]) -> None:
    client = signed_in(seed.site_admin)
    address = reverse("most_correlating_values")
    first = client.get(address)
    assert "rows" not in first.context
    assert f'hx-get="{first.context["count_url"]}"' in first.content.decode()
    counted = client.get(address + first.context["count_url"])
    assert [(row.value, row.count) for row, _url in counted.context["rows"]] == [("shared.example", 2)]
    for page in ("0", "x", "1" * 30):
        assert "rows" not in client.get(f"{address}?page={page}").context
    said = client.post(
        reverse("correlation_value_exclude"),
        {"value": "shared.example", "back": "most_correlating_values"},
        follow=True,
    )
    assert reverse("correlation_exclusions_delete") in said.content.decode()
    assert related(seed, alike[0]) == []
    assert client.get(address + first.context["count_url"]).context["rows"] == []


def test_value_with_too_many_correlations_is_listed(
    seed: Seed, alike: tuple[int, int], settings: pytest.FixtureRequest
) -> None:
    settings.VARDKASE_CORRELATION_LIMIT = 1  # type: ignore[attr-defined]
    page = signed_in(seed.site_admin).get(f"{reverse('over_correlating_values')}?page=1")
    assert [(row.value, row.count) for row, _url in page.context["rows"]] == [("shared.example", 2)]


def test_exclusions_are_applied_by_a_job(seed: Seed) -> None:
    answer = signed_in(seed.site_admin).post(reverse("correlation_exclusions_apply"))
    assert answer.headers["Location"].startswith("/administration/jobs/")
    CorrelationExclusion.objects.create(value="shared.example")
    tasks.apply_exclusions(user_id=seed.site_admin.user.pk)
    assert not JobProgress.objects.exists(), "outside a job nothing is reported"


def test_rules_keep_events_apart(seed: Seed, alike: tuple[int, int]) -> None:
    client = signed_in(seed.site_admin)
    by_creator = reverse("correlation_rule_create", args=["orgc_id"])
    client.post(by_creator, {"name": "Feeds", "organisations": [str(seed.org_a.pk)]})
    assert related(seed, alike[0]) == []
    row = client.get(reverse("correlation_rules")).context["rows"][0]
    assert row[2] == [seed.org_a.name]
    made = CorrelationRule.objects.get()
    edit = reverse("correlation_rule_edit", args=[made.pk])
    assert client.get(edit).context["form"]["organisations"].value() == [str(seed.org_a.pk)]
    client.post(edit, {"name": "Feeds", "organisations": [str(seed.org_b.pk)]})
    assert related(seed, alike[0]) == [alike[1]]
    delete = reverse("correlation_rule_delete", args=[made.pk])
    assert client.get(delete).status_code == 200
    client.post(delete)
    assert not CorrelationRule.objects.exists()
    numbers = "\n".join(f"#{number}" for number in alike)
    client.post(reverse("correlation_rule_create", args=["event_id"]), {"name": "Two", "entries": numbers})
    assert CorrelationRule.objects.get().numbers == list(alike)
    client.post(reverse("correlation_rule_create", args=["event_info"]), {"name": "T", "entries": "Daily %"})
    assert CorrelationRule.objects.latest("pk").selector_list == ["Daily %"]


def test_bad_rules_are_refused(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    by_number = reverse("correlation_rule_create", args=["event_id"])
    assert "entries" in client.post(by_number, {"name": "x", "entries": "first"}).context["form"].errors
    by_creator = reverse("correlation_rule_create", args=["orgc_id"])
    assert "organisations" in client.post(by_creator, {"name": "x"}).context["form"].errors
    assert client.get(reverse("correlation_rule_create", args=["colour"])).status_code == 404
    assert not CorrelationRule.objects.exists()


def test_only_site_administrators_open_the_pages(seed: Seed) -> None:
    made = CorrelationExclusion.objects.create(value="kept.example")
    for person in (seed.reader, seed.analyst, seed.org_admin, seed.partner_sync):
        client = signed_in(person)
        for name in PAGES:
            assert client.get(reverse(name)).status_code == 403, (name, person.user.email)
        for name in ACTS:
            sent = {"pk": made.pk, "values": "a.example", "value": "a.example", "rows": '{"a.example": ""}'}
            assert client.post(reverse(name), sent).status_code == 403, (name, person.user.email)
        assert reverse("correlation_exclusions") not in client.get(reverse("reference_data")).content.decode()
    assert list(CorrelationExclusion.objects.values_list("value", flat=True)) == ["kept.example"]


def test_texts_are_escaped(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    client.post(reverse("correlation_exclusion_create"), {"values": HOSTILE, "comment": HOSTILE})
    client.post(
        reverse("correlation_rule_create", args=["event_info"]),
        {"name": HOSTILE, "comment": HOSTILE, "entries": HOSTILE},
    )
    for _ in range(2):
        event(seed, f"{HOSTILE}2", "text")
    deleted = client.post(
        reverse("correlation_exclusions_delete"), {"pk": CorrelationExclusion.objects.get().pk}, follow=True
    )
    rule = CorrelationRule.objects.get()
    addresses = [
        reverse("correlation_rules"),
        reverse("correlation_rule_edit", args=[rule.pk]),
        reverse("correlation_rule_delete", args=[rule.pk]),
        f"{reverse('most_correlating_values')}?page=1",
    ]
    for page in (deleted, *map(client.get, addresses)):
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
