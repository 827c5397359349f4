"""The hub signs its letters with its certificate, and says what the signatures of others are worth."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import Seed
from tests.hub.signatures.signing import issued, signer_of
from tests.identity.two_people import approved
from tests.support.archived_pdf import archive_faults
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.kinds import find
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.http import Reply
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, SignatureCheck
from vardkase.hub.case_files.services import open_case_file
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.instance.settings import change_setting
from vardkase.hub.membership.statements.models import Evidence
from vardkase.hub.membership.statements.services import add_evidence
from vardkase.hub.office.directory.pdf import directory_pdf
from vardkase.hub.signatures import pades
from vardkase.hub.signatures.checking import check_signatures
from vardkase.hub.signatures.keys import KeyPair, trial_pair
from vardkase.hub.signatures.models import DocumentSignature, SigningCertificate
from vardkase.hub.signatures.services import propose_certificate, stop_signing
from vardkase.hub.signatures.settings import MUST_BE_SIGNED, TIMESTAMP_ADDRESS, TRUST_ROOTS

ENGLISH = {"accept-language": "en"}
PASSPHRASE = "korrekt häst"


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def pkcs12_of(pair: KeyPair) -> bytes:
    secret = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(
        b"hub", pair.key, pair.certificate, list(pair.issuers), secret
    )


def put(setting: Any, value: object) -> None:
    SettingValue.objects.update_or_create(name=setting.name, defaults={"value": value})


def report() -> bytes:
    return directory_pdf([], today(), "sv")


def test_two_officers_take_certificate_into_use_and_letters_are_signed(seed: Seed, desk: Desk) -> None:
    web = signed_in(desk.officer)
    assert "No certificate is in use" in web.get("/signatures/", headers=ENGLISH).content.decode()
    assert check_signatures(report()).verdict == "none"
    root, pair = issued("Myndigheten")

    def send(content: bytes, passphrase: str) -> Any:
        given = {"file": SimpleUploadedFile("hub.p12", content), "passphrase": passphrase, "reason": "Nytt"}
        return web.post("/signatures/new/", given, headers=ENGLISH)

    assert "could not be opened" in send(pkcs12_of(pair), "fel").content.decode()
    assert "neither PKCS#12" in send(b"%PDF-", "").content.decode()
    wrong = (pair.key_pem + trial_pair("x").chain_pem).encode()
    assert "does not belong" in send(wrong, "").content.decode()
    _root, expired = issued("Myndigheten", days=-1)
    assert "not valid today" in send(pkcs12_of(expired), PASSPHRASE).content.decode()
    assert not SigningCertificate.objects.exists()
    assert send(pkcs12_of(pair), PASSPHRASE).status_code == 302
    # Not before another person has approved it.
    assert check_signatures(report()).verdict == "none"
    approved(desk.second.user)
    row = SigningCertificate.objects.get()
    # The key is in clear nowhere.
    assert "PRIVATE" not in f"{row.encrypted_key}{row.chain}{list(AuditEntry.objects.values())}"
    found = check_signatures(report())
    assert (found.verdict, found.signatures[0].name) == ("unknown_issuer", "Myndigheten")
    put(TRUST_ROOTS, root)
    assert check_signatures(report()).verdict == "trusted"
    page = web.get("/signatures/", headers=ENGLISH).content.decode()
    assert "are electronically sealed." in page
    assert row.fingerprint_in_groups in page
    pem = b"".join(web.get(f"/signatures/{row.pk}/certificate.pem")).decode()  # type: ignore[call-overload]
    assert "CERTIFICATE" in pem
    assert "PRIVATE" not in pem

    letter = letter_about(seed, desk)
    assert DocumentSignature.objects.get(sha256=letter.sha256).level == "B-B"
    assert check_signatures(bytes(letter.content)).verdict == "trusted"
    # Sealing a letter leaves it one that archives take (PDF/A-2a).
    assert archive_faults(bytes(letter.content)) == []
    # Any officer stops it at once, and the key is gone; an operator may not.
    with pytest.raises(Forbidden):
        stop_signing(at_the_screen(desk.operator))
    assert signed_in(desk.operator).get("/signatures/").status_code == 403
    assert web.post("/signatures/stop/").status_code == 302
    row.refresh_from_db()
    assert (row.encrypted_key, row.ended_by) == ("", desk.officer.user.email)
    assert check_signatures(report()).verdict == "none"
    # Letters go unsigned, unless the hub says that they must be signed.
    unsealed = letter_about(seed, desk)
    assert not DocumentSignature.objects.filter(sha256=unsealed.sha256).exists()
    assert archive_faults(bytes(unsealed.content)) == []
    put(MUST_BE_SIGNED, True)
    with pytest.raises(Conflict):
        letter_about(seed, desk)


def letter_about(seed: Seed, desk: Desk) -> Letter:
    about = Target("membership", seed.org_b.pk, title="B")
    facts = dict.fromkeys(find("letter_completion").variables, "text")  # type: ignore[union-attr]
    contents = Contents("letter_completion", "M-1", "Navet", ["B"], {"sv": facts}, {"sv": ["Per"]})
    return write(at_the_screen(desk.officer), contents, about)


def test_declined_certificate_and_expiry(seed: Seed, desk: Desk) -> None:
    web = signed_in(desk.officer)
    assert web.post("/signatures/trial/", {"reason": "Prov"}).status_code == 302
    assert SigningCertificate.objects.count() == 1
    approved(desk.second.user)
    page = web.get("/signatures/", headers=ENGLISH).content.decode()
    assert "for testing" in page
    assert check_signatures(report()).verdict == "unknown_issuer"
    later = timezone.now() - timedelta(minutes=1)
    SigningCertificate.objects.update(valid_to=later)
    assert check_signatures(report()).verdict == "none"
    assert "not valid today" in web.get("/signatures/", headers=ENGLISH).content.decode()
    assert "not valid today" in web.get("/office/", headers=ENGLISH).content.decode()


def test_timestamp_comes_through_gateway(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    root, pair = issued("Myndigheten")
    propose_certificate(at_the_screen(desk.officer), pkcs12_of(pair), PASSPHRASE, "Nytt")
    approved(desk.second.user)
    put(TRUST_ROOTS, root)
    for wrong in ("https://anv:HEMLIGT@tsa.example/ts", "https://anv@tsa.example/ts", "tsa.example"):
        with pytest.raises(Invalid):
            change_setting(at_the_screen(desk.officer), TIMESTAMP_ADDRESS.name, wrong)
    # A service that does not answer, or may not be reached, keeps no letter back.
    put(TIMESTAMP_ADDRESS, "http://127.0.0.1:9/tsa")
    assert not check_signatures(report()).signatures[0].is_timestamped
    tsa_root, tsa = issued("Tidsstämpling", timestamps=True)
    put(TRUST_ROOTS, root + tsa_root)
    at = datetime.now(UTC) - timedelta(days=2)
    signer = signer_of(tsa)
    service = DummyTimeStamper(signer.signing_cert, signer.signing_key, fixed_dt=at)

    def answered(_method: str, url: str, *, body: bytes, **_given: object) -> Reply:
        assert url == "http://127.0.0.1:9/tsa"
        reply = service.request_tsa_response(tsp.TimeStampReq.load(body))
        return Reply(200, {"content-type": pades.REPLY}, url, reply.dump())

    monkeypatch.setattr(pades, "fetch", answered)
    found = check_signatures(report())
    assert (found.verdict, found.signatures[0].is_timestamped) == ("trusted", True)
    assert found.signatures[0].at == at.timestamp()


def changed_after(signed: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Extra"] = generic.pdf_string("tillagt")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_signatures_of_incoming_documents_are_checked_and_shown(seed: Seed, desk: Desk) -> None:
    case_file = open_case_file(
        at_the_screen(desk.officer), CaseKind.MEMBERSHIP, "Avtal", "membership", 4711, seed.org_b
    )
    web, paper = signed_in(desk.officer), report()
    root, pair = issued("Anna Ek")
    _root, other = issued("Bo Ask")
    old_root, old = issued("Cia Alm", days=-1)
    server_root, of_server = issued("www.example.se", of_server=True)
    put(TRUST_ROOTS, root + old_root + server_root)

    def signed_by(pair: KeyPair) -> bytes:
        return pades.signed_pdf(paper, key_pem=pair.key_pem, chain_pem=pair.chain_pem, name="")

    good = signed_by(pair)
    flipped = bytearray(good)
    flipped[len(paper) // 2] ^= 1
    expected = {
        "unsigned": (paper, "none"),
        "good": (good, "trusted"),
        "unknown": (signed_by(other), "unknown_issuer"),
        "self-signed": (signed_by(trial_pair("Skatteverket")), "unknown_issuer"),
        "expired": (signed_by(old), "expired"),
        "one byte": (bytes(flipped), "changed"),
        "added to": (changed_after(good), "changed"),
        "web server": (signed_by(of_server), "invalid"),
        "name in numbers": (good.replace(b"/ByteRange", b"/Byt#65Range"), "changed"),
        "begins later": (b"\n" + good, "unchecked"),
        "cut": (good[: len(good) // 2] + b"ByteRange", "unchecked"),
        "noise": (b"%PDF-1.7 /ByteRange [0 1 2 3]", "unchecked"),
    }
    for title, (content, verdict) in expected.items():
        add(web, case_file, title, content)
        document = CaseDocument.objects.get(title=title)
        assert (title, SignatureCheck.objects.get(pk=document.pk).verdict) == (title, verdict)
    add(web, case_file, "text", b"no PDF")
    assert not SignatureCheck.objects.filter(document__title="text").exists()
    page = web.get(f"/cases/{case_file.number}/", headers=ENGLISH).content.decode()
    for words in ("Valid signature", "unknown issuer", "Changed after signing", "expired certificate"):
        assert words in page
    # What is trusted may change: it is checked again, by those who handle the case.
    document = CaseDocument.objects.get(title="good")
    address = f"/cases/{case_file.number}/documents/{document.number}/signatures/"
    assert "Anna Ek" in web.get(address, headers=ENGLISH).content.decode()
    put(TRUST_ROOTS, "")
    assert web.post(address).status_code == 302
    assert SignatureCheck.objects.get(pk=document.pk).verdict == "unknown_issuer"
    assert signed_in(desk.operator).get(address).status_code == 404
    assert signed_in(desk.admin).post(address).status_code == 404


def test_signed_evidence_is_checked_when_it_is_uploaded(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    root, pair = issued("Anna Ek")
    put(TRUST_ROOTS, root)
    signed = pades.signed_pdf(report(), key_pem=pair.key_pem, chain_pem=pair.chain_pem, name="")
    admin = at_the_screen(desk.admin)
    for name, content in (("intyg.pdf", signed), ("utan.pdf", report()), ("text.txt", b"Text")):
        add_evidence(admin, "risk", name, content)
    kept = {each.name: each.signatures.get("verdict") for each in Evidence.objects.all()}
    assert kept == {"intyg.pdf": "trusted", "utan.pdf": "none", "text.txt": None}
    page = signed_in(desk.admin).get("/membership/statement/", headers=ENGLISH).content.decode()
    assert "Valid signature, revocation not checked: Anna Ek" in page


def add(web: Any, case_file: CaseFile, title: str, content: bytes) -> None:
    file = SimpleUploadedFile("avtal.pdf", content, "application/pdf")
    given = {"direction": "incoming", "title": title, "counterpart": "Anna Ek", "file": file}
    assert web.post(f"/cases/{case_file.number}/documents/add/", given).status_code == 302
