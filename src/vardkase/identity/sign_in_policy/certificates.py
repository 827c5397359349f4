"""Client certificates: parsing registered ones, and those forwarded by the TLS front end."""

from __future__ import annotations

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
"""What OpenSSL says of a certificate whose authority the front end does not know. Members choose their own: it is
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


# A client sends the same certificate with every request, and parsing it is the most expensive part of many of them.
@lru_cache(maxsize=512)
def _shown(header: str, verdict: str) -> Certificate | None:
    trusted = verdict in ("", "SUCCESS") or UNKNOWN_ISSUER.match(verdict)
    try:
        if "BEGIN" in header:
            certificate = x509.load_pem_x509_certificate(unquote(header).encode())
        else:
            # RFC 9440 puts base64 between colons.
            certificate = x509.load_der_x509_certificate(b64decode(header.strip(":"), validate=True))
        return _read(certificate, "" if trusted else verdict.removeprefix("FAILED:") or "refused")
    except (ValueError, TypeError):  # Bad base64 is a ValueError too.
        return None


def certificate_of(pem: str) -> tuple[Certificate, str]:
    """The one certificate in `pem`, and its own text. Raises ValueError if there is none, or more than one."""
    certificates = x509.load_pem_x509_certificates(pem.encode())
    if len(certificates) != 1:
        raise ValueError
    return _read(certificates[0]), certificates[0].public_bytes(Encoding.PEM).decode()


def _read(certificate: x509.Certificate, fault: str = "") -> Certificate:
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Certificate(
        fingerprint=certificate.fingerprint(SHA256()).hex(),
        key_fingerprint=hashlib.sha256(key).hexdigest(),
        subject=certificate.subject.rfc4514_string(),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        fault=fault,
    )
