"""PAdES signatures of PDF files, made with pyHanko. Slow to import: `signing` does when a document is signed."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

from asn1crypto import cms, keys, pem, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner, fields
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.hub.signatures.errors import NoTimestamp, NotSigned

FIELD = "Signature1"
TIMESTAMP_POLICY = RequestPolicy(timeout=5.0, seconds=8.0, limit=256 * 1024, redirects=0)
"""Somebody waits for the letter."""
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class GatewayTimeStamper(TimeStamper):
    """A timestamp service (RFC 3161), asked through the hub's only way out."""

    def __init__(self, address: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._address = address

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": QUERY, "Accept": REPLY}
        try:
            reply = fetch("POST", self._address, headers=headers, body=req.dump(), policy=TIMESTAMP_POLICY)
        except OutgoingFailed as failed:
            raise TimestampRequestError(str(failed)) from failed
        if reply.status != 200 or reply.headers.get("content-type", "").partition(";")[0] != REPLY:
            raise TimestampRequestError(f"status {reply.status}")
        return tsp.TimeStampResp.load(reply.content)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        # Whatever is wrong with the service or its answer is no fault of the document.
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (TimestampRequestError, ValueError, TypeError, KeyError) as failed:
            raise NoTimestamp from failed


def signed_pdf(
    content: bytes, *, key_pem: str, chain_pem: str, name: str, timestamp_address: str = ""
) -> bytes:
    """`content` with an invisible PAdES signature (B-B, or B-T with a `timestamp_address`).

    Raises NoTimestamp, NotSigned.
    """
    chain = [
        x509.Certificate.load(der) for _kind, _headers, der in pem.unarmor(chain_pem.encode(), multiple=True)
    ]
    _kind, _headers, der = pem.unarmor(key_pem.encode())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain[1:])
    signer = SimpleSigner(chain[0], keys.PrivateKeyInfo.load(der), store)
    metadata = PdfSignatureMetadata(
        field_name=FIELD, name=name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    stamper = GatewayTimeStamper(timestamp_address) if timestamp_address else None
    signing = PdfSigner(metadata, signer, timestamper=stamper)
    try:
        with ThreadPoolExecutor(1) as thread:  # Its event loop cannot run in a thread that has one.
            return thread.submit(_signed, signing, content).result()
    except PdfError as failed:
        raise NotSigned from failed


def _signed(signing: PdfSigner, content: bytes) -> bytes:
    return bytes(signing.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue())
