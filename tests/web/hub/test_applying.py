"""Applying on the web without scripts, by private link, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.applications import PHASE_1, PHASE_2, applicant, make_application, staff
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers, as_sent
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.applications.access import new_link
from vardkase.hub.membership.applications.models import Application, Author, Message
from vardkase.hub.membership.applications.services import conversation
from vardkase.hub.membership.invitations import services as invitations
from vardkase.hub.membership.questionnaire.steps import STEPS

MAIL = "anna@skogsby.example"


def browser_of(application: Application) -> Client:
    """A browser that has opened the application's private link."""
    client = Client(headers={"accept-language": "sv"})
    opened = client.post(reverse("apply_link"), {"secret": new_link(application)})
    assert opened["Location"] == reverse("apply_resume") + "#main"
    return client


def send(
    client: Client, application: Application, view: str, args: list[Any] | None = None, **data: Any
) -> HttpResponse:
    """Posts a form of the application pages."""
    address = reverse(view, args=args)
    return client.post(address, {"application": application.number, **data})  # type: ignore[return-value]


def test_municipality_applies_from_first_page_to_receipt(seed: Seed) -> None:
    with time_machine.travel(PHASE_2, tick=True):
        client = Client(headers={"accept-language": "sv"})
        assert "Ansök om medlemskap" in client.get(reverse("apply")).content.decode()
        assert client.post(reverse("apply"), {"email": "nobody"}).status_code == 422
        assert client.post(reverse("apply"), {"email": MAIL})["Location"] == reverse(
            "apply_step", args=["organisation"]
        )
        application = Application.objects.get()
        for step in STEPS:
            shown = client.get(reverse("apply_step", args=[step.name])).content.decode()
            assert str(step.title) in shown
            response = send(
                client,
                application,
                "apply_step",
                [step.name],
                seen="",
                **as_sent(step.name, answers()[step.name]),
            )
            assert response.status_code == 302, response.content.decode()
        review = client.get(reverse("apply_review")).content.decode()
        assert "Kommundirektör" in review
        assert "Webb nu, API senare" in review
        assert send(client, application, "apply_review").status_code == 302
        status = client.get(reverse("apply_status")).content.decode()
        for document in application.documents.all():
            file = client.get(reverse("apply_document", args=[document.pk]))
            assert (file["Content-Type"], b"".join(file)[:5]) == ("application/pdf", b"%PDF-")  # type: ignore[arg-type]
    assert "Inkommen" in status
    assert "Ni skickade in ansökan" in status


