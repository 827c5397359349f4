"""Validates the signatures of a PDF with pyHanko, offline. Runs inside a sandbox process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
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
from vardkase.hub.signatures.revocation import (
    KnownRevocations,
    in_document,
    in_signature,
    known_of,
    questions_about,
)

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
    """The documents: the trusted certificates (PEM), what issuers answered (`RevocationAnswers`), and the PDF."""
    given: list[bytes] = []

    def answer(document: bytes) -> Iterator[bytes]:
        given.append(document)
        if len(given) == 3:
            roots, answers, content = given
            told = msgspec.json.decode(answers, type=dict[str, list[bytes]])
            known = known_of(told["lists"], told["replies"])
            yield msgspec.json.encode(_found(content, _certificates(roots), known))

    return answer


def _certificates(text: bytes) -> list[x509.Certificate]:
    if not text.strip():
        return []
    return [x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(text, multiple=True)]


def _found(content: bytes, roots: list[x509.Certificate], known: KnownRevocations) -> dict[str, Any]:
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    signatures = reader.embedded_regular_signatures
    if len(signatures) > MOST:
        raise PdfError("too many signatures")
    kept = in_document(reader)
    checks = [ReceivedSignature(each, roots, [known, kept + in_signature(each)]) for each in signatures]
    found = [each.result(is_last=each is checks[-1]) for each in checks]
    return {
        "signatures": found,
        "questions": [
            question
            for each, result in zip(checks, found, strict=True)
            if result["verdict"] == "trusted"
            for question in each.questions
        ],
    }


@dataclass
class ReceivedSignature:
    signature: EmbeddedPdfSignature
    roots: list[x509.Certificate]
    sources: list[KnownRevocations]
    """Each is tried by itself, so that what a document holds cannot hide what an issuer has answered."""

    @cached_property
    def now(self) -> PdfSignatureStatus:
        return self._status()

    @property
    def questions(self) -> list[list[dict[str, Any]]]:
        path = self.now.validation_path
        return questions_about(path) if path else []

    def result(self, *, is_last: bool) -> dict[str, Any]:
        status, stamped = self.now, self.now.timestamp_validity
        is_timestamped = bool(stamped and stamped.valid and stamped.intact and stamped.trusted)
        at = stamped.timestamp if stamped and is_timestamped else status.signer_reported_dt
        verdict = _verdict(status, is_last=is_last)
        if is_timestamped and (verdict == "expired" or status.revoked):
            # What was signed while the certificate was valid stays so.
            status = self._status(at)
            verdict = _verdict(status, is_last=is_last)
        is_good = verdict == "trusted" and (
            self._is_not_revoked(None) or (is_timestamped and self._is_not_revoked(at))
        )
        certificate = status.signing_cert
        return {
            "verdict": verdict,
            "revocation": "revoked" if status.revoked else "good" if is_good else "",
            "name": _name(certificate.subject),
            "issuer": _name(certificate.issuer),
            "serial": f"{certificate.serial_number:x}"[:80],
            "at": at.timestamp() if at else None,
            "is_timestamped": is_timestamped,
        }

    def _is_not_revoked(self, moment: datetime | None) -> bool:
        return any(status.trusted for status in self._by_sources(moment))

    def _status(self, moment: datetime | None = None) -> PdfSignatureStatus:
        found = self._by_sources(moment)
        decided = next((each for each in found if each.revoked), None)
        decided = decided or next((each for each in found if each.trusted), None)
        return decided or self._validated(moment, KnownRevocations(), "soft-fail")

    def _by_sources(self, moment: datetime | None) -> list[PdfSignatureStatus]:
        return [self._validated(moment, known, "require") for known in self.sources if known]

    def _validated(self, moment: datetime | None, known: KnownRevocations, mode: str) -> PdfSignatureStatus:
        # Never the system's certificates, and nothing from the network. What was asked after a moment in the past
        # tells of it too: a revocation has its own date.
        signer, stamp = (
            ValidationContext(
                trust_roots=list(self.roots),
                allow_fetching=False,
                moment=each,
                crls=known.lists,
                ocsps=known.replies,
                revocation_mode=mode_of_it,
                retroactive_revinfo=each is not None,
            )
            for each, mode_of_it in ((moment, mode), (None, "soft-fail"))
        )
        return validate_pdf_signature(self.signature, signer, stamp, key_usage_settings=USAGE)


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
