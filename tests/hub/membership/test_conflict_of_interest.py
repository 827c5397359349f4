"""Conflicts of interest, declared or detected: the officer's proposals lapse, and none is declared by
mistake.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership.applications import assessed, johanna, proposed, submitted
from tests.hub.membership.with_approval import ADVERSE
from tests.identity.two_people import approved
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.membership.assessments.services import decisions
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.membership.members import services
from vardkase.hub.membership.members.models import ProposedChange
from vardkase.hub.membership.members.sign_in_minimum import propose_minimum
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.open_tasks.registry import open_tasks
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.organisations.models import SignInRule

PARTIAL = {"partial": "1", "reason": "Min syster leder den."}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None, settings: Any) -> Desk:
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"
    return make_desk(seed)


def declare(who: ApiUser, view: str, subject: Any, **given: str) -> Any:
    place, english = reverse(view, args=[subject]), {"accept-language": "en"}
    return signed_in(who).post(place, PARTIAL | given, follow=True, headers=english)


def counts(who: ApiUser) -> dict[str, int]:
    with override("en"):
        return {str(task.label): task.count for task in open_tasks(at_the_screen(who))}


def test_declaring_in_membership_ends_officers_proposals(seed: Seed, desk: Desk) -> None:
    """All proposals about that member and none about another; recorded, and possible approvers are notified."""
    for org in (seed.org_b, seed.org_c):
        member(desk, org)
    officer = at_the_screen(desk.officer)
    ended = [
        services.terminate(officer, seed.org_b.pk, "x", "y", ADVERSE),
        propose_minimum(officer, seed.org_b.pk, [SignInRule.values[0]], 300, "x"),
    ]
    stays = services.terminate(officer, seed.org_c.pk, "x", "y", ADVERSE)
    OutgoingMail.objects.all().delete()
    page = declare(desk.officer, "member_partial", seed.org_b.pk, reason="Min syster leder den.")
    assert "2 of your proposals no longer count" in page.content.decode()
    states = {each.pk: each.state for each in ApprovalRequest.objects.all()}
    assert [states[each.pk] for each in (*ended, stays)] == ["stale", "stale", "waiting"]
    dropped = AuditEntry.objects.filter(action="approval_request.dropped")
    assert {each.target_id for each in dropped} == {each.pk for each in ended}
    mails = OutgoingMail.objects.filter(recipient=desk.second.user.email)
    assert mails.count() == 2
    assert "har sedan anmält jäv" in mails[0].text
    with pytest.raises(Conflict):
        approved(desk.second.user, ended[0])
    approved(desk.second.user, stays)


def test_declaring_in_application_ends_officers_proposal(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.officer))
    page = declare(desk.officer, "application_partial", application.number)
    assert "1 of your proposals no longer counts" in page.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "stale"
    assert AuditEntry.objects.filter(action="approval_request.dropped", target_id=proposal.pk).count() == 1
    assert OutgoingMail.objects.filter(recipient=desk.second.user.email, text__contains="anmält jäv").exists()


def test_declaring_in_application_ends_proposals_about_its_membership(seed: Seed, desk: Desk) -> None:
    application, proposal = proposed(at_the_screen(desk.officer))
    decisions.decide(at_the_screen(desk.second), application, proposal.pk, "agree")
    application.refresh_from_db()
    made = services.terminate(at_the_screen(desk.officer), application.organisation_id, "x", "y", ADVERSE)
    declare(desk.officer, "application_partial", application.number)
    made.refresh_from_db()
    assert made.state == "stale"


def test_officer_named_as_contact_must_answer_first(seed: Seed, desk: Desk) -> None:
    """Also when the member added the contact itself, outside its application and membership data."""
    member(desk, seed.org_b)
    Contact.objects.create(
        organisation=seed.org_b, role="security", name="Per", email=desk.officer.user.email.upper()
    )
    with override("en"), pytest.raises(NotImpartial, match="contact of this member"):
        services.terminate(at_the_screen(desk.officer), seed.org_b.pk, "x", "y", ADVERSE)
    with pytest.raises(NotImpartial):
        propose_minimum(at_the_screen(desk.officer), seed.org_b.pk, [], 300, "x")
    declare(desk.officer, "member_partial", seed.org_b.pk, partial="0")
    assert services.terminate(at_the_screen(desk.officer), seed.org_b.pk, "x", "y", ADVERSE)


def test_declaration_form_has_no_default_and_requires_answer(seed: Seed, desk: Desk) -> None:
    application = assessed(at_the_screen(desk.officer))
    member(desk, seed.org_b)
    for view, subject in (("application_partial", application.number), ("member_partial", seed.org_b.pk)):
        assert "checked" not in signed_in(desk.officer).get(reverse(view, args=[subject])).content.decode()
        assert declare(desk.officer, view, subject, partial="").status_code == 422
    assert not Partiality.objects.exists()


def test_page_warns_when_too_few_officers_remain(seed: Seed, desk: Desk) -> None:
    """With two officers, each is warned. With a third no one is, until one of the three is partial."""
    application = assessed(at_the_screen(desk.officer))
    place = reverse("application_partial", args=[application.number])
    page = signed_in(desk.officer).get(place, headers={"accept-language": "en"})
    assert (page.context["left"], "decisions require two" in page.content.decode()) == (1, True)
    of_member = reverse("member_partial", args=[member(desk, seed.org_b).organisation_id])
    assert not signed_in(desk.operator).get(of_member).context["is_too_few"], "operators do not decide"
    johanna(seed)
    left = signed_in(desk.officer).get(place).context["left"]
    assert left >= 2
    assert not signed_in(desk.officer).get(place).context["is_too_few"]
    declare(desk.second, "application_partial", application.number)
    assert signed_in(desk.officer).get(place).context["left"] == left - 1


def test_overview_leaves_out_cases_officer_is_excluded_from(seed: Seed, desk: Desk) -> None:
    application = submitted()
    membership = member(desk, seed.org_b)
    Statement.objects.filter(membership=membership).update(state="submitted")
    ProposedChange.objects.create(membership=membership, fields={"address": ["", "x"]}, proposed_by="x")
    labels = (
        "Applications to handle",
        "Security statements to review",
        "Changes to members’ details to decide on",
    )
    assert [counts(desk.officer)[label] for label in labels] == [1, 1, 1]
    declare(desk.officer, "application_partial", application.number)
    declare(desk.officer, "member_partial", seed.org_b.pk)
    assert [label for label in labels if label in counts(desk.officer)] == []
    assert [counts(desk.second)[label] for label in labels] == [1, 1, 1]
    assert application.number not in {each.number for each in [] if each}  # The full list keeps it.
