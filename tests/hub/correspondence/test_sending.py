"""Mail to people: in their language, encrypted with their key, logged without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pysequoia import Tsk

from tests.factories.notification_mails import put
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.support.mail_server import MailServer, mail_server, use
from vardkase.audit.services import Target
from vardkase.core.errors import Forbidden
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.kinds import add_folder, kind_named
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.core.mail.notify import notify
from vardkase.core.mail.smtp import send as deliver
from vardkase.core.mail.tasks import _forget
from vardkase.hub.correspondence.queries import sent, sent_about

add_folder(Path(__file__).with_name("mails"))
WELCOME = kind_named("test_welcome")
SECRET = "https://hub.example/s/very-secret-token"
ABOUT = Target("application", 7, title="A-2026-0007 Ekelund")


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server


def write(seed: Seed, *people: Recipient, reason: str = "Skäl", **more: Any) -> int:
    facts = {"number": "A-2026-0007", "reason": reason, "status_link": SECRET}
    return notify("test_welcome", ABOUT, people, facts, by=seed.site_admin.actor.name, **more).count


def delivered(server: MailServer) -> list[EmailMessage]:
    """Delivers the queue and returns what the mail server received."""
    for waiting in OutgoingMail.objects.order_by("pk"):
        deliver(waiting)
        _forget(waiting)
    return [message for _, message in server.arrived]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_recipients_get_one_mail_in_their_language(seed: Seed, mail: MailServer) -> None:
    people = (
        Recipient("ada@a.example", "sv"),
        Recipient("bo@b.example", "en"),
        Recipient("ADA@a.example", "sv"),
    )
    assert write(seed, *people) == 2
    swedish, english = delivered(mail)
    assert mail.recipients == ["ADA@a.example", "bo@b.example"]
    assert swedish["Subject"] == "Ansökan A-2026-0007"
    assert "Vi har tagit emot A-2026-0007." in body(swedish, "plain")
    assert SECRET in body(swedish, "plain")
    assert f'<a href="{SECRET}">' in body(swedish, "html")
    assert "– one\n– two" in body(english, "plain")
    assert "<strong>A-2026-0007</strong>" in body(english, "html")


def test_user_text_is_escaped(seed: Seed, mail: MailServer) -> None:
    reason = "<script>alert(1)</script> **no** [click](https://evil.example) {status_link}\nSecond line"
    write(seed, Recipient("ada@a.example", "sv"), reason=reason)
    (message,) = delivered(mail)
    html = body(message, "html")
    assert "<script" not in html
    assert "https://evil.example)" in html
    assert 'href="https://evil' not in html
    assert "<strong>no" not in html
    assert html.count(SECRET) == 2, "the link's address and its text"
    assert "<br" in html


def test_mail_is_encrypted_with_recipients_key(seed: Seed, mail: MailServer) -> None:
    key = str(Tsk.generate(user_id="Ada <ada@a.example>").extract_certificate())
    write(seed, Recipient("ada@a.example", "sv", key))
    (message,) = delivered(mail)
    assert message.get_content_type() == "multipart/encrypted"
    assert "very-secret-token" not in message.as_string()
    assert SentMail.objects.get().is_encrypted


def test_invalid_key_fails_the_mail_with_reason(seed: Seed, mail: MailServer) -> None:
    assert write(seed, Recipient("ada@a.example", "sv", "no key"), Recipient("bo@b.example")) == 1
    failed = SentMail.objects.get(recipient="ada@a.example")
    assert failed.state == "failed"
    assert "OpenPGP" in failed.why


def test_attachment_is_unchanged(seed: Seed, mail: MailServer) -> None:
    letter = Attachment("Beslut A-2026-0007.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
    write(seed, Recipient("ada@a.example", "sv"), attachments=[letter])
    (message,) = delivered(mail)
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (letter.name, letter.content)
    assert "A-2026-0007" in body(message, "plain")
    assert SentMail.objects.get().attachments == [letter.name]


def test_mail_log_has_recipient_and_subject_but_no_secret(seed: Seed, mail: MailServer) -> None:
    write(seed, Recipient("ada@a.example", "sv"))
    entry = sent_about("application", 7).get()
    assert (entry.recipient, entry.kind, entry.thing_title) == ("ada@a.example", "test_welcome", ABOUT.title)
    assert (entry.state, entry.written_by) == ("waiting", seed.site_admin.actor.name)
    delivered(mail)
    entry.refresh_from_db()
    assert entry.state == "sent"
    kept = json.dumps(list(SentMail.objects.values()), default=str)
    assert "very-secret-token" not in kept
    assert not OutgoingMail.objects.exists(), "the only place that held the link"
    found = sent(officer(seed).actor, text="ekelund", kind="test_welcome", state="sent")
    assert list(found) == [entry]


def test_rollback_leaves_no_mail_and_no_log_entry(seed: Seed, mail: MailServer) -> None:
    with transaction.atomic():
        write(seed, Recipient("ada@a.example", "sv"))
        transaction.set_rollback(True)
    assert not SentMail.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_without_mail_server_mail_is_logged_as_failed(seed: Seed) -> None:
    assert write(seed, Recipient("ada@a.example", "sv")) == 0
    assert SentMail.objects.get().state == "failed"


def test_disabled_mail_is_not_sent(seed: Seed, mail: MailServer) -> None:
    put("MISP.disable_emailing", True)
    assert write(seed, Recipient("ada@a.example", "sv")) == 0


def test_missing_fact_raises_value_error(seed: Seed) -> None:
    with pytest.raises(ValueError, match="reason, status_link"):
        notify("test_welcome", ABOUT, [Recipient("ada@a.example")], {"number": "1"})


def test_only_officers_read_mail_log(seed: Seed) -> None:
    for who in (seed.site_admin, seed.org_admin):
        with pytest.raises(Forbidden):
            sent(who.actor)
