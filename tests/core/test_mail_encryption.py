"""Encrypted and signed mail, verified with GnuPG and OpenSSL."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pysequoia import Cert, Tsk

from tests.support.mail_server import mail_server, use
from vardkase.core.mail.encryption import (
    AddressedMail,
    CannotBeSent,
    MailPolicy,
    addressed,
    fault_of_key,
)
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import send
from vardkase.core.openpgp.instance_key import SIGNING_KEY, instance_public_key
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.openpgp.problems import MailKeyProblem
from vardkase.core.settings import set_unless_set

LETTER = AddressedMail(
    "Event 5",
    "Hemligt: å.example\n",
    html="<p>Hemligt: å.example</p>",
    secret_subject="Event 5: Phishing",
    open_text="Look at event 5.",
)
POLICY = MailPolicy(only_encrypted=False, body_only_encrypted=True, obscure_subject=False, signing_key="")


@dataclass
class Reader:
    """A recipient of mail."""

    email: str = "anna@a.example"
    gpgkey: str | None = None
    certif_public: str | None = None


@dataclass
class GnuPg:
    """A separate key ring."""

    home: Path

    def __call__(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--trust-model", "always", *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, check=False, env={"PATH": os.defpath}
        )


@pytest.fixture
def gnupg(tmp_path: Path) -> Iterator[GnuPg]:
    ring = GnuPg(tmp_path / "ring")
    ring.home.mkdir(mode=0o700)
    yield ring
    subprocess.run(["gpgconf", "--homedir", str(ring.home), "--kill", "all"], check=False)


@pytest.fixture(scope="module")
def pair() -> Tsk:
    """A newly generated key pair."""
    return Tsk.generate(user_id="Anna <anna@a.example>")


def public(pair: Tsk) -> str:
    return str(pair.extract_certificate())


def made(gnupg: GnuPg, *options: str) -> str:
    """The public part of a key that GnuPG made, valid for a year."""
    arguments = ("--passphrase", "", "--quick-gen-key", "anna@a.example", "future-default", "default", "1y")
    assert gnupg(*options, *arguments).returncode == 0
    return gnupg("--armor", "--export", "anna@a.example").stdout.decode()


def certificate(days: int = 7, key: Any = None) -> tuple[str, bytes]:
    """A certificate valid for so many days from yesterday, and its secret key, PEM."""
    key = key or rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna")])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(yesterday - timedelta(days=30))
        .not_valid_after(yesterday + timedelta(days=days))
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), secret


def arrived(
    settings: Any, to: Reader, policy: MailPolicy = POLICY, letter: AddressedMail = LETTER
) -> EmailMessage:
    """The mail as received."""
    mail = addressed(letter, to, policy)
    row = OutgoingMail(
        pk=1, recipient=mail.recipient, subject=mail.subject, text=mail.text, html=mail.html, content=mail.content,
        message_id="<1@hub.example>", headers={"List-Id": "<alerts.hub.example>"},
    )  # fmt: skip
    with mail_server() as server:
        use(settings, server.port)
        send(row)
    [(_, document)] = server.arrived
    return document


@pytest.mark.django_db
def test_gnupg_decrypts_the_mail_and_verifies_the_signature(settings: Any, gnupg: GnuPg) -> None:
    signer = new_secret_key("Hub <hub@hub.example>", 1_700_000_000)
    set_unless_set(SIGNING_KEY, signer)
    document = arrived(settings, Reader(gpgkey=made(gnupg)), MailPolicy.now())
    assert "Hemligt" not in document.as_string()
    assert "Phishing" not in document.as_string()
    assert (document["Subject"], document.get_content_type()) == ("Event 5", "multipart/encrypted")
    assert (document["List-Id"], document["Message-ID"]) == ("<alerts.hub.example>", "<1@hub.example>")
    gnupg("--import", given=str(instance_public_key()).encode())
    [_, message] = document.iter_parts()
    opened = gnupg("--decrypt", "--status-fd", "2", given=message.get_payload(decode=True))  # type: ignore[arg-type]
    assert b"GOODSIG" in opened.stderr
    inner = message_from_bytes(opened.stdout, policy=default)
    assert inner["Subject"] == "Event 5: Phishing"
    plain, html = inner.iter_parts()
    assert plain.get_content().strip() == LETTER.text.strip()
    assert html.get_content().strip() == LETTER.html


@pytest.mark.django_db
def test_openssl_decrypts_smime_mail(settings: Any, tmp_path: Path) -> None:
    pem, secret = certificate()
    document = arrived(settings, Reader(certif_public=pem))
    assert "Hemligt" not in document.as_string()
    assert document.get_content_type() == "application/pkcs7-mime"
    for name, content in (("mail", document.as_bytes()), ("key", secret), ("cert", pem.encode())):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "smime", "-decrypt", "-in", "mail", "-recip", "cert", "-inkey", "key"]
    opened = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert message_from_bytes(opened, policy=default).get_body(("plain",)).get_content().startswith("Hemligt")  # type: ignore[union-attr]


@pytest.mark.django_db
def test_unencrypted_mail_is_signed_and_contains_no_secrets(
    settings: Any, gnupg: GnuPg, tmp_path: Path
) -> None:
    set_unless_set(SIGNING_KEY, new_secret_key("Hub <hub@hub.example>", 1_700_000_000))
    document = arrived(settings, Reader())
    assert document.get_content_type() == "multipart/signed"
    assert "Hemligt" not in document.as_string()
    assert "Phishing" not in document.as_string()
    body, signature = document.iter_parts()
    assert body.get_content().strip() == "Look at event 5."
    gnupg("--import", given=str(instance_public_key()).encode())
    (tmp_path / "body").write_bytes(body.as_bytes(policy=default.clone(linesep="\r\n")))
    (tmp_path / "signature").write_bytes(signature.get_payload(decode=True))  # type: ignore[arg-type]
    checked = gnupg("--status-fd", "2", "--verify", str(tmp_path / "signature"), str(tmp_path / "body"))
    assert b"GOODSIG" in checked.stderr


@pytest.mark.django_db
def test_policy_allows_everything_or_nothing_unencrypted(settings: Any) -> None:
    all_of_it = MailPolicy(False, False, False, "")
    document = arrived(settings, Reader(), all_of_it)
    assert document.get_body(("html",)).get_content().strip() == LETTER.html  # type: ignore[union-attr]
    with pytest.raises(CannotBeSent) as refused:
        addressed(LETTER, Reader(), MailPolicy(True, True, False, ""))
    assert refused.value.has(MailKeyProblem.ENCRYPTED_ONLY)
    assert (
        addressed(AddressedMail("Hello", "No secret"), Reader(), MailPolicy(True, True, False, "")).text
        == "No secret"
    )


def test_subject_can_be_encrypted(pair: Tsk) -> None:
    closed = addressed(LETTER, Reader(gpgkey=public(pair)), MailPolicy(False, True, True, ""))
    assert (closed.subject, closed.text, closed.html) == ("...", "", "")


def subkey_expired(gnupg: GnuPg) -> str:
    """A key that signs for ever, with an encryption subkey that expired in 2020."""
    then = ("--faked-system-time", "20200101T000000", "--passphrase", "")
    gnupg(*then, "--quick-gen-key", "sub@a.example", "ed25519", "sign", "0")
    listed = gnupg("--list-keys", "--with-colons", "sub@a.example").stdout.decode()
    fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    assert gnupg(*then, "--quick-add-key", fingerprint, "cv25519", "encr", "1y").returncode == 0
    return gnupg("--armor", "--export", "sub@a.example").stdout.decode()


def test_unusable_key_prevents_the_mail(pair: Tsk, gnupg: GnuPg) -> None:
    good = pair.extract_certificate()
    revoked = str(Cert.from_bytes(bytes(good) + bytes(good.revoke(pair.certifier()))))
    signs_only = str(Tsk.from_bytes(new_secret_key("X <x@x.example>", 1).encode()).extract_certificate())
    unusable = [
        Reader(gpgkey="nonsense"),
        Reader(gpgkey=signs_only),
        Reader(gpgkey=revoked),
        Reader(gpgkey=made(gnupg, "--faked-system-time", "20200101T000000")),
        Reader(gpgkey=subkey_expired(gnupg)),
        Reader(gpgkey=str(pair)),
        Reader(certif_public="nonsense"),
        Reader(certif_public=certificate(days=-3)[0]),
        Reader(certif_public=certificate(key=ec.generate_private_key(ec.SECP256R1()))[0]),
    ]
    for reader in unusable:
        with pytest.raises(CannotBeSent) as refused:
            addressed(LETTER, reader, POLICY)
        assert "Stack" not in str(refused.value)
        assert fault_of_key(reader)
    assert not fault_of_key(Reader(gpgkey=public(pair)))
    assert not fault_of_key(Reader())
