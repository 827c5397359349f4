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
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vardkase.hub.signatures.keys import KeyPair, PrivateKey


@dataclass(frozen=True, slots=True)
class RawSigner:
    """As pyHanko takes them."""

    signing_cert: asn1.Certificate
    signing_key: keys.PrivateKeyInfo


def issued(
    name: str, *, days: int = 60, timestamps: bool = False, of_server: bool = False
) -> tuple[str, KeyPair]:
    """The certificate of a new issuer (PEM), and a key pair that it issued, which is valid for `days` from now."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    # pyHanko's timestamp service for tests knows RSA alone.
    key = rsa.generate_private_key(65537, 2048) if timestamps else ec.generate_private_key(ec.SECP256R1())
    issuer = _name(f"Utfärdare av {name}")
    first, last = datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) + timedelta(days=max(days, 30))
    authority = x509.BasicConstraints(ca=True, path_length=None)
    root = _builder(issuer, issuer, root_key, first, last).add_extension(authority, critical=True)
    root_made = root.add_extension(_usage(signs=False), critical=True).sign(root_key, hashes.SHA256())
    last = datetime.now(UTC) + timedelta(days=days)
    mine = _builder(_name(name), issuer, key, first, last).add_extension(_usage(signs=True), critical=True)
    if of_server:
        mine = mine.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if timestamps:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        mine = mine.add_extension(stamping, critical=True)
    return root_made.public_bytes(Encoding.PEM).decode(), KeyPair(key, mine.sign(root_key, hashes.SHA256()))


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
