"""MIME mail: text with or without HTML, signed, or encrypted for one recipient (RFC 3156, 8551)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from secrets import token_hex

from vardkase.core import openpgp, smime

VERSION = "Version: 1"


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attached file; `type` is its media type ("application/pdf")."""

    name: str
    type: str
    content: bytes


def entity(text: str, html: str = "", subject: str = "", attachments: Sequence[Attachment] = ()) -> bytes:
    """A MIME entity of a text, its HTML version if any, and attachments.

    `subject` is one that only the reader may see. It is reduced to one line, as it may contain user input.
    """
    part = EmailMessage(policy=SMTP)
    # What is signed must be 7-bit, so that no mail server re-encodes it (RFC 3156, section 3).
    part.set_content(text, cte="quoted-printable")
    if html:
        part.add_alternative(html, subtype="html", cte="quoted-printable")
    for each in attachments:
        main, _, sub = each.type.partition("/")
        part.add_attachment(each.content, main, sub, filename=each.name)
    # Only the outermost entity has it.
    del part["MIME-Version"]
    if subject:
        part["Subject"] = " ".join(subject.split())
        # Asks mail programs to show this subject in place of the outer one.
        part.set_param("protected-headers", "v1")
    return part.as_bytes()


def signed(part: bytes, secret_key: str) -> bytes:
    """An entity with a detached OpenPGP signature; raises ValueError for a key that cannot sign."""
    signature = openpgp.armored_signature(openpgp.signature_of([part], secret_key))
    return _joined(
        'multipart/signed; micalg="pgp-sha512"; protocol="application/pgp-signature"',
        part,
        b'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' + _lines(signature),
    )


def closed_by_openpgp(part: bytes, public_key: str, secret_key: str = "") -> bytes:
    """An entity encrypted with an OpenPGP key and signed inside; raises ValueError."""
    message = openpgp.encrypted(part, public_key, secret_key)
    return _joined(
        'multipart/encrypted; protocol="application/pgp-encrypted"',
        f"Content-Type: application/pgp-encrypted\r\n\r\n{VERSION}\r\n".encode(),
        b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
        b'Content-Disposition: inline; filename="encrypted.asc"\r\n\r\n' + _lines(message),
    )


def closed_by_smime(part: bytes, certificate: str) -> bytes:
    """An entity encrypted with an S/MIME certificate; raises InvalidValue."""
    closed = EmailMessage(policy=SMTP)
    closed.set_content(smime.enveloped(part, certificate), "application", "pkcs7-mime", filename="smime.p7m")
    closed.set_param("smime-type", "enveloped-data")
    del closed["MIME-Version"]
    return closed.as_bytes()


def _joined(kind: str, *parts: bytes) -> bytes:
    """A multipart entity whose parts are kept byte for byte, because they are signed."""
    boundary = token_hex(16)
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return f'Content-Type: {kind}; boundary="{boundary}"\r\n\r\n'.encode() + body + line + b"--\r\n"


def _lines(armored: str) -> bytes:
    return "\r\n".join(armored.splitlines()).encode() + b"\r\n"
