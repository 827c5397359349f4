"""An appeal: tested for time alone, forwarded with the file, and what the court decides is carried out."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.test_membership_transitions import letter_words
from tests.web.signed_in import signed_in
from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.open_tasks import APPEALS
from vardkase.hub.case_files.services import add_document
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.open_tasks.registry import tasks_of

TODAY = timezone.localdate


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def jurist(seed: Seed) -> ApiUser:
    return staff_of(seed, "jurist@hub.example", "legal_officer")


@pytest.fixture
def case_file(seed: Seed, desk: Desk) -> CaseFile:
    """Of a private company, suspended by a decision that was served today."""
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    record_service(at_the_screen(desk.officer), Letter.objects.get().pk, "handed", TODAY(), "Anna Ek")
    return CaseFile.objects.get()


def document_of(kind: str) -> int:
    return CaseDocument.objects.get(letter__kind=kind).pk


def appealed(web: Any, case_file: CaseFile, **given: Any) -> Any:
    sent = {
        "decision": document_of("letter_suspension"),
        "appellant": "Organisation B genom Anna Ek",
        "claim": "Beslutet ska upphävas.",
        "arrived_on": str(TODAY()),
        "file": SimpleUploadedFile("overklagande.pdf", b"%PDF-1.7", "application/pdf"),
    }
    return web.post(f"/cases/{case_file.number}/appeals/new/", sent | given)


def step(web: Any, name: str, **given: Any) -> int:
    appeal = Appeal.objects.get()
    path = f"/cases/{appeal.case_file.number}/appeals/{appeal.pk}/{name}/"
    return int(web.post(path, given).status_code)


def state() -> str:
    return Appeal.objects.get().state


def test_appeal_in_time_is_forwarded_and_a_quashed_suspension_lifted(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile
) -> None:
    officer, lawyer = signed_in(desk.officer), signed_in(jurist)
    assert "Registrera ett överklagande" in officer.get(f"/cases/{case_file.number}/").content.decode()
    assert appealed(officer, case_file, asks_for_stay="on").status_code == 302
    appeal = Appeal.objects.get()
    assert appeal.last_day == last_day(find_deadline("appeal_private"), TODAY())
    assert appeal.document.file_name == "overklagande.pdf"
    waiting = tasks_of(at_the_screen(jurist), APPEALS)
    assert [task.reference for task in waiting] == [f"{case_file.number}/{appeal.pk}"]
    assert officer.get(waiting[0].path).status_code == 200
    # Whether it came in time is for a legal officer, and comes first.
    assert step(officer, "check_time") == 403
    assert step(officer, "forward", reviewed="Det står fast.", court="Domstolen") == 422
    assert step(lawyer, "check_time") == 302
    page = officer.get(f"/cases/{case_file.number}/appeals/{appeal.pk}/").content.decode()
    assert "38 § förvaltningslagen" in page
    assert step(officer, "forward", reviewed="", court="") == 422
    words = "Vi har prövat om beslutet ska ändras och låter det stå."
    assert step(officer, "forward", reviewed=words, court="Förvaltningsrätten i Stockholm") == 302
    assert not tasks_of(at_the_screen(jurist), APPEALS)
    letter = letter_words(Letter.objects.get(kind="letter_appeal_forwarded"))
    for part in (
        "lämnar över överklagandet och övriga handlingar i ärendet till Förvaltningsrätten i Stockholm",
        "Överklagandet har kommit in i rätt tid.",
        "Beslutet ska upphävas.",
        "Yrkande om inhibition: Ja",
        words,
    ):
        assert part in letter
    assert SentMail.objects.filter(kind="appeal_forwarded").exists()
    whole = zipfile.ZipFile(BytesIO(b"".join(officer.post(f"/cases/{case_file.number}/documents/zip/"))))
    assert len(whole.namelist()) == case_file.documents.count()
    assert any(whole.read(name) == b"%PDF-1.7" for name in whole.namelist())
    assert signed_in(desk.operator).post(f"/cases/{case_file.number}/documents/zip/").status_code == 404
    assert step(officer, "decide", outcome="quashed", on="2001-01-01", note="Mål 1-26.") == 422
    assert step(officer, "decide", outcome="quashed", on=str(TODAY()), note="Mål 1-26.") == 302
    # Two officers decided the suspension: neither one alone, nor anybody without the court's decision, lifts it.
    assert (state(), Membership.objects.get().state) == ("decided", "suspended")
    assert [task.reference for task in tasks_of(at_the_screen(jurist), APPEALS)] == [waiting[0].reference]
    assert step(lawyer, "carry_out", note="Hävt.") == 422, "nothing from the court is in the case"
    judgment = {
        "direction": "incoming",
        "counterpart": "Förvaltningsrätten",
        "content": b"Dom",
        "file_name": "dom.txt",
    }
    add_document(at_the_screen(desk.officer), case_file, title="Dom", media_type="text/plain", **judgment)
    assert step(officer, "carry_out", note="Hävt.") == 422, "who recorded the outcome"
    assert (state(), Membership.objects.get().state) == ("decided", "suspended")
    assert step(lawyer, "carry_out", note="Hävt.") == 302
    assert (state(), Membership.objects.get().state) == ("carried_out", "active")
    assert SentMail.objects.filter(kind="membership_restored").exists()
    lifted = letter_words(Letter.objects.get(kind="letter_court_lifting"))
    for part in (
        "upphävt det här beslutet",
        "Helt avstängt: beslut M-",
        "Mål 1-26.",
        "gäller inte längre från och med",
    ):
        assert part in lifted
    titles = [each.title for each in case_file.documents.order_by("number")]
    assert "Överlämnande av överklagande" in titles


def test_late_appeal_is_dismissed_unless_an_exception_applies(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile, time_machine: Any
) -> None:
    end = last_day(find_deadline("appeal_private"), TODAY())
    assert end is not None
    time_machine.move_to(timezone.now() + (end - TODAY()) + timedelta(days=3))
    officer, lawyer = signed_in(desk.officer), signed_in(jurist)
    wrong = {"arrived_on": str(TODAY() + timedelta(days=1)), "appellant": "", "deemed_on": str(TODAY())}
    assert set(appealed(officer, case_file, **wrong).context["form"].errors) == {"appellant"}
    # Only the working day before counts (22 §).
    long_ago = str(TODAY() - timedelta(days=10))
    assert "deemed_on" in appealed(officer, case_file, deemed_on=long_ago).context["form"].errors
    assert "deemed_on" in appealed(officer, case_file, deemed_on=str(TODAY())).context["form"].errors
    assert appealed(officer, case_file).status_code == 302
    assert step(lawyer, "check_time", exception="pity") == 422
    assert step(lawyer, "check_time", exception="instructions", note="") == 422
    assert state() == "registered"
    assert step(lawyer, "check_time") == 302
    assert state() == "dismissed"
    letter = letter_words(Letter.objects.get(kind="letter_appeal_dismissed"))
    for part in ("avvisar överklagandet", "44 och 45 §§ förvaltningslagen (2017:900)", "Hur ni överklagar"):
        assert part in letter
    assert step(officer, "forward", reviewed="x", court="x") == 422
    assert step(officer, "withdraw", note="Ringde i dag.") == 422, "it is dismissed"
    Appeal.objects.update(state="in_time")
    assert step(officer, "withdraw", note="Ringde i dag.") == 302
    assert (state(), len(tasks_of(at_the_screen(jurist), APPEALS))) == ("withdrawn", 0)
    # The dismissal is a decision that can be appealed as well; and the court, or our own mistake, can save an appeal.
    Appeal.objects.update(state="registered")
    assert step(lawyer, "check_time", exception="instructions", note="Fel domstol stod i beslutet.") == 302
    assert state() == "in_time"
    # An appeal that is met is handed over as well, with the new decision (46 §).
    assert step(officer, "change", note="Hävd.", decision=document_of("letter_suspension")) == 422
    with_approval.restore(at_the_screen(desk.officer), seed.org_b.pk, "Lösenorden är bytta.")
    lifting = Letter.objects.get(kind="letter_lifting")
    assert (
        step(officer, "change", note="Vi har hävt avstängningen.", decision=document_of("letter_lifting"))
        == 302
    )
    assert (state(), len(tasks_of(at_the_screen(jurist), APPEALS))) == ("changed", 1)
    page = officer.get(f"/cases/{case_file.number}/appeals/{Appeal.objects.get().pk}/").content.decode()
    assert "ska ännu lämnas över" in page
    assert step(officer, "forward", reviewed="Vi har hävt avstängningen.", court="Domstolen") == 302
    handed_over = letter_words(Letter.objects.get(kind="letter_appeal_forwarded"))
    assert f"{lifting.number} den" in handed_over
    assert "kom in efter den sista dagen men ska inte avvisas" in handed_over
    assert "i rätt tid" not in handed_over
    assert step(officer, "decide", outcome="struck_out", on=str(TODAY()), note="Mål 2-26.") == 302
    assert state() == "carried_out"


def test_service_recorded_after_the_appeal_counts(
    seed: Seed, desk: Desk, jurist: ApiUser, time_machine: Any
) -> None:
    member(desk, seed.org_b, sector="private_company")
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, "suspended", "Konton har delats.")
    served = TODAY()
    time_machine.move_to(timezone.now() + timedelta(days=40))
    assert appealed(signed_in(desk.officer), CaseFile.objects.get()).status_code == 302
    assert Appeal.objects.get().last_day is None
    record_service(at_the_screen(desk.officer), Letter.objects.first().pk, "handed", served, "Anna Ek")
    assert step(signed_in(jurist), "check_time") == 302
    assert state() == "dismissed"


def test_only_the_hubs_officers_handle_appeals(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile
) -> None:
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        assert appealed(signed_in(who), case_file).status_code in (403, 404)
    assert not Appeal.objects.exists()
    appealed(signed_in(desk.officer), case_file)
    for who in (desk.operator, desk.admin, seed.stranger, seed.site_admin):
        web, path = signed_in(who), f"/cases/{case_file.number}/appeals/{Appeal.objects.get().pk}/"
        assert web.get(path).status_code in (403, 404)
        assert step(web, "check_time") in (403, 404)
    # Somebody with an interest in the member is excluded.
    type(jurist.user).objects.filter(pk=jurist.user.pk).update(org=seed.org_b)
    assert step(signed_in(jurist), "check_time") == 403
    assert state() == "registered"


def test_lifting_is_a_decision_that_names_the_one_it_changes(
    seed: Seed, desk: Desk, case_file: CaseFile
) -> None:
    with_approval.restore(at_the_screen(desk.officer), seed.org_b.pk, "Lösenorden är bytta.")
    first, lifting = Letter.objects.order_by("pk")
    words = letter_words(lifting)
    assert first.number in words
    assert "37 § förvaltningslagen" in words
    assert "efter föredragning av officer@hub.example" in words
