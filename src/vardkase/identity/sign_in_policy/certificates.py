"""Client certificates: parsing registered ones, and those forwarded by the TLS front end."""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 32_768
"""Characters of a header or an upload; certificates of people have about two thousand."""

UNKNOWN_ISSUER = re.compile(
    r"FAILED:.*(self.signed|issuer|unable to verify the first certificate)", re.IGNORECASE
)
"""What OpenSSL says of a certificate of an authority that the front does not know. Members choose their own: it is
the registered fingerprint that is trusted, and the handshake has proved that the other end holds the key."""

type Pins = frozenset[str]


@dataclass(frozen=True, slots=True)
class Certificate:
    fingerprint: str
    key_fingerprint: str
    subject: str
    begins: datetime
    ends: datetime
    fault: str = ""

    @property
    def pins(self) -> Pins:
        return frozenset({f"certificate:{self.fingerprint}", f"key:{self.key_fingerprint}"})


def shown_certificate(header: str, verdict: str) -> Certificate | None:
    """The certificate passed on by the TLS front end; None if none was presented, or it cannot be parsed.

    `header` is PEM in percent-encoding (nginx's ``$ssl_client_escaped_cert``) or DER in base64 (Caddy),
    `verdict` is nginx's ``$ssl_client_verify``, or empty if the front end sends none.
    """
    if not header or len(header) > LONGEST or verdict == "NONE":
        return None
    return _shown(header, verdict)


@lru_cache(maxsize=512)
def _shown(header: str, verdict: str) -> Certificate | None:
    trusted = verdict in ("", "SUCCESS") or UNKNOWN_ISSUER.match(verdict)
    try:
        found = (
            x509.load_pem_x509_certificate(unquote(header).encode()) if "BEGIN" in header else _of_der(header)
        )
        return _read(found, "" if trusted else verdict.removeprefix("FAILED:") or "refused")
    except (ValueError, TypeError):
        return None


def _of_der(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(b64decode(text.strip(":"), validate=True))
    except binascii.Error as error:
        raise ValueError from error


def certificate_of(pem: str) -> tuple[Certificate, str]:
    """The one certificate in `pem`, and its own text. Raises ValueError if there is none, or more than one."""
    found = x509.load_pem_x509_certificates(pem.encode())
    if len(found) != 1:
        raise ValueError
    return _read(found[0]), found[0].public_bytes(Encoding.PEM).decode()


def _read(found: x509.Certificate, fault: str = "") -> Certificate:
    key = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Certificate(
        fingerprint=found.fingerprint(SHA256()).hex(),
        key_fingerprint=hashlib.sha256(key).hexdigest(),
        subject=found.subject.rfc4514_string(),
        begins=found.not_valid_before_utc,
        ends=found.not_valid_after_utc,
        fault=fault,
    )
