"""After a decision: when it was served, until when it can be appealed, and slips corrected beside the original."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.hub.membership.test_membership_transitions import letter_words
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.case_files.services import close_case_file
from vardkase.hub.correspondence.letters.correcting import correct
from vardkase.hub.correspondence.letters.service import record_service, with_service
from vardkase.hub.correspondence.models import Letter, Receipt
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.identity.accounts.models import User

TODAY = timezone.localdate


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def letter(seed: Seed, desk: Desk) -> Letter:
    member(desk, seed.org_b)
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har dellats.")
    return Letter.objects.get()


def test_period_of_a_private_party_runs_from_service(seed: Seed, desk: Desk, letter: Letter) -> None:
    def known(sector: str) -> Any:
        (found,) = with_service([letter], sector)
        return found

    own, path = signed_in(desk.admin), f"/membership/letters/{letter.number}/"
    # Others in the organisation read it too; only who administers it receives letters for it.
    signed_in(desk.officer).get(path)
    assert known("private").receipt is None
    assert "Mottagandet är inte bekräftat" in own.get("/membership/").content.decode()
    b"".join(own.get(path))
    opened = known("private")
    assert (opened.receipt.how, opened.served_on, opened.appeal_by) == ("opened", None, None)
    assert known("municipality").appeal_by == last_day(find_deadline("appeal_public"), TODAY())
    own.post(f"{path}confirm/", {"person": " "})
    assert known("private").served_on is None
    assert own.post(f"{path}confirm/", {"person": "Anna Ek"}).status_code == 302
    served = known("private")
    assert (served.served_on, served.receipt.person) == (TODAY(), "Anna Ek")
    assert served.appeal_by == last_day(find_deadline("appeal_private"), TODAY())
    assert "Anna Ek" in signed_in(desk.officer).get(f"/members/{seed.org_b.pk}/").content.decode()
    for who in (desk.officer, desk.operator, seed.stranger):
        assert signed_in(who).post(f"{path}confirm/", {"person": "X"}).status_code in (403, 404)
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"how": "confirmed"}, "how"),
        ({"on": TODAY() - timedelta(days=1)}, "on"),
        ({"on": TODAY() + timedelta(days=1)}, "on"),
        ({"how": "simplified"}, "on"),
        ({"person": ""}, "person"),
        ({"note": "x" * 1001}, "note"),
    ],
)
def test_service_recorded_by_hand_is_checked(
    desk: Desk, letter: Letter, given: dict[str, Any], field: str
) -> None:
    sent = {"how": "receipt", "on": TODAY(), "person": "Anna Ek", "note": ""}
    with pytest.raises(Invalid) as refused:
        record_service(at_the_screen(desk.officer), letter.pk, **sent | given)
    assert set(refused.value.errors) == {field}
    page = signed_in(desk.officer).post(f"/mail/letters/{letter.pk}/service/", sent)
    assert page.status_code == 302
    assert signed_in(desk.operator).post(f"/mail/letters/{letter.pk}/service/", sent).status_code == 403


def test_slip_is_corrected_beside_the_original(seed: Seed, desk: Desk, letter: Letter) -> None:
    officer, path = signed_in(desk.officer), f"/mail/letters/{letter.pk}/correct/"
    texts = officer.get(path).context["form"]
    given = {name: field.initial for name, field in texts.fields.items() if name != "why"}
    for wrong in (given | {"why": "Stavfel."}, given | {"why": "", "organisation": "Nytt"}):
        assert officer.post(path, wrong).status_code == 422
    assert officer.post(path, given | {"reason": "Konton har delats.", "why": "Stavfel."}).status_code == 302
    original, copy = Letter.objects.order_by("pk")
    assert (copy.corrects, copy.kind, copy.number != original.number) == (original, original.kind, True)
    assert bytes(original.content) == bytes(letter.content)
    words = letter_words(copy)
    assert "enligt 36 § förvaltningslagen (2017:900)" in words
    assert "”Konton har dellats.”. Det ska stå: ”Konton har delats.”." in words
    assert "krävde att det meddelades omedelbart" in words
    assert SentMail.objects.filter(kind="letter_corrected").exists()
    assert signed_in(desk.admin).post(path, given).status_code == 403
    with pytest.raises(Invalid):
        correct(at_the_screen(desk.officer), letter.pk, {}, "Inget.")


def test_excluded_officer_neither_records_service_nor_corrects(
    seed: Seed, desk: Desk, letter: Letter
) -> None:
    sent = {"how": "receipt", "on": TODAY(), "person": "Anna Ek"}
    User.objects.filter(pk=desk.second.user.pk).update(org=seed.org_b)
    for path in (f"/mail/letters/{letter.pk}/service/", f"/mail/letters/{letter.pk}/correct/"):
        assert signed_in(desk.second).post(path, sent).status_code == 403
    # Nothing could be filed in a closed case.
    close_case_file(at_the_screen(desk.officer), CaseFile.objects.get())
    with pytest.raises(Conflict):
        correct(at_the_screen(desk.officer), letter.pk, {"reason": "Konton har delats."}, "Stavfel.")
    assert not Receipt.objects.exists()
    assert Letter.objects.count() == 1
