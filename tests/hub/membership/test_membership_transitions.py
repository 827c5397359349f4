"""Officers' steps in a membership: what each leads to and when it is refused, on every interface."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories.memberships import FACTS, Desk, at_the_screen, make_desk, member, opened, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.hooks import application_approved
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.membership.members import queries, services
from vardkase.hub.membership.members.models import Membership, Restriction
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.members.schedules import lapse_restrictions
from vardkase.identity.organisations.models import MembershipInUse

GIVEN = {
    "basis": "changed",
    "reason": "It was decided.",
    "kind": "suspended",
    "contributions": "They stay.",
    "review_by": with_approval.in_a_month().isoformat(),
    **with_approval.ADVERSE,
}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_whole_membership_is_in_history_and_mail(seed: Seed, desk: Desk, mail: Any) -> None:
    opened(desk, seed.org_b)
    web = signed_in(desk.officer)
    steps = (("suspend", {}), ("restore", {}), ("terminate", {}))
    with_approval.enter(at_the_screen(desk.officer), seed.org_b.pk)
    for step, more in steps:
        assert web.post(f"/members/{seed.org_b.pk}/step/{step}/", {**GIVEN, **more}).status_code == 302, step
        approved(desk.second.user)
    membership = Membership.objects.get()
    found = [entry.step for entry in queries.history(at_the_screen(desk.officer), membership)]
    assert found == ["terminate", "restore", "suspend", "activate", "opened"]
    kinds = set(SentMail.objects.values_list("kind", flat=True))
    assert kinds == {"membership_activated", "membership_limited", "membership_restored", "membership_ended"}
    to_members = OutgoingMail.objects.exclude(recipient__endswith="@hub.example")
    assert set(to_members.values_list("recipient", flat=True)) == {
        "anna@b.example", "bo@b.example", "admin@b.example",
    }  # fmt: skip
    page = web.get(f"/members/{seed.org_b.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "The membership has ended." in page
    assert "They stay." in page


def test_suspension_and_termination_are_decision_letters(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    Membership.objects.update(organisation_number="2120000142")
    officer = at_the_screen(desk.officer)
    with_approval.suspend(officer, seed.org_b.pk, "suspended", "Konton har delats.")
    (suspended,) = Letter.objects.all()
    for words in (
        "stänger av medlemskapet för Organisation B",
        "212000-0142",
        "Beslutet gäller tills vidare. Vi prövar senast den",
        "om det ska stå fast",
        "Tvingande säkerhetsskäl kräver att beslutet om medlemskap ändras omedelbart.",
        "Vi har övervägt mindre ingripande åtgärder. Det räcker inte att stänga av enskilda konton.",
        "krävde att det meddelades omedelbart. Andra medlemmars system var i fara.",
        "Beslutet gäller omedelbart, även om det överklagas",
        "5 § förvaltningslagen (2017:900)",
        "25 § förvaltningslagen (2017:900)",
        "35 § förvaltningslagen (2017:900)",
        "37 § förvaltningslagen (2017:900)",
        "Konton har delats.",
        "Ställ överklagandet till Förvaltningsrätten i Stockholm, men skicka det till oss: CERT-SE, Box 1",
        "inom tre veckor från den dag beslutet meddelades. Sista dagen är den",
        f"ärende M-{timezone.localdate().year}-00001",
        "lämnar vi det vidare till domstolen",
        "Beslutet har fattats av colleague.officer@hub.example, jurist, efter föredragning av officer@hub.example",
    ):
        assert words in letter_words(suspended)
    assert SentMail.objects.filter(kind="membership_limited")[0].attachments == [
        f"M-{timezone.localdate().year}-00001-1.pdf"
    ]
    own, staff = (
        f"/membership/letters/{suspended.number}/",
        f"/members/{seed.org_b.pk}/letters/{suspended.number}/",
    )
    assert own in signed_in(desk.admin).get("/membership/").content.decode()
    assert staff in signed_in(desk.officer).get(f"/members/{seed.org_b.pk}/").content.decode()
    for who, path, status in (
        (desk.admin, own, 200),
        (desk.officer, staff, 200),
        (desk.operator, staff, 403),
        (desk.admin, staff, 403),
        (seed.stranger, own, 404),
    ):
        assert (who.user.email, path, signed_in(who).get(path).status_code) == (who.user.email, path, status)
    with_approval.terminate(officer, seed.org_b.pk, "Villkoren är inte godkända.", "Händelserna ligger kvar.")
    ended = letter_words(Letter.objects.order_by("pk").last())
    assert "avslutar medlemskapet för Organisation B" in ended
    assert "Händelserna ligger kvar." in ended


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("read_only", "Ni kan ta del av information men inte dela någon"),
        ("no_sync", "Er API-anslutning och er synkronisering är avstängda."),
    ],
)
def test_restriction_is_a_decision_letter_too(seed: Seed, desk: Desk, kind: str, words: str) -> None:
    member(desk, seed.org_b)
    with_approval.suspend(at_the_screen(desk.officer), seed.org_b.pk, kind, "Nyckeln har läckt.")
    (letter,) = Letter.objects.all()
    text = letter_words(letter)
    assert "begränsar medlemskapet för Organisation B" in text
    assert words in text
    assert "Hur ni överklagar" in text


@pytest.mark.parametrize("field", with_approval.ADVERSE)
def test_decision_against_member_states_hearing_ground_and_effect(seed: Seed, desk: Desk, field: str) -> None:
    member(desk, seed.org_b)
    officer, org = at_the_screen(desk.officer), seed.org_b.pk
    # Nothing without an end is only temporary (35 §).
    unending = ["temporary"] if field == "immediate" else []
    for wrong in ("", "x" * 2001, *unending):
        given = with_approval.ADVERSE | {field: wrong}
        for proposing in (
            lambda given=given: with_approval.proposed_suspension(
                officer, org, "suspended", "Because.", given
            ),
            lambda given=given: services.terminate(officer, org, "Because.", "They stay.", given),
        ):
            with pytest.raises(Invalid) as refused:
                proposing()
            assert set(refused.value.errors) == {field}
        web = signed_in(desk.officer).post(f"/members/{org}/step/suspend/", GIVEN | {field: wrong})
        assert (web.status_code, set(web.context["form"].errors)) == (422, {field})
        status, body = call(desk.officer.key, "POST", f"/memberships/suspend/{org}", GIVEN | {field: wrong})
        assert (status, field in str(body["errors"])) == (403, True)
    assert not Letter.objects.exists()


def letter_words(letter: Letter | None) -> str:
    assert letter is not None
    pages = PdfReader(BytesIO(bytes(letter.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_only_membership_officers_decide(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    for who in (
        desk.operator,
        desk.admin,
        seed.site_admin,
        seed.stranger,
        staff_of(seed, "a@hub.example", "auditor"),
    ):
        with pytest.raises(Forbidden):
            with_approval.suspend(at_the_screen(who), _seen(who, seed), "read_only", "Because.")
        assert call(who.key, "POST", f"/memberships/suspend/{seed.org_b.pk}", GIVEN)[0] == 403
        assert signed_in(who).post(f"/members/{seed.org_b.pk}/step/suspend/", GIVEN).status_code == 403
    assert not Restriction.objects.exists()


def _seen(who: ApiUser, seed: Seed) -> int:
    try:
        return queries.find_membership(at_the_screen(who), seed.org_b.pk).organisation_id
    except Exception as unseen:
        raise Forbidden from unseen


def test_officer_cannot_decide_on_own_organisation(seed: Seed, desk: Desk) -> None:
    for who in (desk.officer, desk.second):
        with pytest.raises(Forbidden, match="egen organisation"):
            services.open_membership(at_the_screen(who), seed.hub, FACTS, "Because.")
    membership = Membership.objects.create(organisation=seed.hub, sector="other", connection="web")
    for step in (name for name, each in MEMBERSHIP.steps.items() if not each.undoes_decision):
        status, body = call(desk.officer.key, "POST", f"/memberships/{step}/{seed.hub.pk}", GIVEN)
        assert (status, "own organisation" in body["message"]) == (403, True)
    membership.refresh_from_db()
    assert membership.state == "onboarding"


def test_temporary_suspension_is_lifted(seed: Seed, desk: Desk, time_machine: Any) -> None:
    member(desk, seed.org_b)
    until = timezone.now() + timedelta(days=3)
    with_approval.suspend(
        at_the_screen(desk.officer), seed.org_b.pk, "suspended", "For a while.", until=until
    )
    assert queries.standing(seed.org_b.pk).standing == "suspended"
    time_machine.move_to(until + timedelta(minutes=1))
    assert lapse_restrictions() == 1
    seed.org_b.refresh_from_db()
    assert (seed.org_b.standing, seed.org_b.may_write, Membership.objects.get().state) == ("", True, "active")


def test_activation_page_hides_form_while_activation_is_impossible(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_b)
    web = signed_in(desk.officer)
    address, english = f"/members/{seed.org_b.pk}/step/activate/", {"accept-language": "en"}
    page = web.get(address, headers=english)
    shown = page.content.decode()
    assert set(page.context["needed"]) < set(page.context["waiting"])
    assert "These cannot be skipped" in shown
    assert "To propose activation anyway" not in shown
    assert 'name="reason"' not in shown
    assert web.post(address, {"reason": "It was here before."}, headers=english).status_code == 422


def test_steps_require_reasons(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_b)
    officer = at_the_screen(desk.officer)
    with pytest.raises(Invalid, match="Kvar att göra"):
        services.activate(officer, seed.org_b.pk)
    with pytest.raises(Invalid, match="Utan det släpps ingen medlem in"):
        services.activate(officer, seed.org_b.pk, "It was here before.")
    member_of = with_approval.admitted(seed.org_b.pk)
    for fails in (
        lambda: with_approval.suspend(officer, member_of.organisation_id, "read_only", " "),
        lambda: with_approval.suspend(officer, member_of.organisation_id, "half", "Because."),
        lambda: with_approval.terminate(officer, member_of.organisation_id, "Because.", ""),
    ):
        with pytest.raises(Invalid):
            fails()
    with_approval.suspend(officer, seed.org_b.pk, "read_only", "Because.")
    with pytest.raises(Conflict):
        with_approval.suspend(officer, seed.org_b.pk, "read_only", "Again.")


def test_approved_application_becomes_membership(seed: Seed, desk: Desk) -> None:
    answers = {
        "organisation": {"street": "Box 1", "postcode": "123 45", "city": "Ekby", "county": "14"},
        "contacts": {"main": {"name": "Eva", "email": "eva@ekby.example", "phone": "010-2", "key": ""}},
        "connection": {"method": "web", "networks": ["192.0.2.0/24"]},
    }  # fmt: skip
    application = Application.objects.create(
        number="A-1", state="approved", organisation_name="organisation c", organisation_number="2120000142",
        sector="municipality", connection="web", answers=answers,
    )  # fmt: skip
    application_approved.emit(application)
    membership = Membership.objects.get()
    assert membership.organisation != seed.org_c  # Anybody could apply under the same name.
    assert membership.organisation.name == "organisation c (2120000142)"
    assert (membership.state, membership.county, membership.details["address"]) == (
        "onboarding", "14", "Box 1\n123 45 Ekby",
    )  # fmt: skip
    assert membership.details["networks"] == ["192.0.2.0/24"]
    assert not membership.organisation.may_read
    contacts = membership.organisation.people_to_reach.values_list("role", "name", "email")
    assert list(contacts) == [("main", "Eva", "eva@ekby.example")]


def test_member_data_change_is_reviewed(seed: Seed, desk: Desk, mail: Any) -> None:
    member(desk, seed.org_b)
    web, officer = signed_in(desk.admin), signed_in(desk.officer)
    assert b"bo@b.example" in web.get("/membership/").content
    form = {
        "address": "Nya torget 1", "main_name": "Anna Ek", "main_email": "anna@b.example", "main_phone": "010-1",
        "technical_name": "Bo Ask", "technical_email": "bo@b.example", "domains": "b.example\nb2.example",
    }  # fmt: skip
    assert web.post("/membership/change/", form | {"domains": "not a domain"}).status_code == 422
    assert web.post("/membership/change/", form).status_code == 302
    membership = Membership.objects.get()
    assert set(membership.changes.get().fields) == {"address", "domains"}
    assert membership.details["address"].startswith("Rådhuset")
    assert b"Nya torget 1" in officer.get(f"/members/{seed.org_b.pk}/").content
    assert officer.post(f"/members/{seed.org_b.pk}/change/", {"decision": "refuse"}).status_code == 302
    assert membership.changes.get().state == "proposed"  # A refusal takes a reason.
    officer.post(f"/members/{seed.org_b.pk}/change/", {"decision": "refuse", "reason": "Which torg?"})
    call(desk.admin.key, "POST", "/memberships/propose", {"details": {"address": "Nya torget 1, Ekby"}})
    officer.post(f"/members/{seed.org_b.pk}/change/", {"decision": "accept"})
    membership.refresh_from_db()
    assert membership.details["address"].startswith("Rådhuset"), (
        "nothing until another officer has approved it"
    )
    approved(desk.second.user)
    membership.refresh_from_db()
    assert membership.details["address"] == "Nya torget 1, Ekby"
    assert [change.state for change in membership.changes.order_by("pk")] == ["refused", "accepted"]
    for who in (seed.partner, seed.stranger):
        assert signed_in(who).post("/membership/change/", form).status_code == 403
    assert SentMail.objects.filter(kind="membership_change_decided").count() == 6


def test_termination_page_shows_consequences(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    web, page = signed_in(desk.officer), f"/members/{seed.org_b.pk}/step/terminate/"
    people = seed.org_b.users.filter(disabled=False).count()
    assert f"Konton som stängs av: {people}." in web.get(page).content.decode()
    assert web.post(page, {"reason": "De slutar.", "contributions": ""}).status_code == 422
    assert Membership.objects.get().state == "active"


def test_accepted_change_updates_contacts(seed: Seed, desk: Desk) -> None:
    """They replace those named before, who can no longer be reached; contacts that the member added itself
    stay.
    """
    member(desk, seed.org_b)
    web, page = signed_in(desk.admin), f"/contacts/{seed.org_b.pk}/"
    assert b"bo@b.example" in web.get(page).content
    web.post(f"{page}new/", {"role": "technical", "name": "Jouren", "email": "jour@b.example"})
    Contact.objects.filter(email="bo@b.example").update(openpgp_key="Bo's")
    form = {
        "address": "Rådhuset, 123 45 Exempelköping", "domains": "b.example\nc.example",
        "technical_name": "Cia Lind", "technical_email": "cia@b.example", "technical_phone": "010-2",
        "dpo_name": "Dag Ros", "dpo_email": "dag@b.example",
    }  # fmt: skip
    assert web.post("/membership/change/", form).status_code == 302
    assert b"cia@b.example" not in web.get(page).content, "nothing until an officer has accepted it"
    signed_in(desk.officer).post(f"/members/{seed.org_b.pk}/change/", {"decision": "accept"})
    approved(desk.second.user)
    rows = Contact.objects.filter(organisation=seed.org_b).order_by("role", "name")
    assert list(rows.values_list("role", "name", "phone", "openpgp_key")) == [
        ("data_protection", "Dag Ros", "", ""),
        ("technical", "Cia Lind", "010-2", ""),
        ("technical", "Jouren", "", ""),
    ]
    assert AuditEntry.objects.filter(action="contact.removed", title="Anna Ek").exists()


def test_member_sees_only_its_own_membership(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    assert (
        call(seed.partner.key, "GET", "/memberships/view")[1]["Membership"]["organisation"] == seed.org_b.name
    )
    assert call(seed.stranger.key, "GET", f"/memberships/view/{seed.org_b.pk}")[0] == 404
    assert Client().get(f"/members/{seed.org_b.pk}/").status_code == 302
    assert signed_in(seed.stranger).get(f"/members/{seed.org_b.pk}/").status_code == 403
    assert len(call(desk.operator.key, "GET", "/memberships/index")[1]) == 1


def test_member_is_renamed_only_on_request_by_two_officers(seed: Seed, desk: Desk, mail: Any) -> None:
    """Not by a site administrator on the page or over the API; a name that resembles another is refused."""
    member(desk, seed.org_b)
    MembershipInUse.objects.create(pk=1)
    before, org = seed.org_b.name, seed.org_b.pk
    status, body = call(seed.site_admin.key, "POST", f"/admin/organisations/edit/{org}", {"name": "Other"})
    assert (status, "proposes another name" in str(body)) == (403, True)
    page = f"/administration/organisations/{org}/edit/"
    signed_in(seed.site_admin).post(page, {"name": "Other", "local": "on"})
    assert type(seed.org_b).objects.get(pk=org).name == before
    for name in ("Organisation 0f 1860", seed.org_a.name):
        call(desk.admin.key, "POST", "/memberships/propose", {"details": {"name": name}})
        assert call(desk.officer.key, "POST", f"/memberships/decide/{org}", {"accept": True})[0] == 200
        if name == seed.org_a.name:
            with pytest.raises(Invalid):
                approved(desk.second.user)
            continue
        approved(desk.second.user)
        assert type(seed.org_b).objects.get(pk=org).name == name
    assert type(seed.org_b).objects.get(pk=org).name == "Organisation 0f 1860"
    assert Membership.objects.get().details.get("name") is None, "the row holds the name and nothing else"
    renamed = AuditEntry.objects.filter(action="organisation.edited", target_id=org).latest("pk")
    assert renamed.change["name"] == [before, "Organisation 0f 1860"]
