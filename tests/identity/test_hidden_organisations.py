"""Security.hide_organisation_index_from_users: organisations are visible only to those who need them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.core.settings.models import SettingValue

SETTING = "Security.hide_organisation_index_from_users"


def views(who: ApiUser, organisation: int | str) -> set[int]:
    """The statuses of API and page for one organisation."""
    answers = {call(who.key, "GET", f"/organisations/view/{organisation}")[0]}
    if isinstance(organisation, int):
        answers.add(signed_in(who).get(f"/administration/organisations/{organisation}/").status_code)
    return answers


@pytest.fixture
def _hidden(db: None) -> None:
    SettingValue.objects.create(name=SETTING, value=True)


def lists(who: ApiUser) -> set[int]:
    page = signed_in(who).get("/administration/organisations/").status_code
    return {page, call(who.key, "GET", "/organisations/index")[0]}


def test_organisations_are_visible_by_default(seed: Seed, password_is_enough: None) -> None:
    assert lists(seed.stranger) == {200}
    assert views(seed.stranger, seed.org_b.pk) == {200}


@pytest.mark.usefixtures("_hidden")
def test_setting_limits_users_to_own_organisation_and_creators_they_read(
    seed: Seed, password_is_enough: None
) -> None:
    assert lists(seed.stranger) == {403}
    assert lists(seed.site_admin) == {200}
    assert views(seed.stranger, seed.org_c.pk) == {200}
    for reference in (seed.org_b.pk, str(seed.org_b.uuid), seed.org_b.name):
        assert views(seed.stranger, reference) == {404}
    make_event(seed.org_b, distribution=0, published=True).save()
    assert views(seed.stranger, seed.org_b.pk) == {404}, "an event that they may not read"
    make_event(seed.org_b, distribution=1, published=True).save()
    assert views(seed.stranger, seed.org_b.pk) == {200}


@pytest.mark.usefixtures("_hidden")
def test_pages_name_no_hidden_organisation(seed: Seed, password_is_enough: None) -> None:
    web = signed_in(seed.analyst)
    other, own = seed.org_c, seed.org_a
    for each in (own, other):
        web.post(reverse("subscription_create"), {"kind": "organisation", "thing": str(each.pk)})
    followed = web.get(reverse("subscriptions")).content.decode()
    assert own.name in followed
    assert other.name not in followed
    choices = {"field": "org", "q_org": other.name[:-1]}
    assert other.name not in web.get(reverse("advanced_search_choices"), choices).content.decode()
    assert (
        other.name
        in signed_in(seed.site_admin).get(reverse("advanced_search_choices"), choices).content.decode()
    )
