"""What one officer decides alone is delegated as well: the services refuse who lacks the right today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from tests.web.hub.data_protection.calls import ASKED
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, check_time, register_appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.correspondence.letters.correcting import correct
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.data_protection.requests.models import DataSubjectRequest
from vardkase.hub.data_protection.requests.replying import reply
from vardkase.hub.data_protection.requests.services import extend
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.delegation.services import NewRight, propose_right
from vardkase.hub.public_records.cases.models import CaseState, RecordsCase
from vardkase.hub.public_records.cases.services import answering, opening
from vardkase.identity.accounts.four_eyes.single_decisions import NotDelegated, single_decisions


def test_only_who_has_the_right_decides_alone(
    seed: Seed, password_is_enough: None, time_machine: Any
) -> None:
    desk: Desk = make_desk(seed)
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    chief: ApiUser = staff_of(seed, "chief@hub.example", "legal_officer")
    officer, other = at_the_screen(desk.officer), at_the_screen(jurist)
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(officer, seed.org_b.pk, "suspended", "Konton har delats.")
    letter = Letter.objects.get()
    record_service(officer, letter.pk, "handed", timezone.localdate(), "Anna Ek")
    assert Client().post("/personal-data/request/", ASKED).status_code == 200
    asked = DataSubjectRequest.objects.get()
    records = opening.register(other, {"request": "Allt om intrånget"})
    RecordsCase.objects.filter(pk=records.pk).update(
        decision_wanted_at=timezone.now(), state=CaseState.DECIDED
    )

    # The list of decisions has them, and two people delegate one of them.
    page = signed_in(desk.officer).get("/office/delegation/", headers={"accept-language": "sv"})
    with override("sv"):
        assert all(str(each.title) in page.content.decode() for each in single_decisions())
    wanted = NewRight("correct_letter", "Beslut 2026-17", today(), user_id=chief.user.pk)
    approved(desk.second.user, propose_right(officer, wanted, "Ny ordning."))
    for each in single_decisions():
        if each.name != wanted.action:
            DecisionRight.objects.create(
                action=each.name, user=chief.user, holder="chief", first=today(), source="Beslut 2026-17"
            )
    texts = {"reason": "Konton har delats av flera."}
    with pytest.raises(NotDelegated):
        correct(officer, letter.pk, texts, "Stavfel.")
    correct(at_the_screen(chief), letter.pk, texts, "Stavfel.")
    with pytest.raises(NotDelegated):
        extend(other, asked.pk, "Många versioner.")
    with pytest.raises(NotDelegated):
        reply(other, asked.pk, "Svar.")
    extend(at_the_screen(chief), asked.pk, "Många versioner.")
    with pytest.raises(NotDelegated):
        answering.answer(other, records.number, {"kind": "decision", "reasons": "Sekretess."})

    end = last_day(find_deadline("appeal_private"), timezone.localdate())
    assert end is not None
    time_machine.move_to(timezone.now() + (end - timezone.localdate()) + timedelta(days=3))
    case_file = CaseFile.objects.get(thing_kind="membership")
    appeal = register_appeal(
        at_the_screen(desk.officer),
        case_file,
        CaseDocument.objects.get(letter=letter).pk,
        ReceivedAppeal(appellant="B", claim="Ska upphävas.", arrived_on=timezone.localdate()),
    )
    with pytest.raises(NotDelegated):
        check_time(at_the_screen(jurist), appeal.pk)
    assert Appeal.objects.get().state == "registered"
    check_time(at_the_screen(chief), appeal.pk)
    assert Appeal.objects.get().state == "dismissed"
