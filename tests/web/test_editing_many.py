"""Bulk actions on what the table's filter matches, and the form that edits many attributes at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.kernel import audit_entries
from vardkase.intel.models import Attribute
from vardkase.intel.queries.history import history_of_event
from vardkase.web.intel.events import bulk

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def web(seed: Seed) -> Client:
    return visitor(seed.analyst)


def every(query: str, count: int, **further: Any) -> dict[str, Any]:
    return {"every": "1", "filter": query, "match_count": str(count), **further}


def act(web: Client, setup: Setup, action: str, fields: dict[str, Any]) -> Any:
    return web.post(f"/event/{setup.event.pk}/attributes/{action}/", fields, follow=True)


def test_every_match_is_marked_for_detection(web: Client, setup: Setup) -> None:
    answer = act(web, setup, "detection", every("type=domain&type=url", 4, to_ids="1"))
    assert "4 attributes updated." in text_of(answer)
    assert answer.redirect_chain[-1][0] == f"/event/{setup.event.pk}/?type=domain&type=url"
    marked = Attribute.objects.filter(event=setup.event, to_ids=True).values_list("type", flat=True)
    assert set(marked) == {"domain", "url", "ip-dst"}


def test_only_a_filtered_table_speaks_of_matches(web: Client, setup: Setup) -> None:
    path = f"/event/{setup.event.pk}/"
    assert "Select all 4 matches" in text_of(web.get(path, {"type": ["domain", "url"]}))
    page = text_of(web.get(path))
    assert "Select all " in page
    assert " matches" not in page


def test_marking_for_detection_is_taken_back_where_it_changed_something(web: Client, setup: Setup) -> None:
    html = text_of(act(web, setup, "detection", every("text=198.51.100.2", 2, to_ids="1")))
    assert "2 attributes updated." in html
    undo = html.partition('class="undo"')[2]
    marked = undo.partition('name="pk" value="')[2].partition('"')[0]
    assert marked == str(setup.attribute("c2.example").pk)
    act(web, setup, "detection", {"pk": marked, "to_ids": "0"})
    assert setup.attribute("198.51.100.23").to_ids
    assert not setup.attribute("c2.example").to_ids


@pytest.mark.parametrize(
    ("action", "further"),
    [
        ("detection", {"to_ids": "1"}),
        ("delete", {}),
        ("tag", {"tag": "tlp:amber"}),
        ("reach", {"reach": "1"}),
        ("edit", {"apply": "1", "sets_comment": "on", "comment": "Checked"}),
    ],
)
def test_audit_row_of_very_many_names_the_filter(
    seed: Seed,
    web: Client,
    setup: Setup,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    further: dict[str, str],
) -> None:
    before = set(history_of_event(seed.stranger.actor, setup.event.pk).values_list("pk", flat=True))
    text_of(act(web, setup, action, every("type=ip-dst", 1, **further)))
    few = AuditEntry.objects.latest("pk")
    assert few.change["attributes"] == [setup.attribute("198.51.100.23").pk]
    assert history_of_event(seed.stranger.actor, setup.event.pk).filter(pk=few.pk).exists() == (
        action != "delete"
    )

    monkeypatch.setattr(audit_entries, "MOST_NAMED", 1)
    text_of(act(web, setup, action, every("type=url", 2, **further)))
    many = AuditEntry.objects.latest("pk")
    assert many.pk > few.pk
    assert (many.change["filter"], many.change["count"]) == ("type=url", 2)
    assert "attributes" not in many.change
    # One of them is hidden from others, so the act is too.
    seen = set(history_of_event(seed.stranger.actor, setup.event.pk).values_list("pk", flat=True))
    assert many.pk not in seen
    assert before <= seen
    assert history_of_event(seed.colleague.actor, setup.event.pk).filter(pk=many.pk).exists()


@pytest.mark.parametrize("action", ["detection", "delete", "tag", "reach", "edit"])
def test_nothing_happens_to_other_matches_than_were_shown(web: Client, setup: Setup, action: str) -> None:
    before = list(Attribute.objects.order_by("pk").values())
    answer = act(web, setup, action, every("type=domain", 7, to_ids="1", tag="tlp:amber", reach="0"))
    assert answer.status_code == 409
    assert "The filter now matches 2 attributes." in answer.content.decode()
    assert list(Attribute.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("action", ["detection", "delete", "reach", "edit"])
def test_matches_in_events_of_others_are_not_changed(seed: Seed, setup: Setup, action: str) -> None:
    before = list(Attribute.objects.order_by("pk").values())
    fields = every("", 6, to_ids="1", reach="0", apply="1", category="Other")
    assert act(visitor(seed.partner), setup, action, fields).status_code == 403
    assert act(visitor(seed.reader), setup, action, every("", 8, to_ids="1")).status_code == 403
    assert list(Attribute.objects.order_by("pk").values()) == before


def test_deletion_of_many_is_taken_back(web: Client, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_NAMED", 2)
    html = text_of(act(web, setup, "delete", every("", 8)))
    assert "8 attributes deleted." in html
    moment = html.partition('name="deleted_at" value="')[2].partition('"')[0]
    assert not Attribute.objects.filter(event=setup.event, deleted=False).exists()
    assert "8 attributes updated." in text_of(act(web, setup, "restore", {"deleted_at": moment}))
    assert not Attribute.objects.filter(event=setup.event, deleted=True).exists()


def test_chosen_fields_change_and_others_stay(web: Client, setup: Setup) -> None:
    form = text_of(act(web, setup, "edit", every("type=domain", 2)))
    assert "Edit 2 attributes" in form
    changed = every(
        "type=domain",
        2,
        apply="1",
        category="External analysis",
        sets_comment="on",
        comment="Checked",
        sets_seen="on",
        first_seen="2026-11-01T10:00:00",
    )
    assert "2 attributes updated." in text_of(act(web, setup, "edit", changed))
    for stored in Attribute.objects.filter(event=setup.event, type="domain"):
        assert (stored.category, stored.comment) == ("External analysis", "Checked")
        assert stored.first_seen == 1_793_523_600_000_000  # The time in Sweden.
        assert stored.last_seen is None
    one = setup.attribute(HIDDEN)
    act(web, setup, "edit", {"pk": str(one.pk), "apply": "1", "type": "hostname"})
    one.refresh_from_db()
    assert (one.type, one.comment, one.category) == ("hostname", "Checked", "External analysis")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "ip-dst"}, "Nothing was changed."),
        ({"category": "Financial fraud"}, "Nothing was changed."),
        ({}, "Choose what to change."),
        ({"type": "nonsense"}, "Select a valid choice"),
    ],
)
def test_all_change_or_none(web: Client, setup: Setup, fields: dict[str, str], reason: str) -> None:
    before = list(Attribute.objects.order_by("pk").values())
    html = text_of(act(web, setup, "edit", every("type=domain&type=url", 4, apply="1", **fields)))
    assert reason in html
    assert 'name="every" value="1"' in html
    assert list(Attribute.objects.order_by("pk").values()) == before


def test_values_do_not_become_doubles(web: Client, setup: Setup) -> None:
    twin = setup.attribute(HIDDEN)
    Attribute.objects.filter(pk=twin.pk).update(object=None)
    other = setup.attribute("198.51.100.23")
    Attribute.objects.filter(pk=other.pk).update(type="hostname", value1=HIDDEN, category=twin.category)
    html = text_of(act(web, setup, "edit", {"pk": str(other.pk), "apply": "1", "type": "domain"}))
    assert "already has this value" in html
    assert Attribute.objects.get(pk=other.pk).type == "hostname"
