"""The demonstration community and its events."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_user
from vardkase.analysis.saved_searches.models import SavedSearch
from vardkase.analysis.saved_searches.rules import visible_to
from vardkase.cli.demo import collaboration, community, daily_work
from vardkase.cli.demo.generator import POOL, events
from vardkase.cli.demo.membership import DUTIES
from vardkase.cli.demo.published import PUBLISHED_EVENTS, published_events
from vardkase.core.errors import NotFound
from vardkase.exchange.questions.models import ReaderQuestion
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.guard.detectors import examine
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import first_run
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel.collections.models import Collection
from vardkase.intel.event_reports.references import resolve_references
from vardkase.intel.event_templates.queries import visible_templates
from vardkase.intel.models import Attribute, Event, EventReport, ObjectReference
from vardkase.intel.problems import EventProblem
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.queries.find import find_event
from vardkase.knowledge.galaxies.models import GalaxyCluster


def test_same_seed_gives_same_events() -> None:
    assert list(events(1, 3, 20)) == list(events(1, 3, 20))
    assert next(events(1, 1, 20)) != next(events(2, 1, 20))


def test_events_have_requested_size_and_unique_values() -> None:
    until = datetime(2026, 6, 1, tzinfo=UTC)
    for event in events(7, 5, 200, until=until):
        values = [(row["type"], row["value"]) for row in event["Attribute"]]
        assert len(values) == len(set(values)) == 200
        assert event["date"] < "2026-06-01"
        uuids = {thing["uuid"] for thing in event["Object"]}
        references = [ref for thing in event["Object"] for ref in thing.get("ObjectReference", ())]
        assert references
        assert {ref["referenced_uuid"] for ref in references} <= uuids


def test_some_values_are_shared_and_most_are_not() -> None:
    seen: dict[str, int] = {}
    for event in events(3, 100, 50):
        for value in {row["value"] for row in event["Attribute"]}:
            seen[value] = seen.get(value, 0) + 1
    shared = [count for count in seen.values() if count > 1]
    assert max(shared) >= 10
    assert 20 < len(shared) < len(seen) / 4 < POOL


def test_published_events_are_read_in_any_envelope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"response": [{"Event": {"info": "a"}}]}))
    (tmp_path / "b.json").write_text(json.dumps({"Event": {"info": "b"}}))
    (tmp_path / "c.json").write_text('{"Event": [1,]')
    monkeypatch.setenv(PUBLISHED_EVENTS, str(tmp_path))
    assert [event["info"] for event in published_events()] == ["a", "b"]
    monkeypatch.setenv(PUBLISHED_EVENTS, str(tmp_path / "missing"))
    assert published_events() == []
    monkeypatch.delenv(PUBLISHED_EVENTS)
    assert published_events() == []


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch, settings: Any, db: None) -> None:
    """No published events, small generated ones, and fast hashing of the eighteen passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(community, "published_events", list)
    monkeypatch.setattr(community, "ATTRIBUTES", 5)
    first_run()


@pytest.mark.usefixtures("_small")
def test_community_is_created_once() -> None:
    colleague = make_user(Organisation.objects.get(), Role.objects.earliest("pk"), "anna@hub.example")
    assert community.fill() == [], "somebody has begun to use the hub"
    colleague.delete()
    members = community.fill()
    assert {member.role for member in members} == {
        "admin", "Org Admin", "Publisher", "User", "Read Only", "Sync user"
    }  # fmt: skip
    assert Organisation.objects.count() == 1 + len(community.MEMBERS) + len(("supplier", "new member"))
    assert {group.members.count() for group in SharingGroup.objects.all()} == {3}
    assert Event.objects.count() == community.GENERATED + 2  # The one to hand over, and the analyst's case.
    assert set(Event.objects.values_list("published", flat=True)) == {True, False}
    assert not [
        event for event in Event.objects.filter(published=True) if examine(event.pk, event.distribution)
    ]
    plain = community.GENERATED * 5 + len(collaboration.QUIET_EVENT["Attribute"]) + len(daily_work.SIGHTED)
    assert Attribute.objects.filter(object=None).count() == plain
    assert ObjectReference.objects.exists()
    assert all(User.objects.get(email=member.email).check_password(member.password) for member in members[:2])
    assert GalaxyCluster.objects.filter(default=False, published=True).count() == 2
    assert community.fill() == []
    assert Counter(Membership.objects.values_list("state", flat=True)) == {"active": 6, "onboarding": 1}
    assert set(Application.objects.values_list("state", flat=True)) == {
        "waiting", "under_review", "approved", "submitted"
    }  # fmt: skip
    assert set(ContentGrant.objects.values_list("state", flat=True)) == {"ended", "asked"}
    assert {member.email: member.duty for member in members if member.duty} == {
        email: duty for email, (duty, *_) in DUTIES.items()
    }


@pytest.mark.usefixtures("_small")
def test_members_see_only_what_is_shared_with_them() -> None:
    community.fill()
    readers = {
        org.name: actor_for(User.objects.filter(org=org).earliest("pk"), Credential.BROWSER)
        for org in Organisation.objects.filter(name__in=community.GROUPS["Energi och vatten"])
    }
    shared = Event.objects.filter(distribution=4, sharing_group__name="Energi och vatten", published=True)
    event = shared.earliest("pk")
    for reader in readers.values():
        assert find_event(reader, event.pk).id == event.pk
    outsider = User.objects.filter(org__name="Ekelunds högskola").earliest("pk")
    with pytest.raises(NotFound) as refused:
        find_event(actor_for(outsider, Credential.BROWSER), event.pk)
    assert refused.value.has(EventProblem.NOT_FOUND)
    _check_daily_work()


def _check_daily_work() -> None:
    """Every page of an analyst’s day has something to show."""
    asker, owner = (
        actor_for(User.objects.get(email=email), Credential.BROWSER)
        for email in ("jonas.berg@regionsolvik.example", "amir.haddad@norrvik.example")
    )
    report = EventReport.objects.get()
    event = find_event(asker, report.event_id)
    referenced = resolve_references(asker, event, report.content).attributes
    assert {found.value for found in referenced.values()} == {value for _, _, value, *_ in daily_work.SIGHTED}
    assert Attribute.objects.filter(event=report.event_id, first_seen__isnull=False).count() == 4
    assert Proposal.objects.get(event=report.event_id).comments.count() == 2
    assert ReaderQuestion.objects.get(closed_at=None).event_id == report.event_id
    assert Collection.objects.get().elements.filter(element_uuid=event.uuid).exists()
    assert SavedSearch.objects.filter(visible_to(owner)).exists()
    offered = visible_templates(owner).filter(active=True)
    assert "Misstänkt domän" in {template.name for template in offered}
