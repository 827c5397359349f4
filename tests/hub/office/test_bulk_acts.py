"""Many tasks at once: what will happen is confirmed, and each task has its own result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import Seed
from tests.hub.membership.applications import under_review
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.services.reviews import request_completion
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.office.inbox.bulk import carry_out, plan

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None, settings: Any) -> Desk:
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"
    return make_desk(seed)


def test_members_are_asked_for_statements(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    member(desk, seed.org_c)
    Statement.objects.filter(state="accepted").update(valid_until=today() + timedelta(days=9))
    Membership.objects.update(statement_until=today() + timedelta(days=9))
    officer, web = at_the_screen(desk.officer), signed_in(desk.officer)
    assert "Ask members to renew" in web.get(reverse("inbox"), headers=ENGLISH).content.decode()
    tasks = [f"expiring_statement/{org.pk}" for org in (seed.org_b, seed.org_c)]
    given = {"act": "ask_for_statements", "task": [*tasks, "onboarding/7"]}
    page = web.post(reverse("inbox_bulk"), given, headers=ENGLISH).content.decode()
    assert "1 selected task is of another type" in page
    assert not SentMail.objects.filter(kind="statement_renewal_asked").exists(), "not before it is confirmed"
    page = web.post(reverse("inbox_bulk"), given | {"confirmed": "1"}, headers=ENGLISH).content.decode()
    assert "Done with 2 of 2." in page
    asked = SentMail.objects.filter(kind="statement_renewal_asked")
    assert {each.thing_id for each in asked} == set(Membership.objects.values_list("pk", flat=True))
    # One refusal does not stop the others.
    asked.filter(thing_id=Membership.objects.get(organisation=seed.org_b).pk).delete()
    page = web.post(reverse("inbox_bulk"), given | {"confirmed": "1"}, headers=ENGLISH).content.decode()
    assert "Done with 1 of 2." in page
    assert "has been asked within the last day" in page

    # It is for membership officers: others who see the tasks are not offered it.
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    assert "Ask members to renew" not in signed_in(jurist).get(reverse("inbox"), headers=ENGLISH).text
    keys = [("expiring_statement", str(seed.org_b.pk))]
    for who, name, chosen, error in (
        (officer, "nothing", keys, NotFound),
        (officer, "ask_for_statements", [], Invalid),
        (officer, "ask_for_statements", [("expiring_statement", "999999")], Invalid),
        (officer, "ask_for_statements", [*keys, *(("x", str(n)) for n in range(100))], Invalid),
        (at_the_screen(desk.operator), "ask_for_statements", keys, NotFound),
        (at_the_screen(desk.admin), "ask_for_statements", keys, Forbidden),
        (at_the_screen(jurist), "ask_for_statements", keys, NotFound),
    ):
        with pytest.raises(error):
            plan(who, name, chosen)
        with pytest.raises(error):
            carry_out(who, name, chosen)


def test_applicants_are_reminded_once_a_day_and_never_by_a_partial_officer(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    case = under_review(officer)
    request_completion(officer, case, "Vi saknar bilaga 2.", ["organisation"])
    Application.objects.update(complete_by=today() - timedelta(days=1))
    keys = [("late_completion", case.number)]
    (result,) = carry_out(officer, "remind_applicants", keys)
    assert result.refusal is None
    mail = SentMail.objects.filter(kind="application_completion_reminder").latest("pk")
    assert (mail.thing_kind, mail.thing_id) == ("application", case.pk)
    written = OutgoingMail.objects.latest("pk").text
    assert "Sista dag var den" in written
    (again,) = carry_out(officer, "remind_applicants", keys)
    assert again.refusal == AssessmentProblem.REMINDED_ALREADY()
    Partiality.objects.create(application=case, user=desk.second.user, reason="Min bror.")
    with pytest.raises(Invalid):  # It is not among their tasks.
        carry_out(at_the_screen(desk.second), "remind_applicants", keys)
