"""Signs the hub's own documents with its certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from vardkase.core.errors import Conflict
from vardkase.core.secrets import SecretStore
from vardkase.hub.signatures.errors import NoTimestamp, NotSigned
from vardkase.hub.signatures.models import DocumentSignature, SignatureLevel, SigningCertificate
from vardkase.hub.signatures.problems import SignatureProblem
from vardkase.hub.signatures.queries import valid_certificate
from vardkase.hub.signatures.settings import MUST_BE_SIGNED, TIMESTAMP_ADDRESS

KEYS = SecretStore("signing keys")


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A PDF with its signature; without `certificate` it is unsigned."""

    content: bytes
    certificate: SigningCertificate | None = None
    level: str = ""


def signed(content: bytes) -> bytes:
    """A report or register as PDF, signed if the hub has a valid certificate and the file can be."""
    try:
        return _sign(content).content
    except NotSigned:
        return content


def signed_record(content: bytes) -> bytes:
    """As `signed`, for what is kept: that it was signed is kept too."""
    made = _sign(content)
    if made.certificate:
        DocumentSignature.objects.get_or_create(
            sha256=hashlib.sha256(made.content).hexdigest(),
            defaults={"certificate": made.certificate, "level": made.level},
        )
    return made.content


def require_can_sign() -> None:
    """Raise Conflict if letters must be signed and cannot be."""
    if MUST_BE_SIGNED.value and valid_certificate() is None:
        raise Conflict(SignatureProblem.CANNOT_SIGN())


def signed_letter(content: bytes) -> bytes:
    """A letter or decision as PDF, signed. Raises Conflict if it must be and cannot be."""
    require_can_sign()
    return signed_record(content)


def signatures_of(hashes: Iterable[str]) -> dict[str, DocumentSignature]:
    rows = DocumentSignature.objects.filter(sha256__in=set(hashes)).select_related("certificate")
    return {row.sha256: row for row in rows}


def _sign(content: bytes) -> SignedDocument:
    certificate = valid_certificate()
    if certificate is None:
        return SignedDocument(content)
    # Half a second to import, which no process needs that signs nothing.
    from vardkase.hub.signatures.pades import signed_pdf  # noqa: PLC0415

    given = {
        "key_pem": KEYS.decrypt(certificate.encrypted_key),
        "chain_pem": certificate.chain,
        "name": certificate.subject,
    }
    if address := TIMESTAMP_ADDRESS.value:
        try:
            made = signed_pdf(content, **given, timestamp_address=address)
            return SignedDocument(made, certificate, SignatureLevel.B_T)
        except NoTimestamp:
            pass
    return SignedDocument(signed_pdf(content, **given), certificate, SignatureLevel.B_B)
