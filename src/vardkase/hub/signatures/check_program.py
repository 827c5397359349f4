"""Validates the signatures of a PDF with pyHanko, offline. Runs inside a sandbox process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from vardkase.core.sandbox.program import Answerer

MOST = 20
"""Signatures that are validated; a document with more is not checked."""
LONGEST_NAME = 200
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
PURPOSES = frozenset(
    {
        "any_extended_key_usage",
        "email_protection",
        "1.3.6.1.5.5.7.3.36",
        "microsoft_document_signing",
        "adobe_authentic_documents_trust",
    }
)
"""Of a certificate that names its purposes (RFC 9336, and what came before it): that of a web server signs no letters.
pyHanko would refuse those that name none."""
OUT_OF_TIME = frozenset(
    {AdESIndeterminate.OUT_OF_BOUNDS_NO_POE, AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE}
)
UNKNOWN = frozenset(
    {AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND, AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE}
)


def open_job(_arguments: dict[str, Any]) -> Answerer:
    """The first document is the trusted certificates (PEM), the second the PDF."""
    roots: list[x509.Certificate] | None = None

    def answer(document: bytes) -> Iterator[bytes]:
        nonlocal roots
        if roots is None:
            roots = _certificates(document)
            return
        yield msgspec.json.encode(_found(document, roots))

    return answer


def _certificates(text: bytes) -> list[x509.Certificate]:
    if not text.strip():
        return []
    return [x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(text, multiple=True)]


def _found(content: bytes, roots: list[x509.Certificate]) -> list[dict[str, Any]]:
    signatures = PdfFileReader(io.BytesIO(content), strict=False).embedded_regular_signatures
    if len(signatures) > MOST:
        raise PdfError("too many signatures")
    return [_one(each, roots, is_last=each is signatures[-1]) for each in signatures]


def _one(signature: EmbeddedPdfSignature, roots: list[x509.Certificate], *, is_last: bool) -> dict[str, Any]:
    status = _status(signature, roots)
    stamped = status.timestamp_validity
    is_timestamped = bool(stamped and stamped.valid and stamped.intact and stamped.trusted)
    at = stamped.timestamp if stamped and is_timestamped else status.signer_reported_dt
    verdict = _verdict(status, is_last=is_last)
    if verdict == "expired" and is_timestamped:
        # What was signed while the certificate was valid stays so.
        verdict = _verdict(_status(signature, roots, at), is_last=is_last)
    certificate = status.signing_cert
    return {
        "verdict": verdict,
        "name": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "serial": f"{certificate.serial_number:x}"[:80],
        "at": at.timestamp() if at else None,
        "is_timestamped": is_timestamped,
    }


def _status(
    signature: EmbeddedPdfSignature, roots: list[x509.Certificate], moment: datetime | None = None
) -> PdfSignatureStatus:
    # Never the system's certificates, and nothing from the network.
    signer, stamp = (
        ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=each)
        for each in (moment, None)
    )
    return validate_pdf_signature(signature, signer, stamp, key_usage_settings=USAGE)


def _verdict(status: PdfSignatureStatus, *, is_last: bool) -> str:
    level = status.modification_level
    # A later signature is an addition to the form. Fields that nobody signed afterwards were changed.
    permitted = ModificationLevel.LTA_UPDATES if is_last else ModificationLevel.FORM_FILLING
    if not status.intact or level is None or level > permitted or status.docmdp_ok is False:
        return "changed"
    if not status.valid:
        return "invalid"
    if status.trusted:
        purposes = status.signing_cert.extended_key_usage_value
        return "trusted" if purposes is None or not PURPOSES.isdisjoint(purposes.native) else "invalid"
    problem = status.trust_problem_indic
    if problem in OUT_OF_TIME:
        return "expired"
    is_unknown = problem in UNKNOWN or status.signing_cert.self_signed != "no"
    return "unknown_issuer" if is_unknown else "invalid"


def _name(name: x509.Name) -> str:
    known = name.native
    told = known.get("common_name") or known.get("organization_name") or name.human_friendly
    text = told if isinstance(told, str) else str(told[0])
    return "".join(one for one in text if one.isprintable())[:LONGEST_NAME]
