"""Security.hide_organisations_in_sharing_groups: only those who manage groups see their members."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_event
from tests.factories.event_page import text_of, visitor
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import configure
from vardkase.identity.organisations.models import SharingGroupOrg
from vardkase.intel.queries.receivers import receivers

SETTING = "Security.hide_organisations_in_sharing_groups"


@pytest.fixture
def event(seed: Seed) -> Any:
    """An event in the group of A, B and C, owned by A."""
    SharingGroupOrg.objects.create(sharing_group=seed.group, org=seed.org_c)
    found = make_event(seed.org_a, distribution=4, sharing_group=seed.group, published=True)
    found.save()
    return found


def places_showing(api_user: ApiUser, event: Any, name: str) -> set[str]:
    """The places where the user reads an organisation's name in the event's group."""
    requests = {
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
    for place, (method, path, body) in requests.items():
        response = send(api_user.key, method, path, body)
        if name in (b"".join(response) if response.streaming else response.content).decode():
            found.add(place)
    return found


def test_setting_hides_members_from_each_other(seed: Seed, event: Any) -> None:
    assert {"group", "event", "search"} <= places_showing(seed.partner, event, seed.org_c.name)
    configure(SETTING, True)
    assert places_showing(seed.partner, event, seed.org_c.name) == set()
    assert "event" in places_showing(seed.partner, event, seed.org_b.name), "a member still sees its own name"


def test_group_managers_and_owner_see_members(seed: Seed, event: Any) -> None:
    configure(SETTING, True)
    for api_user in (seed.partner_sync, seed.analyst, seed.site_admin):
        assert {"group", "event"} <= places_showing(api_user, event, seed.org_c.name)


@pytest.mark.usefixtures("password_is_enough")
def test_event_page_hides_members(seed: Seed, event: Any) -> None:
    reader = visitor(seed.partner)
    assert seed.org_c.name in text_of(reader.get(f"/event/{event.pk}/"))
    configure(SETTING, True)
    assert seed.org_c.name not in text_of(reader.get(f"/event/{event.pk}/"))


def test_publish_preview_hides_names_of_receivers(seed: Seed, event: Any) -> None:
    configure(SETTING, True)
    names = {each.name for each in receivers(4, event.sharing_group_id, seed.org_b.pk)}
    assert not names & {seed.org_a.name, seed.org_c.name}


def test_setting_is_changed_by_officers(seed: Seed) -> None:
    assert call(seed.analyst.key, "POST", f"/servers/serverSettingsEdit/{SETTING}", {"value": True})[0] == 403
    assert (
        call(seed.site_admin.key, "POST", f"/servers/serverSettingsEdit/{SETTING}", {"value": True})[0] == 200
    )