def test_incomplete_step_is_saved_with_errors(db: None) -> None:
    application = make_application()
    client = browser_of(application)
    response = send(client, application, "apply_step", ["needs"], seen="", **{"technology.now": "manual"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_resources.now"' in page
    assert "Ange hur mycket tid ni har i dag" in page
    assert "Sparat" in page
    application.refresh_from_db()
    assert application.answers["needs"]["technology"] == {"now": "manual", "target": ""}
    assert "svar saknas" in client.get(reverse("apply_review")).content.decode()
    assert send(client, application, "apply_review").status_code == 422
    application.refresh_from_db()
    assert application.state == "draft"


def test_application_in_english(db: None) -> None:
    client = browser_of(make_application())
    client.post(reverse("set_language"), {"language": "en", "next": "/apply/"})
    assert "Capabilities and needs" in client.get(reverse("apply_step", args=["needs"])).content.decode()


def test_concurrent_tabs_do_not_overwrite(db: None) -> None:
    application = make_application()
    client = browser_of(application)
    first = as_sent("organisation", answers()["organisation"])
    assert send(client, application, "apply_step", ["organisation"], seen="", **first).status_code == 302
    second = send(client, application, "apply_step", ["organisation"], seen="", **(first | {"name": "Annan"}))
    assert second.status_code == 409
    page = second.content.decode()
    assert "Annan" in page
    application.refresh_from_db()
    assert application.organisation_name == "Skogsby kommun"
    assert application.saved["organisation"] in page


def test_two_applications_in_one_browser_stay_separate(db: None) -> None:
    one, other = make_application(), make_application()
    client = browser_of(one)
    client.post(reverse("apply_link"), {"secret": new_link(other)})
    response = send(client, one, "apply_step", ["organisation"], seen="", name="Fel")
    assert response.status_code == 409
    assert "En annan ansökan" in response.content.decode()
    assert not Application.objects.exclude(organisation_name="Skogsby kommun").exists()


PAGES = ["apply_review", "apply_status", "apply_withdraw", "apply_resume", "apply_no_link"]


def test_invalid_link_shows_nothing(db: None) -> None:
    application = make_application("under_review")
    expired = application.links.create(digest=b"0" * 32, expires=PHASE_1)
    for token in ("", "guessed", "x" * 43):
        client = Client()
        client.cookies["vardkase_application"] = token
        for page in PAGES:
            response = client.get(reverse(page))
            assert response.status_code == 404
            assert application.number not in response.content.decode()
        assert client.get(reverse("apply_step", args=["organisation"])).status_code == 404
        assert client.post(reverse("apply_write"), {"application": application.number}).status_code == 404
    assert expired.application == application


def test_link_token_is_in_no_url_or_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    application = make_application()
    token = new_link(application)
    client = Client()
    landing = client.get(reverse("apply_link"))
    assert (landing["Referrer-Policy"], landing["Cache-Control"]) == ("strict-origin", "no-store")
    response = client.post(reverse("apply_link"), {"secret": token})
    assert token not in response["Location"]
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
    cookie = response.cookies["vardkase_application"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/apply/")
    page = client.get(response["Location"])
    assert page["Cache-Control"] == "no-store"
    application.links.all().delete()
    gone = client.post(reverse("apply_link"), {"secret": token}, follow=True)
    assert gone.status_code == 404
    assert token not in caplog.text


def test_files_and_letters_of_other_applications_are_not_served(db: None) -> None:
    other = make_application("under_review")
    message = conversation.write_message(applicant(other), other, "Hej", [("a.txt", b"hemligt")])
    file = message.attachments.get()
    document = other.documents.create(kind="form", digest=file.digest, size=7)
    own = browser_of(other).get(reverse("apply_file", args=[file.pk]))
    assert own["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert own["Content-Type"] == "application/octet-stream"
    about = {"thing_kind": "application", "thing_id": other.pk, "content": b"%PDF-", "title": "Beslut"}
    letter = Letter.objects.create(number="1", kind="decision", sha256="0" * 64, **about)
    assert "Beslut" in browser_of(other).get(reverse("apply_status")).content.decode()
    got = browser_of(other).get(reverse("apply_letter", args=[letter.number]))
    assert b"".join(got) == b"%PDF-"  # type: ignore[arg-type]
    stranger = browser_of(make_application("under_review"))
    assert stranger.get(reverse("apply_letter", args=[letter.number])).status_code == 404
    assert stranger.get(reverse("apply_file", args=[file.pk])).status_code == 404
    assert stranger.get(reverse("apply_document", args=[document.pk])).status_code == 404
    note = Message.objects.create(application=other, kind=Author.NOTE, text="Mellan oss")
    file.message = note
    file.save()
    assert browser_of(other).get(reverse("apply_file", args=[file.pk])).status_code == 404
    assert "Mellan oss" not in browser_of(other).get(reverse("apply_status")).content.decode()


def test_completion_request_is_answered(db: None) -> None:
    application = make_application("completion_requested", answers=answers(), reopened=["contacts"])
    Message.objects.create(
        application=application, kind=Author.OFFICER, text="Vem är <b>ombud</b>?", steps=["contacts"]
    )
    client = browser_of(application)
    page = client.get(reverse("apply_status")).content.decode()
    assert "Vem är &lt;b&gt;ombud&lt;/b&gt;?" in page
    assert reverse("apply_step", args=["contacts"]) in page
    assert client.get(reverse("apply_step", args=["organisation"])).status_code == 302
    wrong = as_sent("contacts", answers()["contacts"]) | {"dpo.email": ""}
    assert send(client, application, "apply_step", ["contacts"], seen="", **wrong).status_code == 422
    refused = send(client, application, "apply_complete", text="Klart")
    assert refused.status_code == 422
    assert "Kontakter" in refused.content.decode()
    application.refresh_from_db()
    right = as_sent("contacts", answers()["contacts"])
    send(client, application, "apply_step", ["contacts"], seen=application.saved["contacts"], **right)
    pdf = SimpleUploadedFile("intyg.pdf", b"%PDF-1.7")
    send(client, application, "apply_complete", text="Klart", files=[pdf])
    application.refresh_from_db()
    assert application.state == "under_review"
    assert application.messages.last().text == "Klart"  # type: ignore[union-attr]
    assert application.attachments.get().name == "intyg.pdf"


def test_evidence_is_attached_and_removed(db: None) -> None:
    application = make_application()
    client = browser_of(application)
    given = as_sent("security", answers()["security"])
    lie = SimpleUploadedFile("policy.pdf", b"<script>")
    refused = send(client, application, "apply_step", ["security"], seen="", **given, **{"risk.files": [lie]})
    assert refused.status_code == 422
    assert "inte vad namnet säger" in refused.content.decode()
    application.refresh_from_db()
    good = SimpleUploadedFile("policy.pdf", b"%PDF-1.7")
    seen = application.saved["security"]
    send(client, application, "apply_step", ["security"], seen=seen, **given, **{"risk.files": [good]})
    file = application.attachments.get()
    assert (file.measure, file.kind) == ("risk", "application/pdf")
    application.refresh_from_db()
    seen = application.saved["security"]
    send(client, application, "apply_file_remove", [file.pk], seen=seen, **given)
    assert not application.attachments.exists()


@pytest.mark.parametrize("state", ["approved", "rejected", "withdrawn"])
def test_closed_application_is_read_only_except_messages(db: None, state: str) -> None:
    application = make_application(state, answers=answers())
    client = browser_of(application)
    assert client.get(reverse("apply_status")).status_code == 200
    assert send(client, application, "apply_step", ["organisation"], seen="", name="Nytt").status_code == 302
    for view in ("apply_review", "apply_write", "apply_withdraw"):
        assert send(client, application, view, text="Hej").status_code == 302
    assert send(client, application, "apply_complete", text="Hej").status_code == 302
    application.refresh_from_db()
    assert (application.state, application.organisation_name) == (state, "Skogsby kommun")
    found = list(application.messages.values_list("text", flat=True))
    assert found == ([] if state == "withdrawn" else ["Hej"])


def test_withdrawal_is_confirmed(db: None) -> None:
    application = make_application("waiting", waits_for=3)
    client = browser_of(application)
    assert "Fas 3, Privat sektor" in client.get(reverse("apply_status")).content.decode()
    client.get(reverse("apply_withdraw"))
    application.refresh_from_db()
    assert application.state == "waiting"
    send(client, application, "apply_withdraw", note="Fel")
    application.refresh_from_db()
    assert application.state == "withdrawn"


def test_invitation_can_be_opened_often_and_used_once(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations.secrets, "token_urlsafe", lambda _length: "inviting")
    with time_machine.travel(PHASE_1, tick=True):
        invitations.invite(staff(seed), MAIL)
        monkeypatch.undo()
        client = Client(headers={"accept-language": "sv"})
        for _ in range(2):
            opened = client.post(reverse("apply_invited"), {"secret": "inviting"})
            assert opened["Location"] == reverse("apply") + "#main"
        assert "Ni är inbjudna" in client.get(reverse("apply")).content.decode()
        client.post(reverse("apply"), {"email": MAIL})
        assert Application.objects.get().is_invited
        late = Client().post(reverse("apply_invited"), {"secret": "inviting"})
        assert late["Location"] == f"{reverse('apply_no_link')}?invited=1"


def test_recommended_connection_follows_answers(db: None) -> None:
    application = make_application()
    client = browser_of(application)
    chosen = {"technology.now": "automatic", "processes.now": "watch", "resources.now": "full"}
    part = send(client, application, "apply_advise", **chosen).content.decode()
    assert '<p class="big-text">API</p>' in part
    assert "Börläget är inte angivet än." in part
    application.refresh_from_db()
    assert application.answers == {}


def test_large_form_is_accepted_only_from_applicants(db: None) -> None:
    big = {"email": "a" * (1024 * 1024 + 1)}
    assert Client().post(reverse("apply"), big).status_code == 413
    application = make_application()
    refused = send(
        browser_of(application), application, "apply_step", ["organisation"], name="x" * 1_100_000, seen=""
    )
    assert refused.status_code == 422
    assert "Skriv högst 200 tecken" in refused.content.decode()


def test_starting_applications_is_rate_limited(db: None) -> None:
    client = Client(headers={"accept-language": "sv"})
    answers_given = [client.post(reverse("apply"), {"email": MAIL}).status_code for _ in range(6)]
    assert answers_given == [302] * 5 + [429]


def test_first_page_shows_open_phase(db: None) -> None:
    page = Client(headers={"accept-language": "sv"}).get(reverse("apply")).content.decode()
    assert "Väntar på lagstöd" in page


def test_applicant_sees_guide_by_private_link(seed: Seed) -> None:
    """The six steps follow the application; the organisation's own progress shows only after approval."""
    given = answers()
    application = make_application(
        answers=given, saved={"needs": "2026-03-02T12:00:00+00:00"}, organisation=seed.org_b
    )
    client, page = browser_of(application), reverse("apply_guide")
    assert Client().get(page).status_code == 404

    def progress() -> dict[str, list[bool]]:
        steps = client.get(page).context["steps"]
        return {each["text"]["name"]: [one.done for one, _url in each["progress"]] for each in steps}

    assert progress() == {
        "read": [], "needs": [True], "terms": [False], "apply": [False, False], "connect": [], "routines": [],
    }  # fmt: skip
    assert reverse("apply_step", args=["terms"]) in client.get(page).content.decode()
    Application.objects.update(state="approved", submitted="2026-03-02T12:00:00+00:00")
    after = progress()
    assert (after["apply"], after["connect"], after["routines"]) == ([True, True], [False, False], [False])
    assert page in client.get(reverse("apply_status")).content.decode()
