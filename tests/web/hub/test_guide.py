"""The six steps as a page of one organisation: what is done, what is left, and where."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.hub import guide
from vardkase.hub.guide import Progress
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.public_pages.passages import PassagePart, shipped
from vardkase.hub.training.models import Training

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def done(organisation_id: int) -> dict[str, list[bool]]:
    return {step: [each.done for each in found] for step, found in guide.progress(organisation_id).items()}


def test_steps_match_public_page() -> None:
    assert tuple(each.name for each in shipped() if each.part is PassagePart.STEP) == guide.STEPS


def test_organisation_sees_its_progress(seed: Seed) -> None:
    before = done(seed.org_a.pk)
    assert before == {
        "read": [False], "needs": [], "terms": [], "apply": [], "connect": [False, False], "routines": [False],
    }  # fmt: skip
    application = Application.objects.create(
        number="A-1", organisation=seed.org_a, state="approved", submitted=timezone.now()
    )
    Membership.objects.create(
        organisation=seed.org_a, application=application, sector="region", connection="web", state="active"
    )
    seed.analyst.user.last_login = timezone.now()
    seed.analyst.user.save()
    Training.objects.create(user=seed.analyst.user, module="Start", done_on=timezone.localdate())
    after = done(seed.org_a.pk)
    assert (after["read"], after["needs"], after["apply"]) == ([True], [True], [True, True])
    assert after["connect"] == [True], "a web member calls with no key"
    assert done(seed.org_b.pk)["apply"] == [], "the progress of others stays hidden"
    html = signed_in(seed.analyst.user).get(reverse("guide")).content.decode()
    assert "A-1" in html
    assert f'href="{reverse("apply")}"' not in html, "a member is not asked to apply"
    assert reverse("sharing_policy") in html
    assert "A-1" not in signed_in(seed.partner.user).get(reverse("guide")).content.decode()


def test_guide_requires_sign_in(client: Client) -> None:
    assert client.get(reverse("guide")).status_code == 302


def test_packages_register_progress_of_steps(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "_providers", {step: [] for step in guide.STEPS})
    guide.register("connect", lambda organisation_id: [Progress(f"Number {organisation_id}", done=True)])
    assert guide.progress(7)["connect"] == [Progress("Number 7", done=True)]
    with pytest.raises(KeyError):
        guide.register("dance", lambda _: [])
