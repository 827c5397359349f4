"""Settings for electronic signatures."""

from __future__ import annotations

from urllib.parse import urlsplit

from cryptography import x509
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.hub.signatures.problems import SignatureProblem


def _certificates_fault(pem: str) -> Problem | None:
    try:
        if pem:
            x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return SignatureProblem.NOT_CERTIFICATES()
    return None


def _address_fault(address: str) -> Problem | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return SignatureProblem.NOT_AN_ADDRESS()
    if parts.username or parts.password:
        return SignatureProblem.ADDRESS_WITH_PASSWORD()
    is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    return None if not address or is_address else SignatureProblem.NOT_AN_ADDRESS()


TIMESTAMP_ADDRESS = Setting(
    "Vardkase.timestamp_address",
    "",
    _(
        "The address of a timestamp service (RFC 3161). When it is set, electronic seals carry its timestamp (PAdES "
        "B-T); if it does not answer, documents are sealed without one."
    ),
    level=2,
    check=_address_fault,
    changed_by=ChangedBy.OFFICERS,
)
MUST_BE_SIGNED = Setting(
    "Vardkase.letters_must_be_signed",
    False,
    _("Write no letter or decision while the hub has no valid certificate to seal it with."),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
TRUST_ROOTS = Setting(
    "Vardkase.signature_trust_roots",
    "",
    _(
        "Certificates (PEM) of the issuers whose electronic signatures are trusted in documents that are sent in. "
        "Without any, the issuer of every signature is shown as unknown."
    ),
    level=2,
    check=_certificates_fault,
    changed_by=ChangedBy.OFFICERS,
)
ASK_ISSUERS = Setting(
    "Vardkase.ask_for_revocation",
    False,
    _(
        "Ask trusted issuers whether the certificate of a received electronic signature has been revoked (OCSP and "
        "CRL, at the addresses in the certificate). The issuer then learns that the hub checks the certificate. When "
        "this is off, only revocation data in the document itself count."
    ),
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
