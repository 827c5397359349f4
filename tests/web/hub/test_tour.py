"""The tour for new people: offered once, declined or taken, and started again from the help page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.samples import SampleHub
from tests.factories.seed import Seed
from tests.web import accounts
from tests.web.signed_in import signed_in
from vardkase.web.hub.guide.tour import MOST_STEPS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def test_tour_is_taken_ended_and_started_again(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    first = reverse("tour", args=[1])
    assert first in client.get("/").content.decode()
    address, titles = first, []
    while address:
        page = client.get(address)
        titles.append(str(page.context["step"].title))
        assert page.context["links"]
        address = reverse("tour", args=[page.context["after"]]) if page.context["after"] else ""
    assert len(titles) == MOST_STEPS
    assert client.get(reverse("tour", args=[MOST_STEPS + 1])).status_code == 404
    assert client.get(reverse("tour", args=[0])).status_code == 404
    client.post(reverse("tour_end"))
    assert first not in client.get("/").content.decode()
    help_page = client.get(reverse("help"))
    listed = {url for url, _label, _words in help_page.context["reading"]}
    assert {reverse("guide"), reverse("account"), reverse("api_docs"), reverse("api_client")} <= listed
    assert client.post(reverse("tour_again")).headers["Location"] == first
    assert first in client.get("/").content.decode()


def test_steps_are_those_that_the_person_can_use(seed: Seed) -> None:
    reader = signed_in(seed.reader)
    assert reader.get(reverse("tour", args=[1])).context["count"] == MOST_STEPS - 2
    operator = accounts.signed_in(SampleHub().caller("site admin", duty="operator").user)
    assert operator.get(reverse("tour", args=[1])).context["count"] == 2
    for name in ("tour_end", "tour_again"):
        assert reader.get(reverse(name)).status_code == 405
