"""Restrictions that the hub sets by itself get their letter; officers' need a ground, and an end or a review."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.hub.membership.applications import johanna, per, proposed
from tests.hub.membership.test_decision_letters import answered
from tests.hub.membership.test_membership_transitions import letter_words
from tests.hub.membership.test_statements import accepted
from tests.identity.two_people import the_request
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.core.settings.models import SettingValue
from vardkase.hub.case_files.description import decisions_in
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.queries import case_file_of, documents_of
from vardkase.hub.correspondence.letters.wording import RESERVATION
from vardkase.hub.correspondence.letters.writing import carries
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.settings import APPEAL_COURT
from vardkase.hub.membership.assessments.services.decisions import decide
from vardkase.hub.membership.members import services
from vardkase.hub.membership.members.adverse_decisions import ground_in_letters
from vardkase.hub.membership.members.models import Membership, Restriction
from vardkase.hub.membership.members.queries import is_reserved
from vardkase.hub.membership.members.rules import KEEP_LIMIT
from vardkase.hub.membership.overview.tasks import restrictions_to_review
from vardkase.hub.membership.statements.schedules import follow_up_all
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.identity.accounts.four_eyes.single_decisions import NotDelegated


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_expired_statement_is_followed_by_its_letters(seed: Seed, desk: Desk, time_machine: Any) -> None:
    membership = member(desk, seed.org_b, statement=False)
    accepted(seed, desk)
    noon = timezone.localtime().replace(hour=12)
    for days in (335, 358):
        time_machine.move_to(noon + timedelta(days=days), tick=False)
        follow_up_all()
    # Where to appeal is not settled: the restriction does not wait for that, its letter does.
    court = SettingValue.objects.get(name=APPEAL_COURT.name)
    court.delete()
    time_machine.move_to(noon + timedelta(days=366), tick=False)
    assert follow_up_all() == 1
    assert not Letter.objects.exists()
    assert SentMail.objects.filter(kind="membership_limited").count() == 3
    assert "Prövas på nytt" not in signed_in(desk.admin).get("/membership/").text
    SettingValue.objects.create(name=court.name, value=court.value)
    assert follow_up_all() == 1
    assert follow_up_all() == 0, "each has its letter once"
    letter = Letter.objects.get()
    words = letter_words(letter)
    for part in (
        "begränsar medlemskapet för Organisation B från och med den",
        "Ni kan ta del av information men inte dela någon",
        "Er säkerhetsförklaring gick ut den",
        "Vi påminde er innan den gick ut",
        "28 § förvaltningslagen (2017:900)",
        "Fyll i och lämna in en ny säkerhetsförklaring på sidan Medlemskap",
        "stängs även er API-anslutning",
        "Hur ni överklagar",
        "Förvaltningsrätten i Stockholm",
        "satts automatiskt av CERT-SE",
    ):
        assert part in words, words
    assert "förbehöll" not in words, "opened without an application: nothing was reserved"
    case_file = case_file_of("membership", membership.pk)
    assert case_file is not None
    assert letter.pk in [each.letter_id for each in documents_of(case_file)]
    sent = SentMail.objects.filter(kind="statement_limit")
    assert {tuple(each.attachments) for each in sent} == {(f"{letter.number.replace(':', '-')}.pdf",)}
    own = signed_in(desk.admin)
    assert f"/membership/letters/{letter.number}/" in own.get("/membership/").text
    assert own.get(f"/membership/letters/{letter.number}/").status_code == 200

    # A legal officer has answered that it is no decision: the next letter says what applies, and not how to appeal.
    answered("automatic_limit_appealable", "no")
    time_machine.move_to(noon + timedelta(days=381), tick=False)
    assert follow_up_all() == 1
    second = Letter.objects.latest("pk")
    words = letter_words(second)
    assert "Den har inte förnyats under anståndstiden" in words
    for part in ("Hur ni överklagar", "överklagas", "28 §"):
        assert part not in words
    assert [each.number for each in decisions_in(case_file)] == [letter.number]
    served = signed_in(desk.admin).get("/membership/").context["letters"]
    assert [bool(each.appeal_by) for each in served] == [True, False]
    assert SentMail.objects.filter(kind="membership_limited").count() == 3, "the letter is enough"
    accepted(seed, desk)
    assert not Restriction.objects.filter(lifted=None).exists()


def test_reserved_ground_needs_an_approval_that_reserved_it(seed: Seed, desk: Desk) -> None:
    reserved = with_approval.ADVERSE | {"ground": "reserved"}
    sent = {"reason": "x", "kind": "read_only", "review_by": str(with_approval.in_a_month()), **reserved}
    plain = member(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    for propose in (
        lambda: with_approval.proposed_suspension(officer, seed.org_b.pk, "read_only", "x", reserved),
        lambda: services.terminate(officer, seed.org_b.pk, "x", "y", reserved),
    ):
        with pytest.raises(Invalid, match="inget förbehåll") as refused:
            propose()
        assert set(refused.value.errors) == {"ground"}
    for step in ("suspend", "terminate"):
        page = signed_in(desk.officer).post(
            f"/members/{seed.org_b.pk}/step/{step}/", sent | {"contributions": "y"}
        )
        assert page.status_code == 422
        assert "inget förbehåll" in str(page.context["form"].errors["ground"])
    status, body = call(desk.officer.key, "POST", f"/memberships/suspend/{seed.org_b.pk}", sent)
    assert (status, "reserve" in str(body["errors"])) == (403, True)
    assert not is_reserved(plain)
    # The rules may reserve it as well; the letter says which of them does.
    answered("rules_reserve_change", "yes")
    assert is_reserved(plain)
    assert call(desk.officer.key, "POST", f"/memberships/suspend/{seed.org_b.pk}", sent)[0] == 200
    assert "De föreskrifter" in ground_in_letters("reserved", in_decision=False)
    answered("rules_reserve_change", "no")

    application, proposal = proposed(per(seed))
    decide(johanna(seed), application, proposal.pk, "agree")
    membership = Membership.objects.get(application=application)
    assert "Vi förbehåller oss att ändra beslutet" in letter_words(Letter.objects.get(kind="letter_approval"))
    assert is_reserved(membership)
    with_approval.admitted(membership.organisation_id)
    path = f"/members/{membership.organisation_id}/step/suspend/"
    assert signed_in(desk.officer).post(path, sent).status_code == 302
    assert not carries(Letter(contents=None), RESERVATION), "from before it was kept what stood in a letter"


def test_restriction_has_an_end_or_a_review(seed: Seed, desk: Desk, time_machine: Any) -> None:
    member(desk, seed.org_b)
    officer, org = at_the_screen(desk.officer), seed.org_b.pk
    for given in ({}, {"review_by": today()}, {"review_by": today() + timedelta(days=400)}):
        with pytest.raises(Invalid) as refused:
            services.suspend(officer, org, "read_only", "x", with_approval.ADVERSE, **given)  # type: ignore[arg-type]
        assert set(refused.value.errors) == {"review_by"}
    with_approval.suspend(officer, org, "read_only", "Nyckeln har läckt.")
    assert "Prövas på nytt senast den" in signed_in(desk.admin).get("/membership/").text
    # The review is a task before its day; the restriction remains, and the member is told why.
    assert list(restrictions_to_review(officer)) == []
    time_machine.move_to(timezone.now() + timedelta(days=20))
    officer, second = at_the_screen(desk.officer), at_the_screen(desk.operator)
    (task,) = restrictions_to_review(officer)
    web = signed_in(desk.officer)
    assert web.post(task.path, {"reason": "Inte utbytt än."}).status_code == 422
    next_day = today() + timedelta(days=60)
    assert web.post(task.path, {"reason": "Inte utbytt än.", "review_by": str(next_day)}).status_code == 302
    assert Restriction.objects.get().review_by == next_day
    assert list(restrictions_to_review(officer)) == []
    assert SentMail.objects.filter(kind="membership_limit_kept").count() == 3
    assert OutgoingMail.objects.filter(text__contains="Skäl: Inte utbytt än.").count() == 3
    for who in (second, at_the_screen(desk.admin)):
        with pytest.raises(Forbidden):
            services.keep(who, org, "Nej.", next_day)
    right = DecisionRight.objects.create(
        action=KEEP_LIMIT.name, user=desk.operator.user, holder="x", first=today(), source="Beslut 1"
    )
    with pytest.raises(NotDelegated):
        services.keep(officer, org, "Nej.", next_day)
    right.delete()
    # Lifted since it was obviously wrong, with a dissenting opinion.
    path = f"/members/{org}/step/restore/"
    officer_web = signed_in(desk.officer)
    lift = {
        "reason": "Det var en annan medlems nyckel.",
        "basis": "wrong",
        "dissent": "Den bör gälla (Per).",
    }
    assert officer_web.post(path, lift | {"basis": "never"}).status_code == 422
    assert officer_web.post(path, lift).status_code == 302
    with_approval.approve(officer, the_request())
    lifting = Letter.objects.get(kind="letter_lifting")
    assert lifting.number in [
        each.number for each in decisions_in(CaseFile.objects.get(documents__letter=lifting))
    ]
    words = letter_words(lifting)
    assert " 38 § förvaltningslagen" in words
    assert "37 § förvaltningslagen" not in words
    assert "Avvikande mening: Den bör gälla (Per)." in words
