"""A value over time, on its page: organisations, sightings and decay, as far as the reader may see them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.analysis.search.value_history import last_months
from vardkase.core.clock import now_seconds
from vardkase.intel.models import Attribute
from vardkase.intel.sightings.models import Sighting, SightingType
from vardkase.knowledge.decaying_models.models import DecayingModel

pytestmark = pytest.mark.usefixtures("password_is_enough")

PARAMETERS = {"lifetime": 120, "decay_speed": 2, "threshold": 30, "default_base_score": 80}
PAGE = "/value/?v=login.example"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


def sight(attribute: Attribute, org_id: int, kind: int = SightingType.SEEN) -> None:
    Sighting.objects.create(
        attribute=attribute,
        event_id=attribute.event_id,
        org_id=org_id,
        date_sighting=now_seconds(),
        type=kind,
    )


def test_months_end_with_the_present() -> None:
    months = last_months(date(2026, 2, 28))
    assert (months[0], months[-1], len(months)) == (date(2025, 3, 1), date(2026, 2, 1), 12)


def test_organisations_are_those_whose_events_the_reader_sees(seed: Seed, setup: Setup) -> None:
    own = visitor(seed.reader).get(f"/value/?v={HIDDEN}").context
    assert [(one["use"].organisation, one["use"].events) for one in own["uses"]] == [("Organisation A", 2)]
    assert sum(count for _month, count in own["months"]) == 2
    assert "uses" not in visitor(seed.stranger).get(f"/value/?v={HIDDEN}").context
    other = visitor(seed.stranger).get("/value/?v=198.51.100.23").context
    assert [one["use"].events for one in other["uses"]] == [1]


def test_sightings_are_those_that_the_reader_may_see(seed: Seed, setup: Setup) -> None:
    attribute = setup.attribute("login.example")
    assert "No sightings that you can see." in text_of(visitor(seed.reader).get(PAGE))
    sight(attribute, seed.org_a.pk)
    sight(attribute, seed.org_a.pk, SightingType.FALSE_POSITIVE)
    page = visitor(seed.reader).get(PAGE)
    assert "1 sighting" in text_of(page)
    assert "1 false positive" in text_of(page)
    # The figures and the sentence beside them speak of the same moment.
    assert abs(page.context["last_seen"].timestamp() - now_seconds()) < 3600
    assert (page.context["sightings"].months[-1].seen, page.context["sightings"].seen) == (1, 1)
    assert visitor(seed.stranger).get(PAGE).context["sightings"] is None


def test_score_of_an_enabled_model_is_shown_with_its_course(seed: Seed, setup: Setup) -> None:
    model = DecayingModel.objects.create(
        name="<b>Ours</b>",
        formula="Polynomial",
        parameters=PARAMETERS,
        attribute_types=["domain"],
        org=seed.org_a,
        all_orgs=True,
    )
    assert visitor(seed.reader).get(PAGE).context["decay"] is None
    model.enabled = True
    model.save()
    page = visitor(seed.reader).get(PAGE)
    assert page.context["decay"].score == 80
    assert not page.context["decay"].is_decayed
    assert "<b>Ours" not in text_of(page)
    Attribute.objects.filter(value1="login.example").update(timestamp=1_600_000_000)
    assert "The value has expired." in text_of(visitor(seed.reader).get(PAGE))
