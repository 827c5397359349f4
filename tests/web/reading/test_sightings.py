"""Sightings on the pages: anybody who reads a value can report one, and sees who else has."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.event_page import Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.intel.models import Attribute
from vardkase.intel.sightings.models import Sighting, SightingType

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def attribute(setup: Setup) -> Attribute:
    return setup.attribute("login.example")


def address(attribute: Attribute, rest: str = "") -> str:
    return f"/event/{attribute.event_id}/attribute/{attribute.pk}/sightings/{rest}"


def report(client: Client, attribute: Attribute, kind: int, **headers: str) -> str:
    return text_of(client.post(address(attribute, "add/"), {"type": str(kind)}, follow=True, headers=headers))


@pytest.mark.parametrize("kind", SightingType.values)
def test_reader_of_another_organisation_reports_a_sighting(
    seed: Seed, setup: Setup, attribute: Attribute, kind: int
) -> None:
    stranger = visitor(seed.stranger)
    assert "has been re" in report(stranger, attribute, kind)
    stored = Sighting.objects.get()
    assert (stored.attribute_id, stored.org_id, stored.type) == (attribute.pk, seed.org_c.pk, kind)


def test_counts_are_in_the_row_of_the_value(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    stranger = visitor(seed.stranger)
    for kind in (SightingType.SEEN, SightingType.SEEN, SightingType.FALSE_POSITIVE):
        counts = report(stranger, attribute, kind, **{"hx-request": "true"})
    assert "Sightings: 2, false positives: 1, expired: 0" in counts
    assert "<html" not in counts
    page = text_of(visitor(seed.reader).get(f"/event/{setup.event.pk}/"))
    assert "Sightings: 2, false positives: 1, expired: 0" in page


def test_list_names_who_has_seen_it(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    report(visitor(seed.stranger), attribute, SightingType.SEEN)
    page = text_of(visitor(seed.reader).get(address(attribute)))
    assert "Organisation C" in page
    assert "No sightings yet" in text_of(visitor(seed.reader).get(address(setup.attribute("../note.txt"))))


def test_policy_of_sightings_holds_on_the_pages(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    report(visitor(seed.stranger), attribute, SightingType.SEEN)
    configure("Plugin.Sightings_policy", 0)
    partner = visitor(seed.partner)
    assert "Organisation C" not in text_of(partner.get(address(attribute)))
    assert "Sightings: 0," in text_of(partner.get(f"/event/{setup.event.pk}/"))
    assert "Organisation C" in text_of(visitor(seed.stranger).get(address(attribute)))


def test_hidden_value_has_no_sightings(seed: Seed, setup: Setup) -> None:
    hidden = setup.attribute("hidden.example")
    stranger = visitor(seed.stranger)
    assert stranger.get(address(hidden)).status_code == 404
    assert stranger.post(address(hidden, "add/"), {"type": "0"}).status_code == 404
    elsewhere = f"/event/{setup.draft.pk}/attribute/{setup.attribute('login.example').pk}/sightings/"
    assert visitor(seed.reader).get(elsewhere).status_code == 404
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("kind", ["", "3", "-1", "x"])
def test_unknown_kind_is_refused(seed: Seed, attribute: Attribute, kind: str) -> None:
    assert visitor(seed.stranger).post(address(attribute, "add/"), {"type": kind}).status_code == 404
    assert not Sighting.objects.exists()


def test_read_only_account_reports_nothing(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    reader = visitor(seed.reader)
    assert reader.post(address(attribute, "add/"), {"type": "0"}).status_code == 403
    assert "Report sighting" not in text_of(reader.get(address(attribute)))
    assert "Report sighting" not in text_of(reader.get(f"/event/{setup.event.pk}/"))
    assert visitor(seed.stranger).get(address(attribute, "add/")).status_code == 405
    assert not Sighting.objects.exists()


def test_only_the_own_organisation_deletes_a_sighting(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    report(visitor(seed.stranger), attribute, SightingType.SEEN)
    deletion = address(attribute, f"{Sighting.objects.get().pk}/delete/")
    assert visitor(seed.org_admin).post(deletion).status_code == 404
    assert visitor(seed.reader).post(deletion).status_code == 403
    other = setup.attribute("../note.txt")
    wrong_place = address(other, f"{Sighting.objects.get().pk}/delete/")
    assert visitor(seed.stranger).post(wrong_place).status_code == 404
    assert Sighting.objects.exists()
    assert "Delete" in text_of(visitor(seed.stranger).get(address(attribute)))
    assert visitor(seed.stranger).post(deletion).status_code == 302
    assert not Sighting.objects.exists()


def test_long_list_has_pages(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    Sighting.objects.bulk_create(
        Sighting(attribute=attribute, event=setup.event, org=seed.org_c, date_sighting=1_700_000_000 + n)
        for n in range(60)
    )
    first = visitor(seed.reader).get(address(attribute))
    assert len(first.context["sightings"]) == 50
    second = visitor(seed.reader).get(address(attribute) + first.context["older"])
    assert [line.date_sighting for line in second.context["sightings"]] == [
        1_700_000_000 + n for n in range(9, -1, -1)
    ]
