"""Form answers are validated by field with a readable message, and uploaded files by their content."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.applications import applicant, make_application
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers, as_sent, certificate
from tests.hub.membership.applications import per, under_review
from tests.support.mail_server import MailServer
from vardkase.core.errors import Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services import conversation, drafting
from vardkase.hub.membership.questionnaire.steps import STEPS

HOSTILE = ["\0", "a\x1bb", "\u202etxt.exe", "x" * 1_000_000, ["a"], {"a": 1}, 7, True, "\ud800"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_hostile_answers_are_refused_by_field_and_not_stored(db: None, step: str, hostile: Any) -> None:
    application = make_application()
    given = dict.fromkeys(as_sent(step, answers()[step]), hostile)
    application, read = drafting.save_step(applicant(application), application, step, given)
    texts = (text for text in _texts(application.answers))
    assert all(len(text) < 100_000 and "\0" not in text and "\u202e" not in text for text in texts)
    if hostile is not True and hostile != 7:
        assert read.errors.keys() >= given.keys() - {"value", "domains", "networks", "egress"}
    Application.objects.get(pk=application.pk)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("step", "key", "value", "words"),
    [
        ("organisation", "number", "212000-0143", "sista siffra"),
        ("organisation", "number", "21200001", "sista siffra"),
        ("organisation", "domains", "skogsby.example\nnot a domain", "inte en domän"),
        ("contacts", "main.email", "anna", "e-postadress"),
        ("contacts", "main.phone", "call me", "telefonnummer"),
        ("contacts", "main.key", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "hemlig"),
        ("contacts", "main.key", "key", "öppen nyckel"),
        ("connection", "networks", "10.0.0.0/8", "privat"),
        ("connection", "networks", "192.168.1.5", "privat"),
        ("connection", "networks", "fd00::/8", "privat"),
        ("connection", "networks", "8.0.0.0/8", "för brett"),
        ("connection", "networks", "2a00::/12", "för brett"),
        ("connection", "networks", "0.0.0.0/0", "privat"),
        ("connection", "networks", "192.0.2.7/24", "192.0.2.0/24"),
        ("connection", "networks", "everywhere", "inte ett nät"),
        ("connection", "users", "0", "heltal"),
        ("connection", "users", "many", "heltal"),
        ("connection", "users", "9" * 40, "heltal"),
        ("connection", "api.egress", "192.0.2.0/24", "IP-adress"),
        ("connection", "api.certificate", "-----BEGIN PRIVATE KEY-----", "hemlig"),
        ("connection", "api.certificate", "PEM", "certifikat"),
        ("connection", "api.certificate", certificate(-1), "gått ut"),
        ("terms", "accepted", "", "villkoren"),
    ],
)
def test_invalid_answer_gets_readable_message(db: None, step: str, key: str, value: str, words: str) -> None:
    application = make_application()
    sent = as_sent(step, answers(connection={"method": "api"})[step]) | {key: value}
    _, read = drafting.save_step(applicant(application), application, step, sent)
    assert words in str(read.errors[key][0])


def test_api_connection_requires_technical_answers(db: None) -> None:
    given = answers(connection={"method": "api"})
    application = make_application()
    sent = as_sent("connection", given["connection"])
    _, read = drafting.save_step(applicant(application), application, "connection", sent)
    assert set(read.errors) == {"api.software", "api.version", "api.egress", "api.certificate"}
    api = {"software": "MISP", "version": "2.5", "egress": ["192.0.2.9"], "certificate": certificate()}
    sent = as_sent("connection", given["connection"] | {"api": api})
    application, read = drafting.save_step(applicant(application), application, "connection", sent)
    assert read.errors == {}
    assert application.answers["connection"]["api"]["egress"] == ["192.0.2.9"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ", "Skicka PDF"),
        ("a.pdf", b"MZ\x90", "inte vad namnet säger"),
        ("a.pdf", b"<html>", "inte vad namnet säger"),
        ("a.png", b"%PDF-1.7", "inte vad namnet säger"),
        ("a.docx", b"PK\x03\x04", "inte vad namnet säger"),
        ("a.txt", b"\xff\xfe\0", "inte vad namnet säger"),
        ("a.pdf", b"", "tom"),
        ("a.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "för stor"),
        ("noname", b"x", "Skicka PDF"),
    ],
)
def test_disguised_or_unsuitable_files_are_refused(db: None, name: str, content: bytes, words: str) -> None:
    application = make_application("under_review")
    with pytest.raises(Invalid, match=words):
        conversation.write_message(applicant(application), application, "Se bilaga", [(name, content)])
    assert not application.messages.exists()


def test_file_name_is_sanitised(db: None) -> None:
    application = make_application("under_review")
    name = "..\\..\\etc/\u202epass\0wd.pdf"
    conversation.write_message(applicant(application), application, "Hej", [(name, b"%PDF-1.7")])
    kept = application.attachments.get()
    assert (kept.name, kept.kind, kept.size) == ("passwd.pdf", "application/pdf", 8)


def test_applicant_is_mailed_about_messages_but_not_notes(seed: Seed, mail: MailServer) -> None:
    officer = per(seed)
    for language, subject in (("sv", "Ni har fått ett meddelande"), ("en", "You have a message")):
        application = under_review(officer, language=language)
        OutgoingMail.objects.all().delete()
        conversation.write_message(officer, application, "Provringde jouren.", note=True)
        conversation.write_message(applicant(application), application, "När får vi besked?")
        assert not OutgoingMail.objects.exists()
        conversation.write_message(officer, application, "Vi saknar uppgift om reservdriften.")
        sent = OutgoingMail.objects.get()
        assert sent.subject.startswith(subject)
        assert sent.recipient == application.email
        assert "/apply/link/" in sent.text
        assert "reservdriften" not in sent.text + sent.html, "the message is read by following the link"
