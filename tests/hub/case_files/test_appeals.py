"""An appeal: tested for time alone, forwarded with the file, and what the court decides is carried out."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.test_membership_transitions import letter_words
from tests.identity.two_people import approved
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile, Direction
from vardkase.hub.case_files.open_tasks import APPEALS
from vardkase.hub.case_files.services import add_document, file_document
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import standing
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.statements.follow_up import follow_up
from vardkase.hub.open_tasks.registry import tasks_of
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.queries import waiting as waiting_requests
from vardkase.identity.accounts.models import User

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
    # One officer alone lifts nothing, nor says that it has been done: another approves what follows.
    assert (state(), Membership.objects.get().state) == ("decided", "suspended")
    assert [task.reference for task in tasks_of(at_the_screen(jurist), APPEALS)] == [waiting[0].reference]
    confirming = officer.get(f"/cases/{case_file.number}/appeals/{appeal.pk}/carry_out/").content.decode()
    assert "Begränsningen upphör: Helt avstängt." in confirming
    assert step(officer, "carry_out", note="Hävt.") == 422, "nothing from the court is in the case"
    judgment = {
        "direction": "incoming",
        "counterpart": "Förvaltningsrätten",
        "content": b"Dom",
        "file_name": "dom.txt",
    }
    add_document(at_the_screen(desk.officer), case_file, title="Dom", media_type="text/plain", **judgment)
    assert step(officer, "carry_out", note="Domen har kommit.") == 302
    assert (state(), Membership.objects.get().state) == ("decided", "suspended")
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user)
    approved(jurist.user)
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


def judged(appeal: Appeal, officer: Any, outcome: str = "quashed") -> int:
    """Lets the court decide, and proposes what follows."""
    Appeal.objects.filter(pk=appeal.pk).update(state="forwarded", court="Förvaltningsrätten i Stockholm")
    path = f"/cases/{appeal.case_file.number}/appeals/{appeal.pk}/"
    given = {"outcome": outcome, "on": str(TODAY()), "note": "Mål 3-26."}
    recorded = officer.post(f"{path}decide/", given)
    assert recorded.status_code == 302
    file_document(hub_actor(), appeal.case_file, Direction.INCOMING, "Dom", text="Upphävt.")
    return int(officer.post(f"{path}carry_out/", {"note": "Domen har kommit."}).status_code)


def test_quashed_termination_gives_the_membership_back_in_one_step(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile
) -> None:
    org, actor = seed.org_b.pk, at_the_screen(desk.officer)
    with_approval.restore(actor, org, "Lösenorden är bytta.")
    with_approval.suspend(actor, org, "read_only", "Stickprov pågår.")
    off_before = make_user(seed.org_b, make_role("Reader", []), "off@b.example", disabled=True)
    moved = make_user(seed.org_b, off_before.role, "moved@b.example")
    admin, key = desk.admin.user, make_key(desk.admin.user)
    with_approval.terminate(actor, org, "Villkoren har brutits.", "Händelserna ligger kvar.")
    User.objects.filter(pk=moved.pk).update(org=seed.org_a)
    assert User.objects.filter(org=org, disabled=False).count() == 0
    officer = signed_in(desk.officer)
    for kind in ("letter_termination", "letter_restriction"):
        assert appealed(officer, case_file, decision=document_of(kind)).status_code == 302
    restriction, termination = Appeal.objects.order_by("-pk")
    # The restriction ended with the membership: nothing follows from that, and it does not come back below.
    assert judged(restriction, officer) == 302
    restriction.refresh_from_db()
    assert restriction.state == "carried_out"
    # A decision that is referred back has been quashed too.
    assert judged(termination, officer, "remitted") == 302
    path = f"/cases/{case_file.number}/appeals/{termination.pk}/"
    assert "Ärendet återförvisades till myndigheten" in officer.get(path).content.decode()
    path += "carry_out/"
    page = officer.get(path).content.decode()
    for words in (
        "Medlemskapet för Organisation B gäller igen.",
        "konton som stängdes av",
        "Nycklar gäller inte igen",
        "läggs till handlingarna",
    ):
        assert words in page, words
    assert officer.post(path, {"note": "En gång till."}).status_code == 422, "it is proposed already"
    other = Membership.objects.create(
        organisation=seed.org_c, organisation_number="2120000142", sector="municipality", state="active"
    )
    Membership.objects.filter(organisation=org).update(organisation_number="2120000142")
    with pytest.raises(Conflict, match=seed.org_c.name):
        approved(jurist.user)
    other.delete()
    approved(jurist.user)
    membership = Membership.objects.get(organisation=org)
    assert (membership.state, membership.ended, membership.ending) == ("active", None, {})
    assert not membership.restrictions.filter(lifted=None).exists()
    enabled = User.objects.filter(disabled=False)
    assert {admin.pk} == set(
        enabled.filter(pk__in=[admin.pk, off_before.pk, moved.pk]).values_list("pk", flat=True)
    )
    assert call(key, "GET", "/users/view/me")[0] == 403
    assert standing(org).may_read
    termination.refresh_from_db()
    assert (termination.state, termination.outcome) == ("carried_out", "remitted")
    letter = letter_words(Letter.objects.get(kind="letter_court_reinstatement"))
    for words in (
        "upphävt det här beslutet",
        "Medlemskapet gäller igen från och med",
        "Skapa nya.",
        "Mål 3-26.",
    ):
        assert words in letter, words
    assert case_file.documents.filter(letter__kind="letter_court_reinstatement").exists()
    assert SentMail.objects.filter(kind="membership_reinstated").exists()
    assert officer.get(f"/members/{org}/").status_code == 200


def test_suspended_member_comes_back_suspended_and_by_nobody_alone(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile
) -> None:
    org, actor = seed.org_b.pk, at_the_screen(desk.officer)
    with_approval.terminate(actor, org, "Villkoren har brutits.", "Händelserna ligger kvar.")
    officer, lawyer = signed_in(desk.officer), signed_in(jurist)
    assert appealed(officer, case_file, decision=document_of("letter_termination")).status_code == 302
    appeal = Appeal.objects.get()
    assert step(officer, "carry_out", note="Återställ.") == 422, "no court has decided"
    assert judged(appeal, officer, "changed") == 302
    assert state() == "carried_out", "what a changed decision means is for people"
    Appeal.objects.update(state="forwarded")
    assert judged(appeal, officer) == 302
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user)
    for who in (desk.operator, seed.stranger, seed.site_admin):
        assert step(signed_in(who), "carry_out", note="Återställ.") in (403, 404)
    assert Membership.objects.get().state == "terminated"
    # The proposal lapses if the outcome is another than the one that it was made on.
    Appeal.objects.update(outcome="upheld")
    with pytest.raises(Conflict):
        approved(jurist.user)
    Appeal.objects.update(outcome="quashed")
    assert Membership.objects.get().state == "terminated"
    if not waiting_requests().exists():
        assert step(lawyer, "carry_out", note="Domen har kommit.") == 302
    approved(desk.second.user)
    membership = Membership.objects.get()
    assert (membership.state, membership.restrictions.filter(lifted=None).count()) == ("suspended", 1)
    assert not standing(org).may_read
    assert "Helt avstängt" in letter_words(Letter.objects.get(kind="letter_court_reinstatement"))


def test_new_decision_is_what_a_court_quashes_and_nothing_else_is_marked_done(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile
) -> None:
    org, actor, officer = seed.org_b.pk, at_the_screen(desk.officer), signed_in(desk.officer)
    assert appealed(officer, case_file).status_code == 302
    Appeal.objects.update(state="in_time")
    with_approval.restore(actor, org, "Lösenorden är bytta.")
    with_approval.suspend(actor, org, "no_sync", "Anslutningen är osäker.")
    new = document_of("letter_restriction")
    assert step(officer, "change", note="Vi har ändrat beslutet.", decision=new) == 302
    assert judged(Appeal.objects.get(), officer) == 302
    assert state() == "decided"
    approved(jurist.user)
    assert state() == "carried_out"
    assert not Membership.objects.get().restrictions.filter(lifted=None).exists()
    assert "API" in letter_words(Letter.objects.get(kind="letter_court_lifting"))


def test_quashed_limit_of_a_statement_does_not_come_back(
    seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile, time_machine: Any
) -> None:
    org, actor, officer = seed.org_b.pk, at_the_screen(desk.officer), signed_in(desk.officer)
    with_approval.restore(actor, org, "Lösenorden är bytta.")
    Membership.objects.update(statement_until=TODAY() - timedelta(days=2))
    push(Membership.objects.get())
    follow_up(actor)
    limit = CaseDocument.objects.get(letter__kind="letter_statement_limit")
    assert appealed(officer, case_file, decision=limit.pk).status_code == 302
    # The day until which the statement counts is part of what is approved.
    assert judged(Appeal.objects.get(), officer) == 422
    until = TODAY() + timedelta(days=40)
    for wrong in (TODAY(), TODAY() + timedelta(days=400)):
        assert step(officer, "carry_out", note="Domen har kommit.", until=str(wrong)) == 422
    assert step(officer, "carry_out", note="Domen har kommit.", until=str(until)) == 302
    assert not standing(org).may_write
    approved(jurist.user)
    assert (state(), standing(org).may_write) == ("carried_out", True)
    assert "räknas som giltig till och med" in letter_words(Letter.objects.get(kind="letter_court_lifting"))
    time_machine.move_to(timezone.now() + timedelta(days=1))
    follow_up(actor)
    assert not Membership.objects.get().restrictions.filter(lifted=None).exists()
    assert standing(org).may_write


def test_only_officers_handle_appeals(seed: Seed, desk: Desk, jurist: ApiUser, case_file: CaseFile) -> None:
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


def test_lifting_names_the_decision_it_changes(seed: Seed, desk: Desk, case_file: CaseFile) -> None:
    with_approval.restore(at_the_screen(desk.officer), seed.org_b.pk, "Lösenorden är bytta.")
    first, lifting = Letter.objects.order_by("pk")
    words = letter_words(lifting)
    assert first.number in words
    assert "37 § förvaltningslagen" in words
    assert "efter föredragning av officer@hub.example" in words
