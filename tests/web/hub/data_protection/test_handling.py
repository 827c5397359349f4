"""Requests from data subjects: who handles them, by when, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from tests.web.hub.data_protection.calls import (
    ASKED,
    EMAIL,
    asked,
    words,
)
from tests.web.private_links import follow
from vardkase.core.clock import today
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.data_protection.requests import services, upkeep
from vardkase.hub.data_protection.requests.models import (
    DataSubjectRequest,
)
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_only_legal_officers_handle_and_bad_input_changes_nothing(seed: Seed, jurist: User) -> None:
    request = asked(Client())
    page = f"/data-requests/{request.pk}/"
    others = (
        make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "other@hub.example"),
        make_staff(seed, StaffRole.OPERATOR, "operator@hub.example"),
        seed.site_admin.user,
        seed.org_admin.user,
    )
    for other in others:
        client = signed_in(other)
        for address in ("/data-requests/", page, f"{page}copy/pdf/", "/breaches/", f"{page}terms/"):
            assert client.get(address).status_code == 403, (other.email, address)
        assert client.post(f"{page}search/").status_code == 403
        assert client.get(f"/cases/{request.number}/").status_code in (403, 404)
    for wrong in (
        {"rights": []}, {"rights": ["everything"]}, {"email": "nobody"}, {"name": ""}, {"find_phone": "12"},
        {"find_personal_number": "19811218-9875"}, {"find_ip": "300.1.1.1"}, {"find_name": "ab"},
        {"find_account": "\n".join(f"konto{number}" for number in range(30))},
    ):  # fmt: skip
        assert Client().post("/personal-data/request/", ASKED | wrong).status_code == 422, wrong
    assert DataSubjectRequest.objects.count() == 1
    handler = signed_in(jurist)
    future = ASKED | {"arrived_on": (today() + timedelta(days=1)).isoformat()}
    assert handler.post("/data-requests/new/", future).status_code == 422
    no_address = ASKED | {"arrived_on": today().isoformat(), "email": ""}
    assert handler.post("/data-requests/new/", no_address).status_code == 422
    by_post = no_address | {"address": "Storgatan 1\n111 11 Stockholm"}
    assert handler.post("/data-requests/new/", by_post).status_code == 302
    mine = asked(Client(), email=jurist.email)
    assert handler.post(f"/data-requests/{mine.pk}/search/").status_code == 403, "it is about the officer"


def test_deadline_identity_extension_and_reminders(seed: Seed, jurist: User) -> None:
    request, visitor, handler = asked(Client()), Client(), signed_in(jurist)
    page = f"/data-requests/{request.pk}/"
    assert handler.post(f"{page}identity/", {"reason": "Två har samma namn."}).status_code == 302
    link = re.findall(r"(/personal-data/follow/\S+)", OutgoingMail.objects.filter(recipient=EMAIL)[0].text)
    assert "Två har samma namn." in words(follow(visitor, link[0]))
    assert handler.post(f"{page}step/", {"step": "confirm_identity"}).status_code == 302
    before = request.deadline
    assert handler.post(f"{page}extend/", {"reason": ""}).status_code == 422
    handler.post(f"{page}extend/", {"reason": "Många versioner."})
    request.refresh_from_db()
    assert (request.state, request.deadline > before + timedelta(days=50)) == ("in_hand", True)
    assert handler.post(f"{page}extend/", {"reason": "Igen."}).status_code == 422
    DataSubjectRequest.objects.update(deadline=today() - timedelta(days=1))
    OutgoingMail.objects.all().delete()
    assert (upkeep.remind(), upkeep.remind()) == (1, 0), "once a day"
    assert OutgoingMail.objects.get().recipient == jurist.email
    assert request.number in words(handler.get("/data-requests/?state=late"))
    for _ in range(services.FROM_ONE_ADDRESS - 1):
        asked(Client())
    assert Client().post("/personal-data/request/", ASKED).status_code == 429
    elsewhere = Client().post("/personal-data/request/", ASKED, REMOTE_ADDR="203.0.113.5")
    assert elsewhere.status_code == 429, "a mailbox cannot be flooded from many addresses"
