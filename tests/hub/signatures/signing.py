"""Issuers, and certificates that they issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from vardkase.hub.signatures.keys import KeyPair, PrivateKey


@dataclass(frozen=True, slots=True)
class RawSigner:
    """As pyHanko takes them."""

    signing_cert: asn1.Certificate
    signing_key: keys.PrivateKeyInfo


class Issuer:
    """It answers at `url` whether a certificate is revoked, and lists those that are (`/list`)."""

    def __init__(self, name: str, url: str = "", days: int = 60) -> None:
        self.name, self.url, self.revoked = _name(name), url, dict[int, datetime]()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.first, last = datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) + timedelta(days=days)
        authority = x509.BasicConstraints(ca=True, path_length=None)
        root = _builder(self.name, self.name, self.key, self.first, last)
        root = root.add_extension(authority, critical=True)
        root = root.add_extension(_usage(signs=False), critical=True)
        self.certificate = root.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(self, name: str, days: int, key: PrivateKey, purpose: x509.ExtendedKeyUsage | None) -> KeyPair:
        last = datetime.now(UTC) + timedelta(days=days)
        mine = _builder(_name(name), self.name, key, self.first, last)
        mine = mine.add_extension(_usage(signs=True), critical=True)
        if purpose:
            stamps = ExtendedKeyUsageOID.TIME_STAMPING in purpose
            mine = mine.add_extension(purpose, critical=stamps)
        if self.url:
            places = [x509.UniformResourceIdentifier(f"{self.url}{path}") for path in ("/ask", "/list")]
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, places[0])
            mine = mine.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
            point = x509.DistributionPoint(places[1:], None, None, None)
            mine = mine.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return KeyPair(key, mine.sign(self.key, hashes.SHA256()))

    def revoke(self, pair: KeyPair, at: datetime) -> None:
        self.revoked[pair.certificate.serial_number] = at

    def revocation_list(self) -> bytes:
        now = datetime.now(UTC)
        made = x509.CertificateRevocationListBuilder(self.name, now, now + timedelta(days=1))
        for serial, at in self.revoked.items():
            row = x509.RevokedCertificateBuilder(serial, at).build()
            made = made.add_revoked_certificate(row)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, request: bytes) -> bytes:
        asked, now = ocsp.load_der_ocsp_request(request), datetime.now(UTC)
        at = self.revoked.get(asked.serial_number)
        made = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            asked.serial_number,
            asked.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD,
            now,
            now + timedelta(days=1),
            at,
            None,
        )
        made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def issued(
    name: str, *, days: int = 60, timestamps: bool = False, of_server: bool = False
) -> tuple[str, KeyPair]:
    """The certificate of a new issuer (PEM), and a key pair that it issued, which is valid for `days` from now."""
    issuer, purpose = Issuer(f"Utfärdare av {name}", days=max(days, 30)), None
    # pyHanko's timestamp service for tests knows RSA alone.
    key = rsa.generate_private_key(65537, 2048) if timestamps else ec.generate_private_key(ec.SECP256R1())
    if of_server or timestamps:
        of = ExtendedKeyUsageOID.TIME_STAMPING if timestamps else ExtendedKeyUsageOID.SERVER_AUTH
        purpose = x509.ExtendedKeyUsage([of])
    return issuer.pem, issuer.issue(name, days, key, purpose)


def signer_of(pair: KeyPair) -> RawSigner:
    _kind, _headers, certificate = pem.unarmor(pair.chain_pem.encode())
    _kind, _headers, key = pem.unarmor(pair.key_pem.encode())
    return RawSigner(asn1.Certificate.load(certificate), keys.PrivateKeyInfo.load(key))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, first: datetime, last: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number(), first, last
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )
