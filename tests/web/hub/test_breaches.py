"""The register of personal data breaches, the record of processing, and who is controller for an event."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.data_protection.breaches import upkeep
from vardkase.hub.data_protection.breaches.models import Breach
from vardkase.hub.membership.contacts.models import Contact
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")
FORM = "%Y-%m-%dT%H:%M"


@pytest.fixture(autouse=True)
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(settings, "BASE_URL", "https://hub.example")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


def ago(**time: int) -> str:
    return (timezone.localtime() - timedelta(**time)).strftime(FORM)


def breach(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Fel mottagare", "aware_at": ago(hours=1), "kinds": ["confidentiality"], "role": "controller",
        "description": "Ett mejl gick till fel adress.", "risk": "unknown", **fields,
    }  # fmt: skip


def printed(response: Any) -> str:
    pages = PdfReader(io.BytesIO(b"".join(response))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_breach_is_logged_reminded_of_reported_late_and_closed(seed: Seed, jurist: User) -> None:
    client = signed_in(jurist)
    for wrong in ({"title": ""}, {"kinds": []}, {"aware_at": ago(hours=-2)}, {"risk": "unlikely"}):
        assert client.post("/breaches/new/", breach(**wrong)).status_code == 422, wrong
    aware = timezone.now() - timedelta(hours=70)
    given = breach(aware_at=timezone.localtime(aware).strftime(FORM))
    assert client.post("/breaches/new/?support_request=7", given).status_code == 302
    logged = Breach.objects.get()
    page = f"/breaches/{logged.pk}/"
    assert logged.deadline - logged.aware_at == timedelta(hours=72)
    assert "/service/7/" in client.get(page).content.decode()
    assert (upkeep.remind(), upkeep.remind()) == (1, 0), "once for each step of the clock"
    assert OutgoingMail.objects.get().recipient == jurist.email
    assert client.post(f"{page}close/").status_code == 302
    report = {"at": ago(minutes=1), "reference": "IMY-2026-1"}
    assert client.post(f"{page}report/", report).status_code == 422, "the risk is not assessed"
    high = given | {"risk": "high", "persons": "3", "records": "412", "aware_at": ago(hours=80)}
    assert client.post(f"{page}change/", high).status_code == 302
    assert client.post(f"{page}report/", report).status_code == 422, "late without reasons"
    assert (
        client.post(f"{page}report/", report | {"at": ago(hours=90), "late_because": "x"}).status_code == 422
    )
    late = report | {"late_because": "Upptäcktes en lördag."}
    assert client.post(f"{page}report/", late).status_code == 302
    client.post(f"{page}close/")
    assert Breach.objects.get().state == "open", "the persons have not been informed"
    assert client.post(f"{page}told/persons/", {"at": "", "how": "Ingen adress är känd."}).status_code == 302
    client.post(f"{page}close/")
    assert Breach.objects.get().state == "closed"
    text = printed(client.get(f"{page}pdf/"))
    assert "personuppgiftsposter 412" in text
    assert "Kontaktpunkt" in text
    assert all(part in text for part in ("IMY-2026-1", "Upptäcktes en lördag.", "Ingen adress är känd."))
    assert client.post(f"{page}change/", high).status_code == 422, "a closed one is reopened first"
    assert client.post(f"{page}reopen/").status_code == 302
    assert Breach.objects.get().state == "open"


def test_processor_tells_controller_and_an_outdated_form_replaces_nothing(seed: Seed, jurist: User) -> None:
    client = signed_in(jurist)
    client.post("/breaches/new/", breach(role="processor"))
    page = f"/breaches/{Breach.objects.get().pk}/"
    assert upkeep.remind() == 0, "the clock is the controller's"
    client.post(f"{page}close/")
    assert Breach.objects.get().state == "open"
    assert client.post(f"{page}told/controller/", {"at": "", "how": "Per telefon"}).status_code == 422
    client.post(f"{page}told/controller/", {"at": ago(minutes=5), "how": "Per telefon"})
    client.post(f"{page}close/")
    assert Breach.objects.get().state == "closed"
    client.post(f"{page}reopen/")
    shown = client.get(f"{page}change/").content.decode()
    mark = shown.split('name="mark" value="')[1].split('"')[0]
    client.post(f"{page}change/", breach(role="processor", measures="Först"))
    assert client.post(f"{page}change/", breach(role="processor", mark=mark)).status_code == 409
    assert Breach.objects.get().measures == "Först"


def test_record_of_processing_is_changed_by_two_and_printed_in_both_languages(
    seed: Seed, jurist: User
) -> None:
    second = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")
    client = signed_in(jurist)
    assert "Ansökningar och medlemskap" in client.get("/processing-record/").content.decode()
    names = ("name", "purposes", "persons", "recipients", "erased", "security")
    activity = {f"{name}_{language}": f"{name} på {language}" for name in names for language in ("sv", "en")}
    given = activity | {"key": "courses", "reason": "Ny behandling."}
    assert client.post("/law/processing/new/", given | {"purposes_sv": ""}).status_code == 422
    assert client.post("/law/processing/new/", given).status_code == 302
    assert "name på sv" not in client.get("/processing-record/").content.decode(), "not approved yet"
    approved(second)
    assert "name på sv" in client.get("/processing-record/").content.decode()
    assert "Version 1" in printed(client.get("/processing-record/sv.pdf")).replace("Version: ", "Version ")
    assert "purposes på en" in printed(client.get("/processing-record/en.pdf"))
    assert client.get("/processing-record/de.pdf").status_code == 404
    assert signed_in(second).get("/law/processing/new/").status_code == 403
    assert signed_in(seed.org_admin.user).get("/processing-record/").status_code == 403


def test_event_page_names_its_controller_as_of_publication(seed: Seed) -> None:
    Contact.objects.create(
        organisation=seed.org_a, role="data_protection", name="Ombud", email="dso@a.example"
    )
    key = seed.publisher.key
    _, body = call(key, "POST", "/events/add", {"info": "Beacon", "distribution": 1})
    number = body["Event"]["id"]
    call(key, "POST", f"/events/publish/{number}", {})
    Contact.objects.all().delete()
    page = signed_in(seed.stranger.user).get(f"/event/{number}/").content.decode()
    assert "dso@a.example" in page
    assert signed_in(seed.stranger.user).get(f"/event/{int(number) + 1}/").status_code == 404
