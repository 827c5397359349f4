"""All sightings that a reader may see, in a list and as a file; and what one says of a value on its page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from vardkase.analysis.search.value_history import SightingHistory
from vardkase.analysis.search.value_page import ValueLifetime
from vardkase.intel.models import Event
from vardkase.intel.sightings.models import Sighting, SightingType
from vardkase.intel.sightings.services import SightingReport, add_sightings
from vardkase.intel.sightings.settings import EVERYONE
from vardkase.web.analysis.search.value_verdict import verdict_on

pytestmark = pytest.mark.usefixtures("password_is_enough")

SEEN, WRONG, EXPIRED = SightingType
LIST = "/sightings/"
VALUE = "login.example"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def report(seed_actor: object, setup: Setup, value: str, kind: int, when: int = 1_700_000_000) -> None:
    add_sightings(seed_actor, [setup.attribute(value).pk], SightingReport(kind, when, "=proxy"))  # type: ignore[arg-type]


def rows(client: Client, query: str = "") -> int:
    return text_of(client.get(LIST + query)).count('class="value-cell"')


def test_list_is_filtered_and_shows_what_the_policy_allows(seed: Seed, setup: Setup) -> None:
    report(seed.partner.actor, setup, VALUE, SEEN)
    report(seed.stranger.actor, setup, VALUE, WRONG)
    report(seed.analyst.actor, setup, HIDDEN, SEEN, 1_600_000_000)
    owner, partner, stranger = visitor(seed.analyst), visitor(seed.partner), visitor(seed.stranger)
    assert (rows(owner), rows(partner), rows(stranger)) == (3, 1, 1)
    configure("Plugin.Sightings_policy", EVERYONE)
    assert (rows(owner), rows(partner), rows(stranger)) == (3, 2, 2)
    page = text_of(partner.get(LIST))
    assert "Organisation C" in page
    assert HIDDEN not in page
    assert f'href="{LIST}"' in text_of(partner.get("/"))

    assert rows(owner, f"?type={WRONG}") == 1
    assert rows(owner, "?organisation=sation+B") == 1
    assert rows(owner, "?organisation=%25") == 0
    assert rows(owner, f"?event=%23{setup.event.pk}") == 3
    assert rows(owner, f"?event={setup.event.uuid}&value={VALUE}") == 2
    assert rows(owner, "?until=2021-01-01") == 1
    assert rows(owner, "?since=2021-01-01") == 2
    assert "No sightings match the filters" in text_of(owner.get(LIST + "?since=2026-01-01"))
    for query, said in (
        (f"?event={setup.draft.pk}", "There is no such event that you can read."),
        ("?event=987654321", "There is no such event that you can read."),
        ("?since=2026-01-02&until=2026-01-01", "not before the first"),
        ("?type=9", "Select a valid choice"),
    ):
        assert said in text_of(partner.get(LIST + query)), query
    first = text_of(owner.get(LIST + "?rows=20"))
    assert "1–3 of 3, newest first" in first

    configure("Plugin.Sightings_anonymise", True)
    assert "Organisation C" not in text_of(partner.get(LIST)).split("<tbody>")[1].split("</tbody>")[0]
    assert rows(partner, "?organisation=Organisation+C") == 0
    table = bytes_of(partner.get(f"{LIST}download/?type={SEEN}")).decode("utf-8-sig").splitlines()
    assert table[0].replace('"', "").startswith("id,uuid,date_sighting,type,value")
    assert len(table) == 2
    assert ",seen,login.example,domain,Organisation B,'=proxy," in table[1].replace('"', "")
    Event.objects.filter(pk=setup.event.pk).update(distribution=0)
    assert (rows(owner), rows(partner)) == (3, 0)


def test_reports_from_the_page_of_a_value_are_undone(seed: Seed, setup: Setup) -> None:
    partner = visitor(seed.partner)
    page = text_of(partner.get(f"/value/?v={VALUE}"))
    assert 'action="/value/sighting/"' in page
    assert 'action="/value/sighting/"' not in text_of(visitor(seed.reader).get(f"/value/?v={VALUE}"))
    said = text_of(partner.post("/value/sighting/", {"v": VALUE, "type": "1"}, follow=True))
    assert "reported as a false positive" in said
    assert "Reported as a false positive" in said  # The verdict.
    [token] = TOKEN.findall(said)
    for other in (seed.stranger, seed.analyst, seed.org_admin):
        refused = text_of(
            visitor(other).post("/sightings/undo/", {"token": token, "back": "//evil.example"}, follow=True)
        )
        assert "can no longer be undone" in refused
    assert "can no longer be undone" in text_of(
        partner.post("/sightings/undo/", {"token": token + "x"}, follow=True)
    )
    assert Sighting.objects.count() == 1
    back = partner.post("/sightings/undo/", {"token": token, "back": f"/value/?v={VALUE}"})
    assert back["Location"] == f"/value/?v={VALUE}"
    assert not Sighting.objects.exists()

    # A second expiration replaces the first, which comes back.
    partner.post("/value/sighting/", {"v": VALUE, "type": "2", "attribute": setup.attribute(VALUE).pk})
    earlier = Sighting.objects.get()
    said = text_of(partner.post("/value/sighting/", {"v": VALUE, "type": "2"}, follow=True))
    assert "Reported as expired" in said
    partner.post("/sightings/undo/", {"token": TOKEN.findall(said)[-1]})
    assert Sighting.objects.get().uuid == earlier.uuid

    admin = visitor(seed.org_admin)
    said_here = SightingReport(SEEN, 1, "proxy")
    [mine] = add_sightings(seed.org_admin.actor, [setup.attribute(VALUE).pk], said_here)
    at = f"/event/{setup.event.pk}/attribute/{setup.attribute(VALUE).pk}/sightings/{mine.id}/delete/"
    said = text_of(admin.post(at, follow=True))
    assert not Sighting.objects.filter(uuid=mine.uuid).exists()
    admin.post("/sightings/undo/", {"token": TOKEN.findall(said)[-1]})
    again = Sighting.objects.get(uuid=mine.uuid)
    assert (again.date_sighting, again.source, again.org_id) == (1, "proxy", seed.org_a.pk)

    for fields in ({"v": HIDDEN, "type": "0"}, {"v": VALUE, "type": "0", "attribute": "999999999"}):
        assert "no longer occurs" in text_of(partner.post("/value/sighting/", fields, follow=True))
    assert partner.post("/value/sighting/", {"v": VALUE, "type": "7"}).status_code == 404
    assert visitor(seed.reader).post("/value/sighting/", {"v": VALUE, "type": "0"}).status_code == 403


@override("en")
def test_verdict_weighs_what_was_reported() -> None:
    life = ValueLifetime(3, 2, 1, 2, 1, 1_000, ["domain"])

    def words(seen: int, wrong: int, expired: int, last_seen: int | None, last_expired: int | None) -> str:
        history = SightingHistory(seen, wrong, expired, last_seen, last_expired, [])
        verdict = verdict_on(life, [], history, 2_000)
        return f"{verdict.words}: {verdict.detail}"

    assert words(1, 0, 0, 1_500, None).startswith("Active and marked for detection")
    assert words(1, 1, 0, 1_500, None).startswith("Reported as a false positive")
    assert "1 report of a false positive, 3 sightings." in words(3, 1, 0, 1_500, None)
    assert words(1, 0, 1, 1_500, 1_600).startswith("Reported as expired: ")
    assert words(2, 0, 1, 1_700, 1_600).startswith("Active")
