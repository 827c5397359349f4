"""TLP:RED in a sharing group that holds everybody is shared with the hub."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.calls import call
from tests.cast import Cast
from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.knowledge import make_tag
from vardkase.hub.guard.detectors import examine
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, Event, EventTag


def everybody(cast: Cast) -> SharingGroup:
    for org in Organisation.objects.exclude(pk__in=(cast.hub.pk, cast.org_a.pk)):
        SharingGroupOrg.objects.get_or_create(sharing_group=cast.group, org=org)
    return cast.group


def this_instance(cast: Cast) -> SharingGroup:
    SharingGroupServer.objects.update_or_create(
        sharing_group=cast.group, server_id=0, defaults={"all_orgs": True}
    )
    return cast.group


def some(cast: Cast) -> SharingGroup:
    return cast.group


def red(cast: Cast, **fields: object) -> Event:
    event = make_event(cast.org_a, user_id=cast.publisher.user.pk, **fields)
    event.save()
    return event


@pytest.mark.parametrize(("group", "stops"), [(everybody, True), (this_instance, True), (some, False)])
def test_red_for_a_group_of_everybody_is_stopped(
    cast: Cast, group: Callable[[Cast], SharingGroup], stops: bool
) -> None:
    event = red(cast, distribution=4, sharing_group=group(cast))
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    status, told = call(cast.publisher.key, "POST", f"/events/publish/{event.pk}", {"confirm_tlp": 1})
    assert status == (405 if stops else 200), told
    assert Event.objects.get(pk=event.pk).published is not stops


@pytest.mark.parametrize(("group", "stops"), [(everybody, True), (some, False)])
@pytest.mark.parametrize("part", ["attribute", "object", "report"])
def test_a_red_part_for_such_a_group_is_stopped(
    cast: Cast, group: Callable[[Cast], SharingGroup], stops: bool, part: str
) -> None:
    event = red(cast, distribution=1)
    reach = {"distribution": 4, "sharing_group": group(cast)}
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


def test_a_choice_between_two_is_a_choice(cast: Cast) -> None:
    """Where one other organisation reads, a group of both holds no more than its recipients."""
    Organisation.objects.filter(pk__in=(cast.org_b.pk, cast.org_c.pk)).update(local=False)
    event = red(cast, distribution=4, sharing_group=cast.group)
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))
    assert call(cast.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200
