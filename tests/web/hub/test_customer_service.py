"""Customer service: who asks, who answers, what the operator does not see, and announcements."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_role, make_user
from tests.factories.seed import ApiUser, Seed
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in, follow
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.customer_service import links, publishing_announcements, queries, services
from vardkase.hub.customer_service.incoming_mail import register_mail
from vardkase.hub.customer_service.models import RequestState, SupportMessage, SupportRequest
from vardkase.hub.lifecycle import NotImpartial
from vardkase.identity.access.actor import Actor, actor_for, console_actor, visitor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.standing import NEVER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

TOLD = {"kind": "connection", "subject": "Nyckeln nekas", "text": "Vi får 403 från i dag."}
SECRET = "hemliga händelsen 4711"


@pytest.fixture(autouse=True)
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configured, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(configured, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(configured, "BASE_URL", "https://hub.example")


@pytest.fixture
def operator(seed: Seed) -> User:
    return make_user(
        seed.hub, make_role("Blind", [Permission.ADD]), "operator@hub.example", staff_roles=["operator"]
    )


@pytest.fixture
def officer(seed: Seed) -> User:
    role = make_role("Officer", [Permission.ADD])
    return make_user(seed.hub, role, "officer@hub.example", staff_roles=["membership_officer"])


def at_a_browser(user: User) -> Actor:
    return actor_for(user, Credential.BROWSER, address="192.0.2.7")


def asked(api_user: ApiUser, **fields: Any) -> SupportRequest:
    return services.ask(at_a_browser(api_user.user), {**TOLD, **fields})


def mailed_to() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


def test_connection_request_includes_diagnosis(seed: Seed, operator: User) -> None:
    refused = Target("user", seed.analyst.user.pk, title=seed.analyst.user.email)
    record(visitor("198.51.100.9"), "user.sign_in_refused", refused)
    answer = signed_in(seed.analyst.user).post(reverse("support_new"), TOLD)
    request = SupportRequest.objects.get()
    assert answer.headers["Location"] == reverse("support_request", args=[request.pk])
    assert request.diagnosis["who"] == seed.analyst.user.email
    assert request.diagnosis["address"] == "127.0.0.1"
    assert seed.analyst.key[:4] in str(request.diagnosis["keys"])
    assert seed.analyst.key not in str(request.diagnosis), "a key is only identified"
    assert request.diagnosis["refused"][0]["address"] == "198.51.100.9"
    assert mailed_to() == [seed.analyst.user.email, operator.email]
    seen = signed_in(operator).get(reverse("service_request", args=[request.pk])).content.decode()
    assert "198.51.100.9" in seen
    assert "Vi får 403 från i dag." in seen
    assert asked(seed.analyst, kind="access").diagnosis == {}, "other requests have none"


def test_operator_does_not_see_requests_about_content_or_law(
    seed: Seed, operator: User, officer: User
) -> None:
    client = signed_in(operator)
    for kind in ("content", "legal", "access"):
        request = asked(seed.analyst, kind=kind, subject=SECRET, text=SECRET)
        assert client.get(reverse("service_request", args=[request.pk])).status_code == 404
        for name in ("service_answer", "service_step", "service_assign", "service_route"):
            sent = {"text": "x", "step": "take", "kind": "fault", "subject": "x"}
            assert client.post(reverse(name, args=[request.pk]), sent).status_code == 404
        assert signed_in(officer).get(reverse("service_request", args=[request.pk])).status_code == 200
    for address in (
        reverse("service") + "?state=",
        reverse("service") + "?q=hemliga",
        reverse("service_organisations"),
    ):
        assert SECRET not in client.get(address).content.decode()
    assert not AuditEntry.objects.filter(title__contains=SECRET).exists(), "others read the audit log"
    assert not OutgoingMail.objects.filter(recipient=operator.email).exists()
    assert not OutgoingMail.objects.filter(text__contains=SECRET).exists(), "no mail contains the request"


def test_messages_before_rerouting_stay_hidden_from_operator(
    seed: Seed, operator: User, officer: User
) -> None:
    request = asked(seed.analyst, kind="content", subject=SECRET, text=SECRET)
    with pytest.raises(Invalid):
        services.route(at_a_browser(officer), request.pk, "fault")
    services.route(at_a_browser(officer), request.pk, "fault", "Sidan svarar inte")
    services.answer(at_a_browser(officer), request.pk, "Hjälp till här.", internal=True)
    html = signed_in(operator).get(reverse("service_request", args=[request.pk])).content.decode()
    assert "Hjälp till här." in html
    assert "Sidan svarar inte" in html
    assert SECRET not in html
    assert [each.text for each in queries.conversation(request)] == [SECRET], "the requester sees no notes"


def test_request_is_asked_back_answered_and_solved(seed: Seed, operator: User) -> None:
    request = asked(seed.analyst)
    desk, member = signed_in(operator), signed_in(seed.analyst.user)
    desk.post(reverse("service_ask_back", args=[request.pk]), {"text": "Från vilken adress?"})
    request.refresh_from_db()
    assert (request.state, request.owner) == (RequestState.WAITING, operator)
    member.post(reverse("support_request", args=[request.pk]), {"text": "192.0.2.7"})
    request.refresh_from_db()
    assert request.state == RequestState.IN_HAND
    desk.post(reverse("service_solve", args=[request.pk]), {"text": "Nu är den tillagd."})
    html = member.get(reverse("support_request", args=[request.pk])).content.decode()
    assert "Nu är den tillagd." in html
    assert operator.email not in html, "the service answers, not a person"
    member.post(reverse("support_request", args=[request.pk]), {"text": "Den nekas igen."})
    request.refresh_from_db()
    assert request.state == RequestState.IN_HAND
    acts = AuditEntry.objects.filter(action__startswith="support_request.").order_by("pk")
    assert [entry.action.partition(".")[2] for entry in acts] == [
        "opened", "asked", "answered", "solved", "reopened",
    ]  # fmt: skip


def test_others_cannot_see_request(seed: Seed, client: Client) -> None:
    request = asked(seed.analyst)
    address = reverse("support_request", args=[request.pk])
    assert signed_in(seed.org_admin.user).get(address).status_code == 200, "administers the requester"
    for api_user in (seed.colleague, seed.stranger, seed.site_admin):
        browser = signed_in(api_user.user)
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"text": "x"}).status_code == 404
        assert browser.get(reverse("service_request", args=[request.pk])).status_code == 403
        assert browser.get(reverse("service")).status_code == 403
    assert client.get(address).status_code == 302
    assert SupportMessage.objects.count() == 1


def test_read_only_organisation_can_ask(seed: Seed) -> None:
    seed.org_a.write_period = NEVER
    seed.org_a.save()
    assert signed_in(seed.analyst.user).post(reverse("support_new"), TOLD).status_code == 302


def test_suspended_organisation_can_ask(seed: Seed) -> None:
    seed.org_a.read_period = seed.org_a.write_period = NEVER
    seed.org_a.save()
    client = signed_in(seed.org_admin.user)
    assert client.get("/").status_code == 403
    assert client.get(reverse("support")).status_code == 200
    made = client.post(reverse("support_new"), TOLD)
    assert made.status_code == 302
    assert TOLD["subject"] in client.get(made["Location"]).content.decode()


def test_visitor_asks_and_follows_by_private_link(seed: Seed, officer: User, client: Client) -> None:
    collected = {**TOLD, "kind": "legal", "name": "Ada, Kommunen", "email": "ada@kommun.example"}
    page = client.post(reverse("support_ask"), collected)
    request = SupportRequest.objects.get()
    link = re.search(
        r"https://hub\.example(/support/follow/\S+)",
        OutgoingMail.objects.get(recipient="ada@kommun.example").text,
    )
    assert link
    assert page.status_code == 200
    assert link[1] not in page.content.decode(), "only the mailbox gets the link"
    services.answer(at_a_browser(officer), request.pk, "Så här är det.")
    services.answer(at_a_browser(officer), request.pk, "Hon frågar ofta.", internal=True)
    followed = follow(client, link[1])
    html = followed.content.decode()
    assert "Så här är det." in html
    assert "Hon frågar ofta." not in html
    assert followed.headers["Referrer-Policy"] == "strict-origin"
    assert fill_in(client, followed, text="Tack").status_code == 302
    assert SupportMessage.objects.latest("pk").author == "ada@kommun.example"
    other = links.token_of(SupportRequest(pk=0))
    for wrong in (link[1][:-1] + "x", f"/support/follow/#{other}", f"/support/follow/#{request.uuid.hex}"):
        assert follow(Client(), wrong).status_code == 404


def test_visitors_are_rate_limited(seed: Seed, client: Client) -> None:
    collected = {**TOLD, "email": "ada@kommun.example"}
    for _ in range(services.FROM_ONE_ADDRESS):
        assert client.post(reverse("support_ask"), collected).status_code == 200
    assert client.post(reverse("support_ask"), {**collected, "email": "b@kommun.example"}).status_code == 429
    elsewhere = client.post(reverse("support_ask"), collected, REMOTE_ADDR="203.0.113.5")
    assert elsewhere.status_code == 429, "a mailbox cannot be flooded from many addresses"
    assert SupportRequest.objects.count() == services.FROM_ONE_ADDRESS
    SupportRequest.objects.update(created=timezone.now() - timedelta(hours=2))
    assert client.post(reverse("support_ask"), collected).status_code == 200


def test_invalid_request_is_not_stored(seed: Seed, client: Client) -> None:
    for wrong in (
        {"kind": "weather"},
        {"subject": ""},
        {"text": "x" * 10_001},
        {"email": "nobody"},
        {"text": "\0"},
    ):
        answer = client.post(reverse("support_ask"), {**TOLD, "email": "ada@kommun.example", **wrong})
        assert set(answer.context["form"].errors) == set(wrong)
        assert answer.status_code == 422
    assert not SupportRequest.objects.exists()


def test_mail_becomes_request_and_reply_becomes_message(seed: Seed) -> None:
    console = console_actor(seed.hub.pk, "Hub", "ada")
    made = register_mail(console, mail("Hur ansöker vi?", "Vi vill vara med.\n"), "legal")
    assert (made.kind, made.asker_email, made.asker_name) == ("legal", "ada@kommun.example", "Ada Ek")
    again = register_mail(console, mail(f"Sv: Svar i ärende #{made.pk}", "Tack!"))
    other = register_mail(console, mail(f"#{made.pk}", "Visa mig", sender="eve@evil.example"))
    assert again == made
    assert other != made, "a number alone opens no request of others"
    assert [(each.text, each.by_mail) for each in queries.conversation(made)] == [
        ("Vi vill vara med.", False), ("Tack!", True),
    ]  # fmt: skip
    html = register_mail(console, mail("Fel", "<p>Hej <b>där</b></p>", subtype="html"))
    assert queries.conversation(html)[0].text == "Hej där"
    for bad in (b"", b"From: nobody\n\nx", b"From: a@b.example\nContent-Type: image/png\n\nx"):
        with pytest.raises(Invalid):
            register_mail(console, bad)
    with pytest.raises(Forbidden):
        register_mail(at_a_browser(seed.site_admin.user), mail("x", "y"))


def mail(
    subject: str, text: str, sender: str = "Ada Ek <ada@kommun.example>", subtype: str = "plain"
) -> bytes:
    written = EmailMessage()
    written["From"], written["Subject"] = sender, subject
    written.set_content(text, subtype=subtype)
    return bytes(written)


def test_list_is_filtered_assigned_and_shows_overdue(seed: Seed, operator: User, officer: User) -> None:
    late, due = asked(seed.analyst), asked(seed.partner, kind="fault", subject="Sidan är långsam")
    SupportRequest.objects.filter(pk=late.pk).update(deadline=timezone.now() - timedelta(days=1))
    desk = signed_in(operator)

    def shown(query: str) -> list[int]:
        return [row.pk for row in desk.get(reverse("service") + query).context["rows"]]

    assert shown("") == [late.pk, due.pk]
    assert shown("?state=late") == [late.pk]
    assert shown("?kind=fault") == [due.pk]
    assert shown("?q=långsam") == [due.pk]
    assert shown(f"?q=%23{late.pk}") == [late.pk]
    desk.post(reverse("service_assign", args=[due.pk]), {"owner": str(operator.pk)})
    assert shown("?state=mine") == [due.pk]
    with pytest.raises(Invalid):
        services.assign(at_a_browser(operator), due.pk, officer.pk)
    assert 'class="sidebar-count"' in desk.get("/service/").content.decode()
    assert queries.waiting_for(at_a_browser(operator)) == 2
    assert queries.waiting_for(at_a_browser(officer)) == 0


def test_answer_becomes_public_question(seed: Seed, officer: User) -> None:
    request = asked(seed.analyst, kind="legal", subject="Vem äger det vi delar?")
    services.answer(at_a_browser(officer), request.pk, "Den som delar det.")
    form = signed_in(officer).get(reverse("question_add") + f"?request={request.pk}").context["form"]
    assert (form["title_sv"].value(), form["text_sv"].value()) == (
        "Vem äger det vi delar?",
        "Den som delar det.",
    )
    plain = signed_in(seed.site_admin.user).get(reverse("question_add") + f"?request={request.pk}")
    assert plain.context["form"]["title_sv"].value() is None, (
        "only those who handle requests can copy from one"
    )


def test_interruption_is_announced_on_status_page_and_by_mail(
    seed: Seed, operator: User, client: Client
) -> None:
    now = timezone.localtime()
    collected = {
        "kind": "incident", "title_sv": "Inloggningen är nere", "title_en": "Sign-in is down",
        "text_sv": "Vi **felsöker**.",
        "begins": (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"), "ends": "", "mail": "on",
    }  # fmt: skip
    assert (
        "Inget avbrott är känt."
        in client.get(reverse("status"), headers={"Accept-Language": "sv"}).content.decode()
    )
    desk = signed_in(operator)
    assert desk.post(reverse("announcement_new"), collected).status_code == 302
    assert seed.org_admin.user.email in mailed_to()
    assert seed.analyst.user.email not in mailed_to()
    html = client.get(reverse("status"), headers={"Accept-Language": "sv"}).content.decode()
    assert "Inloggningen är nere" in html
    assert "<strong>felsöker</strong>" in html
    assert (
        "Sign-in is down" in client.get(reverse("status"), headers={"Accept-Language": "en"}).content.decode()
    )
    row = queries.announcements(timezone.now())["current"][0]
    desk.post(reverse("announcement_end", args=[row.pk]))
    assert [each.pk for each in queries.announcements(timezone.now() + timedelta(seconds=1))["over"]] == [
        row.pk
    ]
    wrong = {**collected, "ends": "2020-01-01T00:00", "title_en": ""}
    assert set(desk.post(reverse("announcement_new"), wrong).context["form"].errors) == {"title_en"}
    assert signed_in(seed.org_admin.user).post(reverse("announcement_new"), collected).status_code == 403
    with pytest.raises(Forbidden):
        publishing_announcements.end(at_a_browser(seed.site_admin.user), row.pk)


def test_operators_view_of_organisation_has_no_content(seed: Seed, operator: User) -> None:
    request = asked(seed.analyst)
    desk = signed_in(operator)
    rows = desk.get(reverse("service_organisations")).context["rows"]
    found = next(row for row in rows if row.pk == seed.org_a.pk)
    assert (found.accounts, found.keys, found.open_requests) == (5, 5, 1)
    seed.org_b.fixed_standing, seed.org_b.read_period, seed.org_b.write_period = "onboarding", NEVER, NEVER
    seed.org_b.save()
    listed = desk.get(reverse("service_organisations")).content.decode()
    assert "Ansluts" in listed
    assert "Utestängd" not in listed
    assert "<h1>Kundtjänstärenden</h1>" in desk.get(reverse("service")).content.decode()
    page = desk.get(reverse("service_organisation", args=[seed.org_a.pk]))
    assert seed.analyst.key[:4] in page.content.decode()
    assert f"#{request.pk}" in page.content.decode()
    assert desk.get(reverse("service_organisation", args=[0])).status_code == 404
    assert (
        signed_in(seed.org_admin.user).get(reverse("service_organisation", args=[seed.org_a.pk])).status_code
        == 403
    )


def test_member_installation_has_no_customer_service(seed: Seed, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(configured, "VARDKASE_PROFILE", "member")
    for name in ("support_ask", "status"):
        assert client.get(reverse(name)).status_code == 404
    assert signed_in(seed.analyst.user).get(reverse("support")).status_code == 404


def test_requester_cannot_handle_own_request(seed: Seed, officer: User) -> None:
    mine = services.ask(at_a_browser(officer), {**TOLD, "kind": "access"})
    visitor_of_mine = services.register_for(
        at_a_browser(officer),
        {**TOLD, "kind": "access", "name": "Olle", "email": officer.email.replace("@", "+privat@")},
    )
    for request in (mine, visitor_of_mine):
        for attempt in (
            lambda pk: services.answer(at_a_browser(officer), pk, "Klart."),
            lambda pk: services.step_on(at_a_browser(officer), pk, "take"),
            lambda pk: services.assign(at_a_browser(officer), pk, officer.pk),
            lambda pk: services.route(at_a_browser(officer), pk, "legal"),
        ):
            with pytest.raises(NotImpartial):
                attempt(request.pk)
    colleague = make_user(
        seed.hub, make_role("Officer", [Permission.ADD]), "johanna@hub.example", staff_roles=["legal_officer"]
    )
    services.answer(at_a_browser(colleague), mine.pk, "Klart.", step="solve")
    with pytest.raises(Invalid):
        services.assign(at_a_browser(colleague), mine.pk, officer.pk)
