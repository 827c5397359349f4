"""Saved searches: who may open and change them, what they may hold, and which of them find new events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.calls import call
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.analysis.saved_searches import services
from vardkase.analysis.saved_searches.matching import Subscriber, matches
from vardkase.analysis.saved_searches.models import SavedSearch
from vardkase.analysis.saved_searches.queries import (
    event_ids_query,
    find_saved_search,
    mark_of,
    saved_searches,
)
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.django_db

TYPES = {"type": ["ip-dst"]}


def save(person: ApiUser, **data: Any) -> SavedSearch:
    given = {"name": "Addresses", "kind": "attributes", "filters": TYPES}
    return services.save_search(person.actor, {**given, **data})


def names(person: ApiUser) -> list[str]:
    return sorted(saved_searches(person.actor).values_list("name", flat=True))


def on_duty(person: ApiUser, duty: StaffRole) -> ApiUser:
    person.user.staff_roles = [duty.value]
    person.user.save()
    return person


def test_search_is_open_to_those_it_is_shared_with(seed: Seed) -> None:
    save(seed.analyst, name="Mine")
    save(seed.analyst, name="Ours", shared_with=1)
    with pytest.raises(Invalid) as refused:
        save(seed.analyst, name="All", shared_with=2)
    assert "shared_with" in refused.value.by_field
    save(on_duty(seed.analyst, StaffRole.ANALYST), name="All", shared_with=2)
    assert names(seed.analyst) == ["All", "Mine", "Ours"]
    assert names(seed.colleague) == names(seed.org_admin) == ["All", "Ours"]
    assert names(seed.partner) == names(seed.site_admin) == ["All"]
    # An operator reads nothing of what people share or look into.
    on_duty(seed.site_admin, StaffRole.OPERATOR)
    assert names(seed.site_admin) == []
    with pytest.raises(Forbidden):
        save(seed.site_admin)
    # Nor does an organisation that may not read at present.
    assert not saved_searches(replace(seed.colleague.actor, may_read=False)).exists()


def test_only_owner_and_administrators_change_a_search(seed: Seed) -> None:
    mine, ours = save(seed.analyst, name="Mine"), save(seed.analyst, name="Ours", shared_with=1)
    changes: list[Callable[[Actor, int], object]] = [
        lambda actor, pk: services.change_search(actor, pk, {"name": "Changed"}),
        services.delete_search,
    ]
    for change in changes:
        for person in (seed.partner, seed.site_admin, seed.colleague, seed.org_admin):
            with pytest.raises(NotFound):
                change(person.actor, mine.pk)
        for person in (seed.partner, seed.site_admin):
            with pytest.raises(NotFound):
                change(person.actor, ours.pk)
        with pytest.raises(Forbidden):
            change(seed.colleague.actor, ours.pk)
    services.change_search(seed.org_admin.actor, ours.pk, {"name": "Renamed"})
    assert names(seed.analyst) == ["Mine", "Renamed"]
    audited = AuditEntry.objects.filter(action__startswith="saved_search.", target_kind="saved_search")
    assert audited.count() == 3


def test_deletion_is_undone_by_those_who_may_delete(seed: Seed) -> None:
    ours = save(seed.analyst, shared_with=1)
    services.delete_search(seed.analyst.actor, ours.pk)
    assert names(seed.analyst) == names(seed.colleague) == []
    for person in (seed.colleague, seed.partner, seed.site_admin):
        with pytest.raises(NotFound):
            services.restore_search(person.actor, ours.pk)
    services.restore_search(seed.org_admin.actor, ours.pk)
    assert names(seed.colleague) == ["Addresses"]
    services.delete_search(seed.analyst.actor, ours.pk)
    SavedSearch.objects.update(deleted=timezone.now() - timedelta(days=31))
    services.delete_search(seed.analyst.actor, save(seed.analyst).pk)
    assert not SavedSearch.objects.filter(pk=ours.pk).exists()


def test_late_change_of_a_form_is_refused(seed: Seed) -> None:
    ours = save(seed.analyst, shared_with=1)
    shown = mark_of(find_saved_search(seed.analyst.actor, str(ours.uuid)))
    services.change_search(seed.org_admin.actor, ours.pk, {"name": "First"}, shown)
    with pytest.raises(Conflict):
        services.change_search(seed.analyst.actor, ours.pk, {"name": "Second"}, shown)
    assert names(seed.analyst) == ["First"]


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 192}),
        ("description", {"description": "x" * 5001}),
        ("kind", {"kind": "sightings"}),
        ("shared_with", {"shared_with": 3}),
        ("filters", {"filters": ["type"]}),
        ("filters", {"filters": {}}),
        ("filters", {"filters": {"colour": "red"}}),
        ("filters", {"filters": {"limit": 5, **TYPES}}),
        ("filters", {"filters": {"to_ids": "perhaps"}}),
        ("filters", {"filters": {"value": "x" * 30_001}}),
        ("filters", {"filters": {"tags": {"AND": [str(number) for number in range(31)]}}}),
        ("tlp", {"kind": "event-list", "filters": {"tlp": "purple"}}),
        ("since", {"kind": "event-list", "filters": {"since": "yesterday"}}),
        ("filters", {"kind": "event-list", "filters": {"value": "x"}}),
        ("type", {"kind": "values", "filters": {"q": "x", "type": "colour"}}),
        ("q", {"kind": "values", "filters": {"q": "x" * 20_001}}),
    ],
)
def test_bad_search_is_refused_by_field(seed: Seed, field: str, data: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        save(seed.analyst, **data)
    assert field in refused.value.by_field
    assert not SavedSearch.objects.exists()


def test_number_of_searches_is_limited(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_OF_USER", 2)
    first = save(seed.analyst)
    save(seed.analyst)
    with pytest.raises(Invalid):
        save(seed.analyst)
    save(seed.colleague)
    services.delete_search(seed.analyst.actor, first.pk)
    save(seed.analyst)
    with pytest.raises(Invalid):
        services.restore_search(seed.analyst.actor, first.pk)
    monkeypatch.setattr(services, "MOST_OF_ORG", 3)
    with pytest.raises(Invalid):
        save(seed.colleague)
    save(seed.partner)


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "value": ("attributes", {"value": "198.51.100.7"}),
    "pattern": ("attributes", {"value": "%.51.100.%"}),
    "tag": ("events", {"tags": ["campaign:winter"]}),
    "anywhere": ("events", {"searchall": "%winter%"}),
    "object": ("objects", {"object_name": "domain-ip"}),
    "list": ("event-list", {"text": "winter", "arrived": "1d"}),
    "network": ("values", {"q": "198.51.100.0/24"}),
    "typed": ("values", {"type": "ip-dst"}),
    "other": ("attributes", {"value": "203.0.113.9"}),
}


def event(person: ApiUser, **fields: Any) -> int:
    attributes = [{"type": "ip-dst", "value": "198.51.100.7", **fields.pop("attribute", {})}]
    group = [{"name": "domain-ip", "meta-category": "network", "Attribute": []}] if "thing" in fields else []
    fields.pop("thing", None)
    document = {"info": "Winter", "distribution": 3, "Attribute": attributes, "Object": group, **fields}
    return add_event(person.actor, document).event_id


def test_new_events_are_matched_with_the_rights_of_each_subscriber(seed: Seed) -> None:
    """B publishes three events: one for all, one whose address only B may read, and one for B alone."""
    make_tag("campaign:winter")
    tag = [{"name": "campaign:winter"}]
    open_one = event(seed.partner_sync, published=True, Tag=tag)
    within = event(seed.partner_sync, published=True, attribute={"distribution": 0})
    hidden = event(seed.partner_sync, published=True, distribution=0, Tag=tag)
    older = event(seed.partner_sync, published=True, Tag=tag)
    new = [hidden, within, open_one]

    def found(person: ApiUser) -> dict[str, list[int]]:
        saved = {
            name: save(person, name=name, kind=kind, filters=filters).pk
            for name, (kind, filters) in KINDS.items()
        }
        result = matches([Subscriber(person.user.pk, pk) for pk in saved.values()], new)
        return {
            name: events
            for name, pk in saved.items()
            if (events := result.get(Subscriber(person.user.pk, pk)))
        }

    everything = sorted(new)
    values = {name: [open_one] for name in ("value", "pattern", "network", "typed")}
    assert found(seed.stranger) == values | {
        "tag": [open_one],
        "anywhere": [open_one, within],
        "list": [open_one, within],
    }
    assert found(seed.partner) == {
        **dict.fromkeys(("value", "pattern", "network", "typed", "anywhere", "list"), everything),
        "tag": [open_one, hidden],
    }
    query = event_ids_query(
        seed.stranger.actor, save(seed.stranger, kind="events", filters={"tags": "campaign:winter"})
    )
    assert cursor().execute(query.sql, query.parameters).fetchall() == [(open_one,), (older,)]


def test_who_may_not_open_a_search_gets_no_matches(seed: Seed) -> None:
    new = [event(seed.partner_sync, published=True)]
    mine, ours = save(seed.analyst), save(seed.analyst, shared_with=1)
    people = (seed.analyst, seed.colleague, seed.org_admin, seed.stranger)
    wanted = [Subscriber(person.user.pk, search.pk) for person in people for search in (mine, ours)]

    def found() -> set[tuple[str, str]]:
        who = {person.user.pk: person.user.email for person in people}
        what = {mine.pk: "mine", ours.pk: "ours"}
        return {(who[each.user_id], what[each.search_id]) for each in matches(wanted, new)}

    assert found() == {
        ("analyst@a.example", "mine"),
        *((email, "ours") for email in ("analyst@a.example", "colleague@a.example", "admin@a.example")),
    }
    seed.colleague.user.disabled = True
    seed.colleague.user.save()
    on_duty(seed.org_admin, StaffRole.OPERATOR)
    assert found() == {("analyst@a.example", "mine"), ("analyst@a.example", "ours")}
    services.delete_search(seed.analyst.actor, ours.pk)
    assert found() == {("analyst@a.example", "mine")}
    assert matches([], new) == matches(wanted, []) == {}
    assert matches([Subscriber(0, mine.pk), Subscriber(seed.analyst.user.pk, 0)], new) == {}


def test_queries_do_not_grow_with_events_and_subscribers(seed: Seed) -> None:
    ours = save(seed.analyst, shared_with=1)
    new = [event(seed.partner_sync, published=True) for _ in range(4)]

    def queries(people: list[ApiUser], events: list[int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(matches([Subscriber(each.user.pk, ours.pk) for each in people], events)) == len(people)
        return len(asked)

    assert queries([seed.analyst], new[:1]) == queries([seed.analyst, seed.colleague], new)


def test_searches_are_kept_and_run_over_the_api(seed: Seed) -> None:
    """B reads what A shares with it, and runs A's search with its own rights."""
    shown = event(seed.partner_sync, published=True, info="Winter")
    event(seed.partner_sync, published=True, info="Winter at B", distribution=0)
    new = {"name": "Winter", "kind": "event-list", "filters": {"text": "winter"}, "shared_with": 2}
    status, refused = call(seed.analyst.key, "POST", "/savedSearches/add", new)
    assert status == 403 or "shared_with" in refused["errors"]
    on_duty(seed.analyst, StaffRole.ANALYST)
    status, made = call(seed.analyst.key, "POST", "/savedSearches/add", new)
    assert status == 200, made
    number = made["SavedSearch"]["id"]
    values = {"kind": "attributes", "filters": {"value": "198.51.100.7"}}
    call(seed.analyst.key, "POST", f"/savedSearches/edit/{number}", {"SavedSearch": values})
    _, (listed,) = call(seed.stranger.key, "GET", "/savedSearches/index")
    assert listed["SavedSearch"]["filters"] == values["filters"]
    run = f"/savedSearches/restSearch/{number}"
    _, found = call(seed.stranger.key, "POST", run, {"limit": 5})
    assert [each["event_id"] for each in found["response"]["Attribute"]] == [str(shown)]
    _, found = call(seed.partner.key, "POST", run, {})
    assert len(found["response"]["Attribute"]) == 2
    call(seed.analyst.key, "POST", f"/savedSearches/edit/{number}", new)
    _, found = call(seed.stranger.key, "GET", run)
    assert [each["Event"]["id"] for each in found["response"]] == [str(shown)]
    call(seed.analyst.key, "POST", f"/savedSearches/edit/{number}", {**new, "filters": {"text": "no such"}})
    assert call(seed.stranger.key, "GET", run)[1]["response"] == []
    assert call(seed.stranger.key, "POST", run, {"returnFormat": "papyrus"})[0] == 404
    for path in (f"edit/{number}", f"delete/{number}"):
        assert call(seed.stranger.key, "POST", f"/savedSearches/{path}", {"name": "x"})[0] == 403
    assert call(seed.analyst.key, "POST", f"/savedSearches/delete/{number}")[0] == 200
    for path in ("view", "restSearch"):
        assert call(seed.analyst.key, "GET", f"/savedSearches/{path}/{number}")[0] == 404
