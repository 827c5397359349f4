"""The received register: what was made available to which connected authority, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.intel import make_attribute, make_event
from tests.factories.public_records import member, published
from tests.factories.seed import Seed
from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.public_records.received.authorities import follow, is_connected_authority
from vardkase.hub.public_records.received.models import ReceivedVersion
from vardkase.hub.public_records.received.queries import (
    AvailableVersion,
    available_versions,
    readable_version,
)
from vardkase.identity.organisations.models import Organisation, SharingGroupOrg
from vardkase.intel.models import Event
from vardkase.intel.services.publish import publish_event, unpublish_event


def received(organisation: Organisation) -> list[AvailableVersion]:
    return available_versions(organisation.pk, timezone.now() + timedelta(seconds=5))


def versions(organisation: Organisation) -> list[tuple[int, int]]:
    return [(row.event_id, row.version) for row in received(organisation)]


@pytest.mark.django_db
def test_what_is_published_is_received_by_each_authority_it_reaches(seed: Seed) -> None:
    member(seed.org_b)
    for_everybody = published(seed)
    in_group = published(seed, distribution=4, sharing_group=seed.group)
    own = published(seed, distribution=0)
    assert versions(seed.org_b) == [(in_group.pk, 1), (for_everybody.pk, 1)]
    assert versions(seed.org_c) == [], "no authority"

    member(seed.org_c, "region")
    assert versions(seed.org_c) == [(for_everybody.pk, 1)], "what is published still is received at once"
    late = received(seed.org_c)[0]
    assert late.available_at > late.published_at

    member(seed.org_a, "state_authority")
    assert {row.event_id for row in received(seed.org_a) if row.is_own} == {
        for_everybody.pk,
        in_group.pk,
        own.pk,
    }


@pytest.mark.django_db
def test_who_comes_later_has_not_received_what_was_replaced_or_withdrawn(seed: Seed) -> None:
    member(seed.org_b)
    replaced, withdrawn, narrowed, changing = (published(seed) for _ in range(4))
    make_attribute(replaced, value1="added").save()
    Event.objects.filter(pk=replaced.pk).update(published=False, being_changed=True)
    publish_event(seed.publisher.actor, replaced.pk)
    unpublish_event(seed.publisher.actor, withdrawn.pk)
    Event.objects.filter(pk=narrowed.pk).update(distribution=0, published=False, being_changed=True)
    Event.objects.filter(pk=changing.pk).update(published=False, being_changed=True)

    member(seed.org_c)
    assert sorted(versions(seed.org_c)) == [(replaced.pk, 2), (changing.pk, 1)]
    assert sorted(versions(seed.org_b)) == [
        (replaced.pk, 1), (replaced.pk, 2), (withdrawn.pk, 1), (narrowed.pk, 1), (changing.pk, 1),
    ]  # fmt: skip
    Event.objects.filter(pk=withdrawn.pk).delete()
    assert (withdrawn.pk, 1) in versions(seed.org_b), "what was received stays on record"


@pytest.mark.django_db
def test_members_of_a_group_receive_while_they_are_in_it(seed: Seed) -> None:
    for organisation in (seed.org_b, seed.org_c):
        member(organisation)
    first = published(seed, distribution=4, sharing_group=seed.group)
    joined = SharingGroupOrg.objects.create(sharing_group=seed.group, org=seed.org_c)
    second = published(seed, distribution=4, sharing_group=seed.group)
    joined.delete()
    third = published(seed, distribution=4, sharing_group=seed.group)
    assert versions(seed.org_c) == [(second.pk, 1), (first.pk, 1)]
    assert received(seed.org_c)[1].available_at > received(seed.org_b)[-1].available_at
    assert (third.pk, 1) in versions(seed.org_b)
    type(seed.group).objects.filter(pk=seed.group.pk).update(active=False)
    fourth = published(seed, distribution=4, sharing_group=seed.group)
    assert (fourth.pk, 1) not in versions(seed.org_b)


@pytest.mark.django_db
def test_suspended_and_former_authorities_receive_nothing(seed: Seed) -> None:
    membership = member(seed.org_b)
    before = published(seed)
    never = "empty"
    cursor().execute("UPDATE organisation SET read_period = %s WHERE id = %s", (never, seed.org_b.pk))
    follow({seed.org_b.pk})
    assert not is_connected_authority(seed.org_b.pk)
    replaced = published(seed)
    unpublish_event(seed.publisher.actor, replaced.pk)
    lasting = published(seed)
    assert versions(seed.org_b) == [(before.pk, 1)]
    cursor().execute("UPDATE organisation SET read_period = '(,)' WHERE id = %s", (seed.org_b.pk,))
    assert follow({seed.org_b.pk}) == 1
    assert follow({seed.org_b.pk}) == 0
    assert versions(seed.org_b) == [(lasting.pk, 1), (before.pk, 1)]
    Membership.objects.filter(pk=membership.pk).update(state=MembershipState.TERMINATED)
    follow()
    assert not is_connected_authority(seed.org_b.pk)
    published(seed)
    assert versions(seed.org_b) == [(lasting.pk, 1), (before.pk, 1)]


@pytest.mark.django_db
def test_case_reads_a_version_as_the_authority_could_then(seed: Seed) -> None:
    member(seed.org_b)
    member(seed.org_c)
    event = make_event(seed.org_a, distribution=1)
    event.save()
    for distribution, value in ((5, "for all"), (0, "for us"), (4, "for the group")):
        group = seed.group if distribution == 4 else None
        make_attribute(event, value1=value, distribution=distribution, sharing_group=group).save()
    publish_event(seed.publisher.actor, event.pk)
    now = timezone.now() + timedelta(seconds=5)

    def values(organisation: Organisation) -> list[str]:
        return sorted(one.value for one in readable_version(organisation.pk, event.pk, 1, now).Attribute)

    assert values(seed.org_b) == ["for all", "for the group"]
    assert values(seed.org_c) == ["for all"]
    SharingGroupOrg.objects.filter(org=seed.org_b).delete()
    assert values(seed.org_b) == ["for all", "for the group"], (
        "it was in the group while the version was there"
    )
    Event.objects.filter(pk=event.pk).update(published=False, being_changed=True)
    publish_event(seed.publisher.actor, event.pk)
    SharingGroupOrg.objects.create(sharing_group=seed.group, org=seed.org_c)
    assert values(seed.org_c) == ["for all"], "it joined after the version had been replaced"
    later = readable_version(seed.org_b.pk, event.pk, 2, now).Attribute
    assert [one.value for one in later] == ["for all"], "it had left before this version"
    Event.objects.filter(pk=event.pk).update(quarantined=True)
    assert {row.is_open for row in received(seed.org_b)} == {False}
    still_there = ReceivedVersion.objects.filter(until=None).exists()
    assert not still_there, "who becomes a reader after the quarantine has received nothing"
    Event.objects.filter(pk=event.pk).update(quarantined=False, withheld=True)
    for organisation in (seed.org_b, seed.org_c):
        with pytest.raises(NotFound):
            readable_version(organisation.pk, event.pk, 1, now)
    assert {(row.info, row.is_open) for row in received(seed.org_b)} == {("", False)}
