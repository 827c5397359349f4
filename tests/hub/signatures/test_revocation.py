"""Whether the certificate of a received signature has been revoked: said by the document, or by its issuer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import translation
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pytest_django import Settings

from tests.exchange.servers import HERE, Running, serving
from tests.hub.signatures.signing import Issuer, issued, signer_of
from tests.hub.signatures.test_signatures import put, report
from vardkase.hub.signatures.checking import check_signatures
from vardkase.hub.signatures.keys import KeyPair
from vardkase.hub.signatures.settings import ASK_ISSUERS, TRUST_ROOTS
from vardkase.hub.signatures.verdicts import verdict_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def responder() -> Iterator[tuple[Running, dict[str, Issuer | None]]]:
    """A server that answers for the issuer that is put into it; without one it knows nothing."""
    known: dict[str, Issuer | None] = {"issuer": None, "lists": None}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _method, path, _headers, body = running.requests[-1]
        issuer = known["lists" if path == "/list" else "issuer"]
        content = b"" if issuer is None else issuer.answer(body) if body else issuer.revocation_list()
        handler.send_response(200 if content else 503)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    with serving(answer) as running:
        yield running, known


def key_pair(issuer: Issuer) -> KeyPair:
    return issuer.issue("Anna Ek", 60, ec.generate_private_key(ec.SECP256R1()), None)


def signed_by(pair: KeyPair, stamper: DummyTimeStamper | None = None) -> bytes:
    given = signer_of(pair)
    signer = SimpleSigner(given.signing_cert, given.signing_key, SimpleCertificateStore())  # type: ignore[no-untyped-call]
    writer = IncrementalPdfFileWriter(io.BytesIO(report()))
    made = PdfSigner(
        PdfSignatureMetadata(field_name="S1", md_algorithm="sha256"), signer, timestamper=stamper
    )
    with ThreadPoolExecutor(1) as thread:  # Playwright leaves its event loop running in the thread of tests.
        return bytes(thread.submit(made.sign_pdf, writer).result().getvalue())


def with_data(content: bytes, issuer: Issuer, *, reply: bytes = b"", lists: bytes = b"") -> bytes:
    """The document with a DSS (PAdES B-LT)."""
    out = io.BytesIO(content)
    replies = [asn1_ocsp.OCSPResponse.load(reply)] if reply else []
    DocumentSecurityStore.add_dss(
        out,
        None,
        ocsps=replies,
        crls=[asn1_crl.CertificateList.load(lists)] if lists else [],
        force_write=True,
    )
    assert PdfFileReader(out).root["/DSS"]
    return out.getvalue()


def told(content: bytes) -> tuple[str, str]:
    found = check_signatures(content)
    return found.verdict, found.signatures[0].revocation


def test_issuer_is_asked_through_the_gateway_where_a_setting_allows_it(
    responder: tuple[Running, dict[str, Issuer | None]], settings: Settings
) -> None:
    running, known = responder
    issuer = Issuer("Utfärdaren", running.url)
    pair = key_pair(issuer)
    content = signed_by(pair)
    put(ASK_ISSUERS, True)
    # Not where an unknown issuer says.
    assert told(content) == ("unknown_issuer", "not_asked")
    put(TRUST_ROOTS, issuer.pem)
    # The gateway lets nobody inside, whoever wrote the address.
    assert told(content) == ("trusted", "no_answer")
    assert not running.requests
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    assert told(content) == ("trusted", "no_answer")
    assert [path for _method, path, *_ in running.requests] == ["/ask", "/list"]
    known["issuer"] = Issuer("Utfärdaren")
    assert told(content) == ("trusted", "no_answer")
    known["issuer"] = issuer
    assert told(content) == ("trusted", "good")
    known |= {"issuer": None, "lists": issuer}
    assert told(content) == ("trusted", "good")
    issuer.revoke(pair, datetime.now(UTC) - timedelta(hours=1))
    assert told(content) == ("invalid", "revoked")
    known |= {"issuer": issuer, "lists": None}
    assert told(content) == ("invalid", "revoked")
    # A good answer from before, in the document, does not hide that.
    issuer.revoked.clear()
    lists = issuer.revocation_list()
    issuer.revoke(pair, datetime.now(UTC) - timedelta(minutes=1))
    assert told(with_data(content, issuer, lists=lists)) == ("invalid", "revoked")
    asked = len(running.requests)
    put(ASK_ISSUERS, False)
    assert told(content) == ("trusted", "not_asked")
    assert len(running.requests) == asked
    found = check_signatures(content)
    with translation.override("en"):
        words = verdict_words(found.verdict, [{"revocation": each.revocation} for each in found.signatures])
    assert words == "Valid signature, revocation not checked"


def test_data_in_the_document_count() -> None:
    issuer, stranger = Issuer("Utfärdaren"), Issuer("Utfärdaren")
    pair = key_pair(issuer)
    put(TRUST_ROOTS, issuer.pem)
    content = signed_by(pair)
    assert told(with_data(content, issuer, lists=issuer.revocation_list())) == ("trusted", "good")
    stranger.revoke(pair, datetime.now(UTC) - timedelta(hours=1))
    assert told(with_data(content, issuer, lists=stranger.revocation_list())) == ("trusted", "not_asked")
    tsa_root, tsa = issued("Tidsstämpling", timestamps=True)
    stamp = signer_of(tsa)
    before = datetime.now(UTC) - timedelta(days=2)
    stamped = signed_by(pair, DummyTimeStamper(stamp.signing_cert, stamp.signing_key, fixed_dt=before))
    issuer.revoke(pair, datetime.now(UTC) - timedelta(days=1))
    lists = issuer.revocation_list()
    assert told(with_data(content, issuer, lists=lists)) == ("invalid", "revoked")
    assert told(with_data(stamped, issuer, lists=lists)) == ("invalid", "revoked")
    # A trusted timestamp shows that it was signed before the revocation.
    put(TRUST_ROOTS, issuer.pem + tsa_root)
    assert told(with_data(stamped, issuer, lists=lists)) == ("trusted", "good")
    issuer.revoke(pair, before - timedelta(days=1))
    assert told(with_data(stamped, issuer, lists=issuer.revocation_list())) == ("invalid", "revoked")
