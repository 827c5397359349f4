"""Conditions and exceptions of a membership: decided with dates, answered, followed up, and who may do what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_role
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.people import make_key, make_user
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.applications import REASONS, assessed, johanna, per
from tests.hub.membership.test_membership_transitions import letter_words
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import SentMail
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.case_files.queries import case_file_of, documents_of
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.membership.assessments.letters import decision
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.conditions import deciding, services
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.queries import conditions_to_follow_up
from vardkase.hub.membership.conditions.schedules import remind_all
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.overview.own_tasks import own_tasks

TWO_FACTORS = "Alla som loggar in gör det med två faktorer."
OLD_SYSTEM = "Ärendesystemet loggar inte vem som läser."


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def row(number: int, kind: str, text: str, day: date | str, provision: str = "") -> dict[str, str]:
    given = {"kind": kind, "text": text, "day": str(day), "provision": provision}
    return {f"condition_{number}_{name}": value for name, value in given.items()}


def stated(kind: str = "condition", days: int = 60) -> list[dict[str, str]]:
    return [{"kind": kind, "text": TWO_FACTORS, "day": in_days(days).isoformat(), "provision": ""}]


def tasks(desk: Desk) -> list[str]:
    return [task.title for task in conditions_to_follow_up(at_the_screen(desk.officer))]


def sent(kind: str) -> int:
    return SentMail.objects.filter(kind=kind).values("subject").distinct().count()


def test_approval_states_conditions_that_the_membership_keeps(seed: Seed, mail: Any, desk: Desk) -> None:
    officer, second = per(seed), johanna(seed)
    application = assessed(officer)
    page = signed_in(desk.officer)
    path = f"/applications/{application.number}/"
    given = {"outcome": "approve", "reasons": REASONS}
    wrong = given | row(1, "condition", "", "2020-01-01", "no_such")
    refused = page.post(f"{path}propose/", wrong)
    assert set(refused.context["proposal_form"].errors) == {"condition_1_provision"}
    refused = page.post(f"{path}propose/", given | row(1, "condition", " ", "2020-01-01"))
    assert set(refused.context["proposal_form"].errors) == {"condition_1_text", "condition_1_day"}
    api = {
        "outcome": "approve",
        "reasons": REASONS,
        "conditions": [{"kind": "condition", "day": "2020-01-01"}],
    }
    status, body = call(desk.officer.key, "POST", f"/membershipAssessments/propose/{application.number}", api)
    assert (status, set(body["errors"])) == (403, {"conditions.1.text", "conditions.1.day"})
    rejected = given | {"outcome": "reject"} | row(1, "condition", TWO_FACTORS, in_days(60))
    assert "outcome" in page.post(f"{path}propose/", rejected).context["proposal_form"].errors
    rows = row(1, "condition", TWO_FACTORS, in_days(60), "fl_5")
    rows |= row(3, "exception", OLD_SYSTEM, in_days(90))
    assert page.post(f"{path}propose/", given | rows).status_code == 302
    assert TWO_FACTORS in page.get(path).text
    asked = the_request()
    decide(second, application, asked.pk, "agree")
    letter = Letter.objects.get(kind="letter_approval")
    words = letter_words(letter)
    for part in ("Villkor och undantag", TWO_FACTORS, OLD_SYSTEM, "(5 § förvaltningslagen (2017:900))"):
        assert part in words
    membership = Membership.objects.get(application=application)
    kept = list(
        membership.conditions.order_by("day").values_list("kind", "text", "day", "provision", "letter")
    )
    assert kept == [
        ("condition", TWO_FACTORS, in_days(60), "fl_5", letter.pk),
        ("exception", OLD_SYSTEM, in_days(90), "", letter.pk),
    ]
    for text in (TWO_FACTORS, OLD_SYSTEM):
        assert text in page.get(f"/members/{membership.organisation_id}/").text
    # Without any, the letter has no such part; and a rejection by API cannot have them either.
    other = assessed(officer)
    with pytest.raises(Invalid):
        propose(officer, other, "reject", REASONS, conditions=stated())
    plain = decision(officer, other, propose(officer, other, "approve", REASONS))
    assert plain.without == ("conditions",)


def test_later_condition_is_answered_returned_and_accepted(
    seed: Seed, desk: Desk, mail: Any, time_machine: Any
) -> None:
    membership = member(desk, seed.org_b)
    officer, own, members_page = signed_in(desk.officer), signed_in(desk.admin), f"/members/{seed.org_b.pk}/"
    new = f"{members_page}conditions/new/"
    assert officer.get(new).status_code == 200
    first = row(1, "condition", TWO_FACTORS, in_days(60))
    bare = officer.post(new, {"reason": "Brist vid granskning."} | first)
    assert {"hearing", "ground", "milder_considered"} <= set(bare.context["form"].errors)
    assert officer.post(new, {"reason": "Brist."}).status_code == 422
    assert (
        officer.post(new, {"reason": "Brist vid granskning."} | first | with_approval.ADVERSE).status_code
        == 302
    )
    approval = the_request()
    assert TWO_FACTORS in signed_in(desk.second).get(f"/approval-requests/{approval.pk}/").text
    assert not MemberCondition.objects.exists()
    approved(desk.second.user, approval)
    condition = MemberCondition.objects.get()
    words = letter_words(Letter.objects.get(kind="letter_conditions"))
    for part in (TWO_FACTORS, "Brist vid granskning.", "Hur ni överklagar", "35 § förvaltningslagen"):
        assert part in words
    assert sent("conditions_decided") == 1

    # Reminded once, fourteen days before; the officer's list has it from then on.
    assert (remind_all(), tasks(desk)) == (0, [])
    time_machine.move_to(timezone.now() + timedelta(days=46))
    officer, own = signed_in(desk.officer), signed_in(desk.admin)
    assert (remind_all(), remind_all()) == (1, 0)
    assert tasks(desk) == [f"Villkor som ska vara uppfyllt: {seed.org_b.name}"]
    assert any("Villkor" in str(task.label) for task in own_tasks(at_the_screen(desk.admin)))

    page = f"/membership/conditions/{condition.pk}/"
    assert page in own.get("/membership/").text
    assert own.post(page, {"text": " "}).status_code == 422
    proof = SimpleUploadedFile("intyg.txt", b"alla har en nyckel", "text/plain")
    assert own.post(page, {"text": "Infört i dag.", "file": proof}).status_code == 302
    case_file = case_file_of("membership", membership.pk)
    assert case_file is not None
    document = next(each for each in documents_of(case_file) if each.direction == "incoming")
    assert (document.text, document.file_name) == ("Infört i dag.", "intyg.txt")
    got = own.get(f"{page}documents/{document.number}/")
    assert b"".join(got) == b"alla har en nyckel"
    assert "Infört i dag." in own.get(page).text
    # It waits for the officers now.
    with pytest.raises(TransitionRefused):
        services.answer(at_the_screen(desk.admin), condition.pk, Answer(text="Igen."))
    assert tasks(desk) == [f"Svar på ett villkor: {seed.org_b.name}"]
    staff_page = f"{members_page}conditions/{condition.pk}/"
    assert "Infört i dag." in officer.get(staff_page).text

    early = {"reason": "Kontot för drift saknas.", "day": str(in_days(1))}
    assert "day" in officer.post(f"{staff_page}ask_again/", early).context["form"].errors
    later = early | {"day": str(in_days(40))}
    assert officer.post(f"{staff_page}ask_again/", later).status_code == 302
    condition.refresh_from_db()
    assert (condition.state, condition.day, sent("condition_asked_again")) == ("open", in_days(40), 1)
    assert remind_all() == 0
    assert "Kontot för drift saknas." in own.get(page).text
    time_machine.move_to(timezone.now() + timedelta(days=41))
    officer, own = signed_in(desk.officer), signed_in(desk.admin)
    assert "Inte uppfyllt i tid" in own.get("/membership/").text
    assert tasks(desk) == [f"Villkor som ska vara uppfyllt: {seed.org_b.name}"]

    # The API: the member reads and answers.
    key = desk.admin.key
    listed = call(key, "GET", "/membershipConditions/index")[1]
    assert listed[0]["MemberCondition"]["day"] == condition.day.isoformat()
    status, answered = call(
        key, "POST", f"/membershipConditions/answer/{condition.pk}", {"text": "Nu är det klart."}
    )
    assert (status, answered["MemberCondition"]["state"]) == (200, "answered")
    # And the officers follow up.
    one = f"{seed.org_b.pk}/{condition.pk}"
    step, given = f"/membershipConditions/step/{one}", {"step": "accept", "reason": "Intyget visar det."}
    for who in (desk.operator, desk.admin, seed.site_admin):
        assert call(who.key, "POST", step, given)[0] == 403
    for wrong in ({"step": "crown"}, {"reason": ""}):
        assert call(desk.officer.key, "POST", step, given | wrong)[0] == 403, wrong
    assert call(desk.officer.key, "POST", step, given | {"step": "extend"})[0] in (403, 409)
    status, met = call(desk.officer.key, "POST", step, given)
    assert (status, met["MemberCondition"]["state"]) == (200, "met")
    status, seen = call(desk.admin.key, "GET", f"/membershipConditions/view/{one}")
    assert len(seen["MemberCondition"]["answers"]) == 2
    assert [each["step"] for each in seen["MemberCondition"]["history"]][-1] == "accept"
    assert call(seed.org_admin.key, "GET", f"/membershipConditions/view/{one}")[0] in (403, 404)
    condition.refresh_from_db()
    assert (condition.state, tasks(desk), sent("condition_met")) == ("met", [], 1)
    assert call(key, "POST", f"/membershipConditions/answer/{condition.pk}", {"text": "Mer."})[0] == 409


def test_exception_is_extended_by_two_officers_or_ends(
    seed: Seed, desk: Desk, mail: Any, time_machine: Any
) -> None:
    member(desk, seed.org_b)
    officer, org = signed_in(desk.officer), seed.org_b.pk
    new = f"/members/{org}/conditions/new/"
    given = {"reason": "Bytet av system är beställt."} | row(2, "exception", OLD_SYSTEM, in_days(30))
    # In the member's favour: nobody has to be heard.
    assert officer.post(new, given).status_code == 302
    approved(desk.second.user)
    exception = MemberCondition.objects.get()
    page = f"/members/{org}/conditions/{exception.pk}/"
    assert "gäller till och med" in officer.post(f"{page}end/", {"reason": "Slut."}).text
    with pytest.raises(Conflict):
        services.end(at_the_screen(desk.officer), org, exception.pk, "Slut.")
    for act in (services.accept,):
        with pytest.raises(Conflict):
            act(at_the_screen(desk.officer), org, exception.pk, "Klart.")
    with pytest.raises(Conflict):
        services.answer(at_the_screen(desk.admin), exception.pk, Answer(text="Klart."))
    time_machine.move_to(timezone.now() + timedelta(days=20))
    officer = signed_in(desk.officer)
    assert (remind_all(), remind_all(), sent("condition_reminder")) == (1, 0, 1)
    assert tasks(desk) == [f"Undantag som upphör: {seed.org_b.name}"]
    time_machine.move_to(timezone.now() + timedelta(days=12))
    officer = signed_in(desk.officer)
    assert tasks(desk) == [f"Undantag som har gått ut: {seed.org_b.name}"]
    assert (
        "day"
        in officer.post(f"{page}extend/", {"reason": "Försenat.", "day": "2020-01-01"}).context["form"].errors
    )
    longer = {"reason": "Leveransen är försenad.", "day": str(in_days(50))}
    assert officer.post(f"{page}extend/", longer).status_code == 302
    approved(desk.second.user)
    exception.refresh_from_db()
    assert (exception.state, exception.day) == ("open", in_days(50))
    assert exception.letter == Letter.objects.filter(kind="letter_conditions").latest("pk")
    assert "Leveransen är försenad." in letter_words(exception.letter)
    assert tasks(desk) == []
    time_machine.move_to(timezone.now() + timedelta(days=51))
    officer = signed_in(desk.officer)
    assert tasks(desk) == [f"Undantag som har gått ut: {seed.org_b.name}"]
    assert officer.post(f"{page}end/", {"reason": "Systemet är bytt."}).status_code == 302
    exception.refresh_from_db()
    assert (exception.state, tasks(desk), sent("condition_ended")) == ("ended", [], 1)
    with pytest.raises(TransitionRefused):
        deciding.propose_extension(at_the_screen(desk.officer), org, exception.pk, "Åter.", in_days(9))


def test_others_neither_read_nor_act(seed: Seed, desk: Desk, mail: Any) -> None:
    member(desk, seed.org_b)
    request = deciding.propose_conditions(
        at_the_screen(desk.officer), seed.org_b.pk, "Brist.", stated(), with_approval.ADVERSE
    )
    # Neither the proposer nor the member approves it.
    for who in (desk.officer, desk.admin, desk.operator):
        with pytest.raises((Forbidden, NotFound)):
            approved(who.user, request)
    approved(desk.second.user, request)
    pk, org = MemberCondition.objects.get().pk, seed.org_b.pk
    reader = make_user(seed.org_b, make_role("Läsare", []), "reader@b.example")
    reads = ApiUser(reader, make_key(reader))
    auditor = staff_of(seed, "auditor@hub.example", "auditor")
    mine = f"/membership/conditions/{pk}/"
    # The member's reader reads, and does not answer.
    page = signed_in(reads).get(mine)
    assert TWO_FACTORS in page.text
    assert page.context["form"] is None
    with pytest.raises(Forbidden):
        services.answer(at_the_screen(reads), pk, Answer(text="Klart."))
    assert signed_in(reads).post(mine, {"text": "Klart."}).status_code == 403
    assert call(reads.key, "POST", f"/membershipConditions/answer/{pk}", {"text": "Klart."})[0] == 403
    # Another organisation, the operator and the auditor: not even that there is one.
    for other in (seed.stranger, desk.operator, auditor):
        assert signed_in(other).get(mine).status_code == 404
        assert TWO_FACTORS not in signed_in(other).get(f"/members/{org}/").text
        for path in ("", "accept/", "end/"):
            assert signed_in(other).get(f"/members/{org}/conditions/{pk}/{path}").status_code in (403, 404)
        assert call(other.key, "GET", f"/membershipConditions/index/{org}")[0] in (403, 404)
        assert call(other.key, "POST", f"/membershipConditions/answer/{pk}", {"text": "Klart."})[0] in (
            403,
            404,
        )
        for act in (services.accept, services.end):
            with pytest.raises((Forbidden, NotFound)):
                act(at_the_screen(other), org, pk, "Klart.")
    # The member does not accept its own answer, nor does an officer of its organisation.
    with pytest.raises(Forbidden):
        services.accept(at_the_screen(desk.admin), org, pk, "Klart.")
    assert signed_in(desk.admin).get(f"/members/{org}/conditions/{pk}/").status_code == 403
    # A condition of one member is not found through another.
    with pytest.raises(NotFound):
        services.accept(at_the_screen(desk.officer), seed.stranger.user.org_id, pk, "Klart.")
    assert MemberCondition.objects.get().state == "open"
