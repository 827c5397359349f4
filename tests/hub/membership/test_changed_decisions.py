"""Officers change decisions of their own in the party's favour, or carry out what a court has quashed (37–39 §§ FL)."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import Seed
from tests.hub.membership import with_approval
from tests.hub.membership.applications import assessed, submitted
from tests.hub.membership.test_membership_transitions import letter_words
from tests.hub.membership.test_terms_changed_during_application import new_terms
from tests.identity.two_people import approved
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.mail.models import SentMail
from vardkase.exchange.servers.models import Server
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, register_appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile, Direction
from vardkase.hub.case_files.services import close_case_file, file_document, reopen_case_file
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.access import new_link
from vardkase.hub.membership.applications.cases import case_for
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.queries import assessments_of
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.assessments.services.reviews import assess
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.web.ui.private_links import OWN_LINK


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def decided(desk: Desk, application: Application, outcome: str = "reject") -> Letter:
    """Two officers decide on an application that is under review; returns the letter."""
    case_for(hub_actor(), application)
    proposal = propose(at_the_screen(desk.officer), application, outcome, "Planen saknas.")
    decide(at_the_screen(desk.second), application, proposal.pk, "agree")
    application.refresh_from_db()
    return Letter.objects.order_by("-pk")[0]


def appealed(desk: Desk, letter: Letter) -> Appeal:
    document = CaseDocument.objects.select_related("case_file").get(letter=letter)
    given = ReceivedAppeal(appellant="Anna Ek", claim="Bevilja medlemskap.", arrived_on=timezone.localdate())
    return register_appeal(at_the_screen(desk.officer), document.case_file, document.pk, given)


def test_rejected_application_is_examined_again(seed: Seed, desk: Desk) -> None:
    application = assessed(at_the_screen(desk.officer), sector="private_company")
    rejection = decided(desk, application)
    web, path = signed_in(desk.officer), f"/applications/{application.number}/"
    api = f"/membershipAssessments/reopen/{application.number}"
    given = {"reasons": "Planen hade kommit in i tid.", "basis": "changed", "dissent": "Nej, säger Bo."}
    assert f"{path}reopen/" in web.get(path).text

    # 39 § FL: an appealed decision is changed only if obviously wrong, and not once it is with the court.
    appeal = appealed(desk, rejection)
    assert "bara om det var uppenbart felaktigt" in web.post(f"{path}reopen/", given).text
    Appeal.objects.update(state="forwarded")
    wrong = given | {"basis": "wrong"}
    assert call(desk.officer.key, "POST", api, wrong)[0] == 409
    assert "överlämnats till domstolen" in web.post(f"{path}reopen/", wrong).text
    Appeal.objects.update(state="in_time")
    case_file = CaseFile.objects.get()
    close_case_file(at_the_screen(desk.officer), case_file)
    assert "Ärendet är avslutat" in web.post(f"{path}reopen/", wrong).text
    reopen_case_file(at_the_screen(desk.officer), case_file)
    other = submitted(organisation_number=application.organisation_number)
    assert other.number in web.post(f"{path}reopen/", wrong).text
    Application.objects.filter(pk=other.pk).update(state="withdrawn")
    for tried in ({"basis": "luck"}, {"reasons": ""}):
        assert web.post(f"{path}reopen/", wrong | tried).status_code == 422
    assert not ApprovalRequest.objects.filter(action="reopen_application").exists()
    for outsider in (desk.operator, seed.site_admin, seed.org_admin):
        assert call(outsider.key, "POST", api, wrong)[0] == 403

    proposed = web.post(f"{path}reopen/", wrong)
    assert proposed.status_code == 302
    page = web.get(proposed.headers["Location"]).text
    for words in ("prövas på nytt", "uppenbart felaktigt", "Nej, säger Bo.", "Planen hade kommit in i tid."):
        assert words in page, words
    assert f"{path}reopen/" not in web.get(path).text
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user)
    # What has been handed over since is not changed either.
    Appeal.objects.update(state="forwarded")
    with pytest.raises(Conflict, match="överlämnats"):
        approved(desk.second.user)
    Appeal.objects.update(state="in_time")
    # The terms word one criterion otherwise by now: it is assessed anew.
    criteria = [dict(each) for each in current_terms().criteria]
    criteria[0]["title_sv"] = "Omskrivet"
    new_terms(criteria)
    before = set(assessments_of(application))
    approved(desk.second.user)
    application.refresh_from_db()
    assert (application.state, application.decided, application.complete_by) == ("under_review", None, None)
    assert before - set(assessments_of(application)) == {criteria[0]["key"]}
    letter = Letter.objects.order_by("-pk")[0]
    words = letter_words(letter)
    for part in (
        "Beslut att pröva ansökan på nytt",
        f"Beslut att avslå ansökan, {rejection.number}, den",
        "Planen hade kommit in i tid.",
        "38 § förvaltningslagen (2017:900)",
        "efter föredragning av",
        "Avvikande mening: Nej, säger Bo.",
    ):
        assert part in words, part
    assert letter.kind == "letter_reopening"
    document = CaseDocument.objects.get(letter=letter)
    assert SentMail.objects.filter(kind="application_reopened").count() == 1
    changed = {"decision": document.pk, "note": "Vi har ändrat beslutet."}
    place = f"/cases/{case_file.number}/appeals/{appeal.pk}/change/"
    assert web.post(place, changed).status_code == 302, "the appeal goes on, against the new decision"
    own = signed_in(desk.officer)
    own.cookies[OWN_LINK.cookie] = new_link(application)
    status = own.get("/apply/status/").text
    assert "ansökan prövas på nytt" in status
    for shown in (status, web.get(path).text):
        assert f"Upphävt, se {letter.number}." in shown
        assert "Sista dag att överklaga" not in shown
        assert "Det senaste förslaget" not in shown, "it was the rejection's"

    # The review ends in a new decision, which the page shows instead of the first.
    assert web.get(f"{path}reopen/").status_code == 302, "it is under review already"
    page = web.get(path).text
    assert f"{path}propose/" in page
    assert "beslutade om avslag" not in page
    assess(at_the_screen(desk.officer), application, str(criteria[0]["key"]), "met", "")
    decided(desk, application)
    assert "beslutade om avslag" in web.get(path).text


def test_rejection_that_a_court_quashed_is_carried_out_by_two(seed: Seed, desk: Desk) -> None:
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    application = assessed(at_the_screen(desk.officer), sector="private_company")
    appeal = appealed(desk, decided(desk, application))
    court = {"state": "forwarded", "court": "Förvaltningsrätten i Stockholm"}
    Appeal.objects.update(**court)
    web, path = signed_in(desk.officer), f"/cases/{appeal.case_file.number}/appeals/{appeal.pk}/"
    given = {"outcome": "remitted", "on": str(timezone.localdate()), "note": "Mål 4-26."}
    assert web.post(f"{path}decide/", given).status_code == 302
    assert web.post(f"{path}carry_out/", {"note": "Domen."}).status_code == 422, "no judgment has been filed"
    file_document(hub_actor(), appeal.case_file, Direction.INCOMING, "Dom", text="Upphävt.")
    assert "prövas på nytt" in web.get(f"{path}carry_out/").text
    assert web.post(f"{path}carry_out/", {"note": "Domen har kommit."}).status_code == 302
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user)
    approved(jurist.user)
    application.refresh_from_db()
    appeal.refresh_from_db()
    assert (application.state, appeal.state) == ("under_review", "carried_out")
    words = letter_words(Letter.objects.get(kind="letter_court_reopening"))
    for part in ("Förvaltningsrätten i Stockholm har den", "upphävt det här beslutet", "Mål 4-26."):
        assert part in words, part
    # Nothing follows twice: the decision is no longer in force.
    Appeal.objects.update(state="decided")
    assert "prövas på nytt" not in web.get(f"{path}carry_out/").text


def test_terminated_membership_is_reinstated_by_two_officers(seed: Seed, desk: Desk) -> None:
    org, actor, web = seed.org_b.pk, at_the_screen(desk.officer), signed_in(desk.officer)
    member(desk, seed.org_b, sector="private_company")

    def connection(name: str, **switches: bool) -> Server:
        url = f"https://{name}.example"
        return Server.objects.create(
            name=name, url=url, org=seed.hub, remote_org=seed.org_b, priority=1, **switches
        )

    both, sends = connection("both", push=True, pull=True), connection("sends", push=True)
    off, moved = connection("off"), connection("moved", pull=True)
    with_approval.terminate(actor, org, "Villkoren har brutits.", "Händelserna ligger kvar.")
    assert not Server.objects.exclude(push=False, pull=False).exists()
    Server.objects.filter(pk=moved.pk).update(remote_org=seed.org_c)
    termination = Letter.objects.get(kind="letter_termination")

    path, given = (
        f"/members/{org}/step/reinstate/",
        {"reason": "Villkoren var uppfyllda.", "basis": "changed"},
    )
    assert path in web.get(f"/members/{org}/").text
    page = web.get(path).text
    for words in ("konton som", "stängdes av när medlemskapet avslutades slås på igen: both, sends."):
        assert words in page, words
    appeal = appealed(desk, termination)
    assert "uppenbart felaktigt" in web.post(path, given).text
    assert call(desk.officer.key, "POST", f"/memberships/reinstate/{org}", given)[0] == 409
    Appeal.objects.filter(pk=appeal.pk).update(state="withdrawn")
    assert web.post(path, given).status_code == 302
    assert call(make_key(desk.operator.user), "POST", f"/memberships/reinstate/{org}", given)[0] == 403
    with pytest.raises((Forbidden, Conflict)):
        approved(desk.officer.user)
    assert Membership.objects.get(organisation=org).state == "terminated"
    Membership.objects.filter(organisation=org).update(statement_until=date(2026, 1, 31))
    approved(desk.second.user)
    membership = Membership.objects.get(organisation=org)
    assert (membership.state, membership.ended, membership.ending) == ("active", None, {})
    switches = {each.name: (each.push, each.pull, each.caching_enabled) for each in Server.objects.all()}
    assert switches == {
        both.name: (True, True, False),
        sends.name: (True, False, False),
        off.name: (False, False, False),
        moved.name: (False, False, False),
    }
    words = letter_words(Letter.objects.get(kind="letter_reinstatement"))
    for part in (
        f"Beslut om att medlemskapet upphör, {termination.number}, den",
        "Villkoren var uppfyllda.",
        "37 § förvaltningslagen (2017:900)",
        "Medlemskapet gäller igen från och med den dagen.",
        "anslutningar som stängdes av",
        "Er säkerhetsförklaring gick ut den 31 januari 2026.",
    ):
        assert part in words, part
    assert SentMail.objects.filter(kind="membership_reinstated").exists()
    assert path not in web.get(f"/members/{org}/").text
