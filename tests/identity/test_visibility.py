"""The visibility rule against its oracle, for every combination of everything it depends on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model
from pytest_django import Settings

from tests.factories import (
    make_attribute,
    make_event,
    make_object,
    make_organisation,
    make_report,
    make_sharing_group,
)
from tests.identity.visibility_oracle import (
    Group,
    Reach,
    Reader,
    SharedEvent,
    SharedPart,
    may_see_event,
    may_see_part,
)
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor, sharing_group_ids
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    part_predicate,
    reader_parameters,
)
from vardkase.identity.organisations.models import MembershipInUse, Organisation, SharingGroup
from vardkase.intel.models import Attribute, Event, EventReport, Object

pytestmark = pytest.mark.django_db

type Known[Row: Model, Shared] = list[tuple[Row, Shared]]

ROLES = {
    "user": frozenset({Permission.AUTH, Permission.ADD}),
    "sync user": frozenset({Permission.AUTH, Permission.SYNC}),
    "site admin": frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A distribution as the oracle and as the tables have it."""

    reach: Reach
    group: SharingGroup | None = None

    @property
    def columns(self) -> dict[str, Any]:
        return {"distribution": self.reach.distribution, "sharing_group": self.group}


@dataclass(frozen=True, slots=True)
class SampleRows:
    """The stored rows, by table and id, as the oracle knows them."""

    reader_org: int
    events: dict[int, SharedEvent]
    parts: dict[str, dict[int, SharedPart]]


@pytest.fixture
def sample_rows() -> SampleRows:
    """Events × (attributes, objects, attributes in objects, reports) × every distribution × deleted or not."""
    reader, other, third = (make_organisation() for _ in range(3))
    groups = _groups(reader, other, third)
    event_places = [Place(Reach(distribution)) for distribution in (0, 1, 2, 3)] + groups
    part_places = [Place(Reach(distribution)) for distribution in (0, 1, 2, 3, 5)] + groups
    events = _events(event_places, (reader, other))
    objects = _loose(make_object, events, part_places)
    Object.objects.bulk_create(row for row, _ in objects)
    attributes = _loose(make_attribute, events, part_places) + _inside(objects, part_places)
    reports = _loose(make_report, events, part_places)
    Attribute.objects.bulk_create((row for row, _ in attributes), batch_size=2000)
    EventReport.objects.bulk_create(row for row, _ in reports)
    return SampleRows(
        reader.pk,
        {event.pk: shared for event, shared in events},
        {
            table: {row.pk: part for row, part in rows}
            for table, rows in (("attribute", attributes), ("object", objects), ("event_report", reports))
        },
    )


def test_sql_and_oracle_agree(sample_rows: SampleRows, settings: Settings, subtests: pytest.Subtests) -> None:
    """No reader sees a row too many or too few."""
    for private, role, may_read in itertools.product((False, True), ROLES, (True, False)):
        settings.VARDKASE_UNPUBLISHED_PRIVATE = private
        actor = _actor(sample_rows.reader_org, role, may_read)
        reader = Reader(sample_rows.reader_org, role == "site admin", role == "sync user", may_read)
        with subtests.test("events", role=role, may_read=may_read, private=private):
            expected = {
                key
                for key, event in sample_rows.events.items()
                if may_see_event(reader, event, unpublished_is_private=private)
            }
            assert _visible(actor, "event") == expected
        for table, parts in sample_rows.parts.items():
            with subtests.test(table, role=role, may_read=may_read, private=private):
                expected = {
                    key
                    for key, part in parts.items()
                    if may_see_part(reader, part, unpublished_is_private=private)
                }
                assert _visible(actor, table) == expected
    settings.VARDKASE_UNPUBLISHED_PRIVATE = False
    reader = Reader(sample_rows.reader_org)
    published = {
        key
        for key, event in sample_rows.events.items()
        if may_see_event(reader, event, unpublished_is_private=True)
    }
    with subtests.test("events of organisations that hide what is not published"):
        Organisation.objects.update(hides_unpublished=True)
        assert _visible(_actor(sample_rows.reader_org, "user", True), "event") == published
    with subtests.test("events while membership is in use"):
        Organisation.objects.update(hides_unpublished=False)
        MembershipInUse.objects.create(pk=1)
        assert _visible(_actor(sample_rows.reader_org, "user", True), "event") == published


