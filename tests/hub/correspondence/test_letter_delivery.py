"""Letters that cannot be mailed are tasks for the officers until their delivery is noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.membership.applications import johanna, per, proposed
from tests.support.mail_server import mail_server, use
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.hooks import MailSettled
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.core.mail.notify import settle
from vardkase.core.mail.smtp import send as deliver
from vardkase.hub.case_files import access
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.case_files.services import open_case_file
from vardkase.hub.correspondence.letters.delivery import note_delivery, undelivered
from vardkase.hub.correspondence.letters.resending import resend
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.assessments.services.decisions import decide
from vardkase.hub.open_tasks.registry import open_tasks

ENGLISH = {"accept-language": "en"}


def decided(seed: Seed) -> Letter:
    application, proposal = proposed(per(seed), "reject")
    decide(johanna(seed), application, proposal.pk, "agree")
    return Letter.objects.get()


def test_letter_without_mail_server_is_task_until_delivery_is_noted(
    seed: Seed, password_is_enough: None
) -> None:
    letter, who = decided(seed), officer(seed)
    (task,) = [each for each in open_tasks(who.actor) if each.view == "undelivered_letters"]
    assert task.count == 1
    web = signed_in(who)
    assert (
        "/mail/undelivered/" in web.get("/members/overview/", headers=ENGLISH, follow=True).content.decode()
    )
    page = web.get("/mail/undelivered/", headers=ENGLISH).content.decode()
    assert letter.number in page
    assert "The hub has no mail server." in page
    assert f"/applications/{letter.number.partition(':')[0]}/" in page
    address = f"/mail/undelivered/{letter.pk}/"
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert web.post(address, {"how": "post", "on": tomorrow}).status_code == 422
    assert (
        web.post(address, {"how": "post", "on": today().isoformat(), "note": "Kvitto 17"}).status_code == 302
    )
    assert not undelivered(who.actor).exists()
    assert AuditEntry.objects.filter(action="letter.delivered", target_id=letter.pk).exists()
    with pytest.raises(Conflict):
        note_delivery(who.actor, letter.pk, "post", today())


def test_letter_is_undelivered_only_after_mail_fails(seed: Seed, settings: object) -> None:
    who = officer(seed)
    with mail_server() as server:
        use(settings, server.port)
        letter = decided(seed)
        assert not undelivered(who.actor).exists()
        Letter.objects.filter(pk=letter.pk)
        assert OutgoingMail.objects.count() >= 1
        for mail in OutgoingMail.objects.all():
            deliver(mail)
    assert not undelivered(who.actor).exists()


@pytest.mark.usefixtures("password_is_enough")
def test_undelivered_letter_is_resent_once_mail_works(seed: Seed, settings: object) -> None:
    letter, who = decided(seed), officer(seed)
    web = signed_in(who)
    address = f"/mail/undelivered/{letter.pk}/resend/"
    assert "Send again" not in web.get("/mail/undelivered/", headers=ENGLISH).content.decode()
    with pytest.raises(Conflict, match=r"mail server|e-postserver"):
        resend(who.actor, letter.pk)
    before = SentMail.objects.filter(thing_kind="application").values_list("recipient", flat=True)
    recipients = set(before.filter(attachments__contains=[attachment_name(letter)]))
    with mail_server() as server:
        use(settings, server.port)
        assert "Send again" in web.get("/mail/undelivered/", headers=ENGLISH).content.decode()
        with pytest.raises(Forbidden):
            resend(seed.org_admin.actor, letter.pk)
        assert web.post(address).status_code == 302
        sent = SentMail.objects.filter(kind="letter_resent")
        assert set(sent.values_list("recipient", flat=True)) == recipients
        assert call(who.key, "POST", f"/membershipLetters/resend/{letter.pk}")[0] == 409
        for mail in OutgoingMail.objects.all():
            deliver(mail)
            settle(MailSettled(mail.about or {}, ""))
    assert not undelivered(who.actor).exists()
    assert AuditEntry.objects.filter(action="letter.resent", target_id=letter.pk).count() == 1
    with pytest.raises(Conflict):
        resend(who.actor, letter.pk)


def attachment_name(letter: Letter) -> str:
    return f"{letter.number.replace(':', '-')}.pdf"


def test_undelivered_letters_over_api_by_duty(seed: Seed) -> None:
    letter, who = decided(seed), officer(seed)
    assert call(seed.org_admin.key, "GET", "/membershipLetters/undelivered")[0] == 403
    body = call(who.key, "GET", "/membershipLetters/undelivered")[1]
    assert [each["Letter"]["number"] for each in body] == [letter.number]
    path = f"/membershipLetters/delivered/{letter.pk}"
    open_case_file(who.actor, CaseKind.MEMBERSHIP, "Ansökan", letter.thing_kind, letter.thing_id)
    # Who may not handle the case neither sees the letter, nor records its delivery, nor sends it again.
    with pytest.MonkeyPatch.context() as patch:
        partial = access.CaseAccess(conflict=lambda _actor, _case: CaseFileProblem.NO_SUCH_CASE_FILE())
        for rule, status in ((partial, 403), (access.CaseAccess(readable=lambda _actor: access.NONE), 404)):
            patch.setitem(access._access, CaseKind.MEMBERSHIP, rule)
            assert call(who.key, "GET", "/membershipLetters/undelivered")[1] == []
            given = {"how": "handed", "on": today().isoformat()}
            assert call(who.key, "POST", path, given)[0] == status
            assert call(who.key, "POST", f"/membershipLetters/resend/{letter.pk}")[0] == status
    assert call(who.key, "POST", path, {"how": "pigeon", "on": today().isoformat()})[0] == 403
    assert call(who.key, "POST", path, {"how": "handed", "on": today().isoformat()})[0] == 200
    assert call(who.key, "GET", "/membershipLetters/undelivered")[1] == []
    with pytest.raises(Forbidden):
        note_delivery(seed.org_admin.actor, letter.pk, "post", today())
    with pytest.raises(Invalid):
        note_delivery(who.actor, another_letter(letter), "post", timezone.localdate() - timedelta(days=400))


def another_letter(letter: Letter) -> int:
    again = Letter.objects.create(
        number="2026-99999:1",
        kind=letter.kind,
        title="x",
        thing_kind="application",
        thing_id=1,
        content=b"%PDF",
    )
    return again.pk
