"""A member comments before a decision against it: 25 § förvaltningslagen."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.people import make_user
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.test_membership_transitions import letter_words
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.settings.models import SettingValue
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.queries import case_file_of, documents_of
from vardkase.hub.case_files.services import close_case_file
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.membership.members import services
from vardkase.hub.membership.members.models import Membership, Restriction
from vardkase.hub.membership.members.services import hearings

HEARD = with_approval.ADVERSE | {"hearing": "heard", "hearing_note": "Vi delar inte den bedömningen."}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_member_is_heard_and_then_suspended(seed: Seed, desk: Desk, mail: Any) -> None:
    membership = member(desk, seed.org_b)
    officer, member_page = signed_in(desk.officer), f"/members/{seed.org_b.pk}/"
    log = SimpleUploadedFile("logg.txt", b"192.0.2.7 inloggad", "text/plain")
    default = last_day(find_deadline("hearing"), timezone.localdate())
    assert officer.get(f"{member_page}hear/").context["form"].initial["answer_by"] == default
    given = {"intended": "suspended", "reason": "Konton har delats.", "file": log, "answer_by": str(default)}
    assert officer.post(f"{member_page}hear/", given).status_code == 302
    asked = Hearing.objects.get()
    words = letter_words(asked.letter)
    for part in (
        "Vi överväger att stänga av ert medlemskap.",
        "25 § förvaltningslagen (2017:900)",
        "Konton har delats.",
        "logg.txt",
        "Vi kan avgöra ärendet även om ni inte svarar.",
    ):
        assert part in words
    assert set(OutgoingMail.objects.filter(subject__contains="Yttra er").values_list("recipient", flat=True)) == {
        "anna@b.example", "bo@b.example", "admin@b.example",
    }  # fmt: skip

    # Locked until the member has answered.
    step = f"{member_page}step/suspend/"
    decision = {
        "reason": "Konton har delats.",
        "kind": "suspended",
        "review_by": str(with_approval.in_a_month()),
        **HEARD,
    }
    refused = officer.post(step, decision)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"hearing"})

    own = signed_in(desk.admin)
    assert f"/membership/hearings/{asked.pk}/" in own.get("/membership/").content.decode()
    page = own.get(f"/membership/hearings/{asked.pk}/").content.decode()
    assert "logg.txt" in page
    got = own.get(f"/membership/hearings/{asked.pk}/documents/{asked.documents.get().number}/")
    assert b"".join(got).decode() == "192.0.2.7 inloggad"
    assert own.post(f"/membership/hearings/{asked.pk}/", {"text": " "}).status_code == 422
    answer = {"text": "Det var en praktikant.", "file": SimpleUploadedFile("svar.pdf", b"%PDF-1")}
    assert own.post(f"/membership/hearings/{asked.pk}/", answer).status_code == 302
    assert "Det var en praktikant." in own.get(f"/membership/hearings/{asked.pk}/").content.decode()

    assert officer.post(step, decision).status_code == 302
    # What the member says after the proposal has to be read before it is decided.
    own.post(f"/membership/hearings/{asked.pk}/", {"text": "Praktikanten har slutat."})
    with pytest.raises(Conflict):
        approved(desk.second.user)
    officer.post(step, decision)
    approved(desk.second.user, the_request())
    assert Membership.objects.get().state == "suspended"
    letter = Letter.objects.get(kind="letter_suspension")
    today = letter_words(letter)
    assert "bad vi er yttra er" in today
    assert "Ni yttrade er den" in today
    assert "Vi delar inte den bedömningen." in today
    case_file = case_file_of("membership", membership.pk)
    assert case_file is not None
    directions = [each.direction for each in documents_of(case_file)]
    assert directions[0] == "internal"
    assert directions.count("incoming") == 2
    assert letter.number.startswith(f"{case_file.number}:")
    # Decided: the same hearing does not carry another decision, and takes no more comments.
    assert own.post(f"/membership/hearings/{asked.pk}/", {"text": "Mer."}).status_code == 404
    with_approval.restore(at_the_screen(desk.officer), seed.org_b.pk, "Åtgärdat.")
    with pytest.raises(Invalid):
        with_approval.proposed_suspension(
            at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Igen.", HEARD
        )


def ask(desk: Desk, org: int, intended: str) -> Hearing:
    return hearings.hear(at_the_screen(desk.officer), org, intended, "Skäl.")


def test_decision_waits_for_the_last_day_and_goes_no_further_than_what_was_asked(
    seed: Seed, desk: Desk, time_machine: Any
) -> None:
    member(desk, seed.org_b)
    officer, org = desk.officer, seed.org_b.pk

    def suspend(kind: str) -> None:
        with_approval.proposed_suspension(at_the_screen(officer), org, kind, "Skäl.", HEARD)

    with pytest.raises(Invalid) as never_asked:
        suspend("read_only")
    assert set(never_asked.value.errors) == {"hearing"}
    asked = ask(desk, org, "read_only")
    time_machine.move_to(timezone.make_aware(datetime.combine(asked.answer_by, time(12))))
    for kind in ("read_only", "no_sync", "suspended"):
        with pytest.raises(Invalid):
            suspend(kind)
    with pytest.raises(Invalid):
        services.terminate(at_the_screen(officer), org, "Skäl.", "De ligger kvar.", HEARD)
    time_machine.shift(timedelta(days=1))
    for kind in ("no_sync", "suspended"):
        with pytest.raises(Invalid):
            suspend(kind)
    suspend("read_only")
    approved(desk.second.user)
    letter = letter_words(Letter.objects.get(kind="letter_restriction"))
    assert "Ni har inte yttrat er." in letter
    # Not heard, with a ground on record.
    with_approval.proposed_suspension(at_the_screen(officer), org, "no_sync", "Nyckeln har läckt.")


def test_officer_records_comments_that_came_another_way(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    asked = ask(desk, seed.org_b.pk, "terminated")
    path = f"/members/{seed.org_b.pk}/hearings/{asked.pk}/"
    officer = signed_in(desk.officer)
    for given, field in (
        ({"who": "Anna Ek", "text": "Nej.", "occurred_at": "2001-01-01T08:00"}, "occurred_at"),
        ({"who": "", "text": "Nej."}, "who"),
        ({"who": "Anna Ek", "text": ""}, "text"),
    ):
        assert set(officer.post(path, given).context["form"].errors) == {field}
    assert officer.post(path, {"who": "Anna Ek", "text": "Vi vill vara kvar."}).status_code == 302
    with_approval.proposed_suspension(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Skäl.", HEARD)
    assert (
        "Vi vill vara kvar."
        in officer.get(f"/cases/{asked.case_file.number}/documents/3/").getvalue().decode()
    )


def test_nobody_else_asks_reads_or_answers(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    asked = ask(desk, seed.org_b.pk, "suspended")
    own, records = f"/membership/hearings/{asked.pk}/", f"/members/{seed.org_b.pk}/hearings/{asked.pk}/"
    colleague = ApiUser(make_user(seed.org_b, desk.operator.user.role, "vanlig@b.example"), "")
    for who in (desk.officer, desk.operator, seed.stranger, seed.site_admin, colleague):
        assert signed_in(who).post(own, {"text": "Falskt svar."}).status_code in (403, 404)
        assert signed_in(who).get(own).status_code in (403, 404)
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        web = signed_in(who)
        assert web.post(records, {"who": "X", "text": "Falskt svar."}).status_code == 403
        assert web.post(f"/members/{seed.org_b.pk}/hear/", {"intended": "suspended"}).status_code == 403
        with pytest.raises((Forbidden, NotFound)):
            hearings.hear(at_the_screen(who), seed.org_b.pk, "suspended", "Skäl.")
    assert not asked.answers.exists()
    # An officer of the member's own organisation is excluded.
    type(desk.officer.user).objects.filter(pk=desk.officer.user.pk).update(org=seed.org_b)
    with pytest.raises(Forbidden):
        hearings.hear(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Skäl.")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"intended": "banished"}, "intended"),
        ({"reason": " "}, "reason"),
        ({"answer_by": timezone.localdate()}, "answer_by"),
        ({"answer_by": timezone.localdate() + timedelta(days=400)}, "answer_by"),
        ({"documents": [99]}, "documents"),
    ],
)
def test_request_for_comments_is_refused_by_field(
    seed: Seed, desk: Desk, given: dict[str, Any], field: str
) -> None:
    member(desk, seed.org_b)
    sent = {"intended": "suspended", "reason": "Skäl."} | given
    with pytest.raises(Invalid) as refused:
        hearings.hear(at_the_screen(desk.officer), seed.org_b.pk, **sent)
    assert set(refused.value.errors) == {field}
    assert not Letter.objects.exists()
    assert not CaseFile.objects.exists()


def test_closed_case_takes_no_comments(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    asked = ask(desk, seed.org_b.pk, "suspended")
    close_case_file(at_the_screen(desk.officer), asked.case_file)
    assert signed_in(desk.admin).post(f"/membership/hearings/{asked.pk}/", {"text": "Hej"}).status_code == 404
    with pytest.raises(Conflict):
        hearings.hearings.answer(at_the_screen(desk.admin), asked.pk, "Anna", Answer(text="Hej"))
    assert not Restriction.objects.exists()


def test_request_for_comments_names_its_sender(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    SettingValue.objects.filter(name="Vardkase.sender_address").delete()
    with pytest.raises(Conflict, match="sender_address"):
        ask(desk, seed.org_b.pk, "suspended")
    assert not CaseFile.objects.exists()
