"""Membership without an application: the proposal lists obstacles, and offers only organisations that can
become members.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from tests.factories.content_access import operator_of
from tests.factories.memberships import FACTS, Desk, at_the_screen, make_desk, opened
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.hub.content_access.models import ContentGrant, GrantReach, GrantState
from vardkase.hub.membership.members.services.opening import OPEN, open_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_proposal_lists_obstacles_until_membership_is_active(seed: Seed, desk: Desk) -> None:
    operator_of(seed, "drift2@c.example")
    with translation.override("en"):
        for organisation, concerns_operators in ((seed.org_c, True), (seed.org_b, False)):
            request = open_membership(at_the_screen(desk.officer), organisation, FACTS, "They asked.")
            warnings = " ".join(OPEN.describe(request).warnings)
            assert "until the membership is active" in warnings
            assert ("The hub’s operators belong to this organisation" in warnings) == concerns_operators


def test_form_excludes_hub_owner_and_is_in_swedish(seed: Seed, desk: Desk) -> None:
    form = signed_in(desk.officer).get("/members/open/").context["form"]
    choices = [label for _, label in form.fields["organisation"].choices]
    assert seed.hub.name not in choices
    assert seed.org_c.name in choices
    assert "Select an option" not in " ".join(map(str, choices))


def test_operator_of_onboarding_member_learns_why_grant_opens_nothing(seed: Seed, desk: Desk) -> None:
    operator = operator_of(seed, "drift2@c.example")
    ContentGrant.objects.create(
        asked_by=operator.user,
        state=GrantState.GRANTED,
        reach=GrantReach.HUB,
        hours=1,
        asked_at=timezone.now(),
        answer_by=timezone.now(),
        ends_at=timezone.now() + timedelta(hours=1),
    )
    shown = signed_in(operator).get("/", headers={"accept-language": "en"}).content.decode()
    assert "You may read content until" in shown
    opened(desk, operator.user.org)
    shown = signed_in(operator).get("/membership/", headers={"accept-language": "en"}).content.decode()
    assert "You may read content until" not in shown
    assert "it has no effect now" in shown
