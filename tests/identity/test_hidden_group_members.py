"""Security.hide_organisations_in_sharing_groups: who is in a group is told to those who handle groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.cast import Cast, Player
from tests.factories import make_event
from tests.intel.sighted import configure
from tests.web.reading.scene import text_of, visitor
from vardkase.identity.organisations.models import SharingGroupOrg
from vardkase.intel.queries.receivers import receivers

SETTING = "Security.hide_organisations_in_sharing_groups"


@pytest.fixture
def event(cast: Cast) -> Any:
    """An event in the group of A, B and C, which A owns."""
    SharingGroupOrg.objects.create(sharing_group=cast.group, org=cast.org_c)
    found = make_event(cast.org_a, distribution=4, sharing_group=cast.group, published=True)
    found.save()
    return found


def told(player: Player, event: Any, name: str) -> set[str]:
    """The doors by which the player reads the name of an organisation in the event's group."""
    doors = {
        "group": ("GET", f"/sharing_groups/view/{event.sharing_group_id}", None),
        "groups": ("GET", "/sharing_groups/index", None),
        "event": ("GET", f"/events/view/{event.pk}", None),
        "index": ("GET", "/events/index", None),
        "search": ("POST", "/events/restSearch", {"returnFormat": "json"}),
        "xml": ("POST", "/events/restSearch", {"returnFormat": "xml"}),
        "attributes": ("POST", "/attributes/restSearch", {"includeContext": 1}),
        "stix": ("POST", "/events/restSearch", {"returnFormat": "stix2"}),
    }
    found = set()
    for door, (method, path, body) in doors.items():
        response = send(player.key, method, path, body)
        if name in (b"".join(response) if response.streaming else response.content).decode():
            found.add(door)
    return found


def test_members_are_told_of_each_other_until_it_is_set(cast: Cast, event: Any) -> None:
    assert {"group", "event", "search"} <= told(cast.partner, event, cast.org_c.name)
    configure(SETTING, True)
    assert told(cast.partner, event, cast.org_c.name) == set()
    assert "event" in told(cast.partner, event, cast.org_b.name), "who is in it knows that it is"


def test_those_who_handle_groups_and_its_owner_are_told(cast: Cast, event: Any) -> None:
    configure(SETTING, True)
    for player in (cast.partner_sync, cast.analyst, cast.site_admin):
        assert {"group", "event"} <= told(player, event, cast.org_c.name)


@pytest.mark.usefixtures("password_is_enough")
def test_pages_keep_to_it(cast: Cast, event: Any) -> None:
    reader = visitor(cast.partner)
    assert cast.org_c.name in text_of(reader.get(f"/event/{event.pk}/"))
    configure(SETTING, True)
    assert cast.org_c.name not in text_of(reader.get(f"/event/{event.pk}/"))


def test_another_publisher_is_told_how_many_they_are(cast: Cast, event: Any) -> None:
    configure(SETTING, True)
    names = {each.name for each in receivers(4, event.sharing_group_id, cast.org_b.pk)}
    assert not names & {cast.org_a.name, cast.org_c.name}


def test_it_is_the_officers_to_set(cast: Cast) -> None:
    assert call(cast.analyst.key, "POST", f"/servers/serverSettingsEdit/{SETTING}", {"value": True})[0] == 403
    assert (
        call(cast.site_admin.key, "POST", f"/servers/serverSettingsEdit/{SETTING}", {"value": True})[0] == 200
    )
