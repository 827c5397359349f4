"""What is known of the revocation of the certificates of a PDF's signatures. Runs inside a sandbox process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import crl, ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.fetchers.common_utils import enumerate_delivery_point_urls, format_ocsp_request
from pyhanko_certvalidator.path import ValidationPath

CERT_ID_HASH = "sha1"
"""Of names in OCSP requests, not of anything signed: responders know others seldom (RFC 5019)."""
MOST_PLACES = 2
"""Addresses of each kind that are asked about one certificate."""


@dataclass(slots=True)
class KnownRevocations:
    lists: list[crl.CertificateList] = field(default_factory=list)
    replies: list[ocsp.OCSPResponse] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lists or self.replies)

    def __add__(self, other: KnownRevocations) -> KnownRevocations:
        return KnownRevocations(self.lists + other.lists, self.replies + other.replies)


def known_of(lists: list[bytes], replies: list[bytes]) -> KnownRevocations:
    """Answers of issuers; one that is no such answer is left out."""
    return KnownRevocations(list(_read(crl.CertificateList, lists)), list(_read(ocsp.OCSPResponse, replies)))


def in_document(reader: PdfFileReader) -> KnownRevocations:
    """What PAdES B-LT adds after the signature."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return KnownRevocations()
    return KnownRevocations(
        [crl.CertificateList.load(each.get_object().data) for each in store.crls],
        [ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps],
    )


def in_signature(signature: EmbeddedPdfSignature) -> KnownRevocations:
    """What Adobe's programs sign together with the document."""
    try:
        kept = find_unique_cms_attribute(
            signature.signer_info["signed_attrs"], "adobe_revocation_info_archival"
        )
    except (NonexistentAttributeError, MultivaluedAttributeError):
        return KnownRevocations()
    return KnownRevocations(list(kept["crl"] or ()), list(kept["ocsp"] or ()))


def questions_about(path: ValidationPath) -> list[list[dict[str, Any]]]:
    """For each certificate of the path below the trusted one, what to ask its issuer, as `Question`."""
    asked = []
    for certificate in path.iter_certs(include_root=False):
        request = format_ocsp_request(
            certificate,
            path.find_issuing_authority(certificate),
            certid_hash_algo=CERT_ID_HASH,
            request_nonces=False,
        )
        places = [place for point in certificate.crl_distribution_points for place in _urls(point)]
        asked.append(
            [{"url": url, "body": request.dump()} for url in certificate.ocsp_urls[:MOST_PLACES]]
            + [{"url": url} for url in places[:MOST_PLACES]]
        )
    return [each for each in asked if each]


def _urls(point: Any) -> Iterator[str]:
    yield from enumerate_delivery_point_urls(point)


def _read(kind: Any, contents: list[bytes]) -> Iterator[Any]:
    for content in contents:
        try:
            found = kind.load(content, strict=True)
            found.native  # noqa: B018  asn1crypto parses what is asked of it.
        except (ValueError, TypeError):
            continue
        yield found