def test_sample_has_every_kind_of_row(sample_rows: SampleRows) -> None:
    """Comparing empty sets would prove nothing."""
    reader = Reader(sample_rows.reader_org)
    assert len(sample_rows.events) == 11 * 2 * 2 * 2
    assert {len(parts) > 1000 for parts in sample_rows.parts.values()} == {True}
    seen = [
        may_see_part(reader, part, unpublished_is_private=False)
        for part in sample_rows.parts["attribute"].values()
    ]
    assert 0.2 < sum(seen) / len(seen) < 0.8


def _visible(actor: Actor, table: str) -> set[int]:
    """The ids of `table` that the product's predicates admit, combined as its queries do."""
    if table == "event":
        sql = f"SELECT e.id FROM event e WHERE {event_predicate(actor)}"
    else:
        own = attribute_predicate(actor, "p") if table == "attribute" else part_predicate(actor, "p")
        sql = (
            f"SELECT p.id FROM {table} p JOIN event e ON e.id = p.event_id "
            f"WHERE {event_predicate(actor)} AND {own} AND {deleted_predicate(actor, 'p')}"
        )
    return {row[0] for row in cursor().execute(sql, reader_parameters(actor))}


def _actor(organisation_id: int, role: str, may_read: bool) -> Actor:
    return Actor(
        user_id=1,
        name=role,
        organisation_id=organisation_id,
        organisation_name="Reader",
        permissions=ROLES[role],
        credential=Credential.API_KEY,
        sharing_group_ids=sharing_group_ids(organisation_id),
        may_read=may_read,
    )


def _groups(reader: Organisation, other: Organisation, third: Organisation) -> list[Place]:
    """Member; not a member; not, because its server is listed but not all of it; owner; everybody; none
    active.
    """
    kinds: list[tuple[Organisation, list[Organisation], bool | None, bool]] = [
        (other, [other, reader], None, True),
        (other, [other, third], None, True),
        (third, [third], False, True),
        (reader, [other], None, True),
        (third, [third], True, True),
        (other, [other, reader], None, False),
        (reader, [], True, False),
    ]
    return [_place(owner, members, everyone, active) for owner, members, everyone, active in kinds]


def _place(owner: Organisation, members: list[Organisation], everyone: bool | None, active: bool) -> Place:
    known = Group(owner.pk, frozenset(member.pk for member in members), bool(everyone), active)
    return Place(Reach(4, known), make_sharing_group(owner, members, all_orgs=everyone, active=active))


def _events(places: list[Place], organisations: tuple[Organisation, ...]) -> Known[Event, SharedEvent]:
    events = []
    for place, published, owner, creator in itertools.product(
        places, (True, False), organisations, organisations
    ):
        event = make_event(owner, orgc=creator, published=published, **place.columns)
        event.save()
        events.append((event, SharedEvent(owner.pk, creator.pk, published, place.reach)))
    return events


def _loose[Row: Model](
    make: Callable[..., Row], events: Known[Event, SharedEvent], places: list[Place]
) -> Known[Row, SharedPart]:
    """A part of every event with every distribution, deleted and not."""
    return [
        (make(event, deleted=deleted, **place.columns), SharedPart(shared, place.reach, deleted))
        for (event, shared), place, deleted in itertools.product(events, places, (False, True))
    ]


def _inside(objects: Known[Object, SharedPart], places: list[Place]) -> Known[Attribute, SharedPart]:
    """An attribute with every distribution, deleted and not, in every object that is not deleted itself."""
    standing = [(row, part) for row, part in objects if not part.deleted]
    return [
        (
            make_attribute(row.event, object=row, deleted=deleted, **place.columns),
            SharedPart(part.event, place.reach, deleted, within=part.reach),
        )
        for (row, part), place, deleted in itertools.product(standing, places, (False, True))
    ]
