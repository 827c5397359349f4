"""Mail to a chosen set of members: previewed, approved by two, sent a few at a time, and stopped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.identity.two_people import approved, the_request
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.office.bulk_mail import sending
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.hub.office.bulk_mail.queries import bulk_recipients, chosen_in_words
from vardkase.hub.office.bulk_mail.services import propose_bulk_mail, stop_bulk_mail

ENGLISH = {"accept-language": "en"}
FORM = {
    "role": "main",
    "subject_sv": "Medlemsmöte",
    "text_sv": "Välkomna <b>hit</b>.",
    "subject_en": "Meeting",
    "text_en": "Welcome.",
    "reason": "Beslutat möte.",
}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None, settings: Any) -> Desk:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    desk = make_desk(seed)
    member(desk, seed.org_b)
    member(desk, seed.org_c, sector="region")
    return desk


def test_mail_is_previewed_approved_by_two_and_sent_little_by_little(
    seed: Seed, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = signed_in(desk.officer)
    for number in range(3):
        Contact.objects.create(
            organisation=seed.org_b, role="main", name="Mer", email=f"mer{number}@b.example"
        )
    # Whom it would go to is shown, also before anything is written.
    shown = web.post(
        "/office/mail/new/", {"act": "preview", "role": "main", "sector": "region"}, headers=ENGLISH
    )
    assert shown.status_code == 200
    assert '_error"' not in shown.content.decode()
    assert '<option value="region" selected>' in shown.content.decode()
    assert "anna@b.example" in shown.content.decode()  # The main contact of organisation C has her address.
    assert "mer1@b.example" not in shown.content.decode()
    assert "2 members" in web.get("/office/mail/new/", headers=ENGLISH).content.decode()
    empty = web.post("/office/mail/new/", {"act": "preview", "role": "data_protection"}, headers=ENGLISH)
    assert "Have no such contact" in empty.content.decode()

    # By legal form, and by how the security statement stands.
    Membership.objects.filter(organisation=seed.org_b).update(statement_until=today())
    Membership.objects.filter(organisation=seed.org_c).update(statement_until=None)
    officer = at_the_screen(desk.officer)
    for chosen, expected in (
        ({"statement": "soon"}, {seed.org_b.pk}),
        ({"statement": "ended"}, {seed.org_c.pk}),
        ({"statement": "ended", "sector": "municipality"}, set()),
        ({"statement": "anything"}, set()),
        ({"county": "14"}, {seed.org_b.pk, seed.org_c.pk}),
    ):
        found = bulk_recipients(officer, chosen | {"role": "main"})
        assert found.members == len(expected), chosen
    assert chosen_in_words({"sector": "region", "county": "14"}).endswith("Västra Götalands län")

    assert web.post("/office/mail/new/", FORM | {"text_en": ""}).status_code == 422
    assert web.post("/office/mail/new/", FORM | {"role": "data_protection"}).status_code == 422
    assert web.post("/office/mail/new/", FORM).status_code == 302
    assert not BulkMail.objects.exists()
    # Other recipients than the proposer saw: proposed again.
    Contact.objects.filter(email="mer2@b.example").update(email="annan@b.example")
    with pytest.raises(Conflict):
        approved(desk.second.user)
    assert web.post("/office/mail/new/", FORM).status_code == 302
    OutgoingMail.objects.all().delete()
    mail = approved(desk.second.user, the_request())
    assert (mail.total, mail.done) == (4, 0)

    monkeypatch.setattr(sending, "AT_ONCE", 3)
    assert sending.send_some(mail.pk)
    mail.refresh_from_db()
    assert (mail.done, mail.is_running) == (3, True)
    page = web.get(f"/office/mail/{mail.pk}/", headers=ENGLISH).content.decode()
    assert "Stop sending" in page
    assert "Välkomna &lt;b&gt;hit&lt;/b&gt;." in page
    assert web.post(f"/office/mail/{mail.pk}/stop/").status_code == 302
    assert not sending.send_some(mail.pk)
    sent = SentMail.objects.filter(thing_kind="bulk_mail", thing_id=mail.pk)
    assert sent.count() == len(set(sent.values_list("recipient"))) == 3
    assert {row.subject for row in sent} == {"Medlemsmöte"}
    with pytest.raises(Conflict):
        stop_bulk_mail(at_the_screen(desk.officer), mail.pk)
    assert "Mail to members" in web.get("/office/mail/", headers=ENGLISH).content.decode()


def test_only_officers_write_to_members(seed: Seed, desk: Desk) -> None:
    for outsider in (desk.admin, desk.operator):
        assert signed_in(outsider).get("/office/mail/").status_code == 403
        with pytest.raises(Forbidden):
            propose_bulk_mail(at_the_screen(outsider), {}, FORM, "x")
        with pytest.raises(Forbidden):
            bulk_recipients(at_the_screen(outsider), {})
    with pytest.raises(Invalid) as refused:
        propose_bulk_mail(
            at_the_screen(desk.officer), {}, FORM | {"subject_sv": "x" * 151, "text_en": "\0"}, "x"
        )
    assert set(refused.value.errors) == {"subject_sv", "text_en"}
