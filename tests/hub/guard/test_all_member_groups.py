"""TLP:RED in a sharing group of all members counts as shared with the whole hub."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.calls import call
from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.hub.guard.detectors import examine
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, Event, EventTag


def everybody(seed: Seed) -> SharingGroup:
    for org in Organisation.objects.exclude(pk__in=(seed.hub.pk, seed.org_a.pk)):
        SharingGroupOrg.objects.get_or_create(sharing_group=seed.group, org=org)
    return seed.group


def this_instance(seed: Seed) -> SharingGroup:
    SharingGroupServer.objects.update_or_create(
        sharing_group=seed.group, server_id=0, defaults={"all_orgs": True}
    )
    return seed.group


def some(seed: Seed) -> SharingGroup:
    return seed.group


def red_event(seed: Seed, **fields: object) -> Event:
    event = make_event(seed.org_a, user_id=seed.publisher.user.pk, **fields)
    event.save()
    return event


@pytest.mark.parametrize(("group", "stops"), [(everybody, True), (this_instance, True), (some, False)])
def test_red_event_in_group_of_all_members_is_blocked(
    seed: Seed, group: Callable[[Seed], SharingGroup], stops: bool
) -> None:
    event = red_event(seed, distribution=4, sharing_group=group(seed))
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    status, body = call(seed.publisher.key, "POST", f"/events/publish/{event.pk}", {"confirm_tlp": 1})
    assert status == (405 if stops else 200), body
    assert Event.objects.get(pk=event.pk).published is not stops


@pytest.mark.parametrize(("group", "stops"), [(everybody, True), (some, False)])
@pytest.mark.parametrize("part", ["attribute", "object", "report"])
def test_red_part_in_group_of_all_members_is_blocked(
    seed: Seed, group: Callable[[Seed], SharingGroup], stops: bool, part: str
) -> None:
    event = red_event(seed, distribution=1)
    reach = {"distribution": 4, "sharing_group": group(seed)}
    tag = make_tag("tlp:red")
    if part == "report":
        report = make_report(event, **reach)
        report.save()
        EventReportTag.objects.create(event_report=report, tag=tag)
    else:
        inside = None
        if part == "object":
            inside = make_object(event, **reach)
            inside.save()
        attribute = make_attribute(event, object=inside, **({"distribution": 5} if inside else reach))
        attribute.save()
        AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    assert bool(examine(event.pk, 1)) is stops


def test_red_event_with_two_chosen_recipients_is_published(seed: Seed) -> None:
    """With only one other organisation on the hub, a group of both is still a choice of recipients."""
    Organisation.objects.filter(pk__in=(seed.org_b.pk, seed.org_c.pk)).update(local=False)
    event = red_event(seed, distribution=4, sharing_group=seed.group)
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200
