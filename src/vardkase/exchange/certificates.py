"""Information read from a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding


@dataclass(frozen=True, slots=True)
class Certificate:
    """The subject, issuer and validity of a certificate, and its SHA-256 as pairs of hex digits."""

    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    fingerprint: str

    @property
    def signed_itself(self) -> bool:
        return self.subject == self.issuer

    @property
    def days_left(self) -> int:
        """Whole days until expiry; negative if expired."""
        return (self.ends - datetime.now(UTC)).days


def of_pem(pem: str) -> Certificate | None:
    """The first certificate in a text; None if there is none that can be parsed."""
    try:
        return _described(x509.load_pem_x509_certificates(pem.encode())[0]) if pem else None
    except ValueError:
        return None


def of_der(der: bytes) -> Certificate | None:
    try:
        return _described(x509.load_der_x509_certificate(der))
    except ValueError:
        return None


def pem_of(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def _described(found: x509.Certificate) -> Certificate:
    return Certificate(
        found.subject.rfc4514_string(),
        found.issuer.rfc4514_string(),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        found.fingerprint(SHA256()).hex(":").upper(),
    )
