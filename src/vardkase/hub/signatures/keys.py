"""Private keys with their certificates, as files and as PEM. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.signatures.problems import SignatureProblem

LARGEST = 100 * 1024
LEAST_BITS = 2048
TRIAL_DAYS = 90
CURVES = ("secp256r1", "secp384r1", "secp521r1")

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with its certificate, and those of its issuers as far as they were given."""

    key: PrivateKey
    certificate: x509.Certificate
    issuers: Sequence[x509.Certificate] = ()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def chain_pem(self) -> str:
        every = (self.certificate, *self.issuers)
        return "".join(each.public_bytes(Encoding.PEM).decode() for each in every)

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def read_key_file(content: bytes, passphrase: str) -> KeyPair:
    """The key and certificate of a file, PKCS#12 or PEM. Raises Invalid by field (file, passphrase)."""
    if len(content) > LARGEST:
        raise _refused(SignatureProblem.KEY_FILE_TOO_LARGE(most=LARGEST // 1024))
    secret = passphrase.encode() or None
    key, certificates = (
        _from_pem(content, secret) if b"-----BEGIN" in content else _from_pkcs12(content, secret)
    )
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or not certificates:
        raise _refused(SignatureProblem.NO_KEY_FILE())
    own = [
        each for each in certificates if _public_bytes(each.public_key()) == _public_bytes(key.public_key())
    ]
    if not own:
        raise _refused(SignatureProblem.OTHER_KEY())
    pair = KeyPair(key, own[0], [each for each in certificates if each != own[0]])
    if problem := _fault(pair):
        raise _refused(problem)
    return pair


def trial_pair(name: str) -> KeyPair:
    """A new key with a certificate that it signed itself: nobody else can know that it is the hub's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (name.strip() or "Vårdkase")[:64])])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=TRIAL_DAYS))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return KeyPair(key, made)


def name_of(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)[:255]
    return name.rfc4514_string()[:255]


def _from_pem(content: bytes, secret: bytes | None) -> tuple[object, list[x509.Certificate]]:
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise _refused(SignatureProblem.NO_KEY_FILE()) from error
    encrypted = b"ENCRYPTED" in content
    try:
        # A passphrase for a key that has none is an error of the library, and of nobody else.
        return load_pem_private_key(content, secret if encrypted else None), certificates
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise Invalid({"passphrase": [SignatureProblem.WRONG_PASSPHRASE()]}) from error
        raise _refused(SignatureProblem.NO_KEY_FILE()) from error


def _from_pkcs12(content: bytes, secret: bytes | None) -> tuple[object, list[x509.Certificate]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, secret)
    except (ValueError, UnsupportedAlgorithm) as error:
        # PKCS#12 begins with a SEQUENCE; what does is refused for its passphrase.
        if content.startswith(b"\x30"):
            raise Invalid({"passphrase": [SignatureProblem.WRONG_PASSPHRASE()]}) from error
        raise _refused(SignatureProblem.NO_KEY_FILE()) from error
    return key, [each for each in (certificate, *others) if each is not None]


def _fault(pair: KeyPair) -> Problem | None:
    key, certificate = pair.key, pair.certificate
    weak = key.key_size < LEAST_BITS if isinstance(key, rsa.RSAPrivateKey) else key.curve.name not in CURVES
    if weak:
        return SignatureProblem.WEAK_KEY()
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= datetime.now(UTC) <= last:
        return SignatureProblem.NOT_VALID_NOW(first=first.date(), last=last.date())
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return None if usage.digital_signature or usage.content_commitment else SignatureProblem.NOT_FOR_SIGNING()


def _public_bytes(key: object) -> bytes:
    made: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return made


def _refused(problem: Problem) -> Invalid:
    return Invalid({"file": [problem]})
