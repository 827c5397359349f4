"""S/MIME: encrypting mail for the owner of a certificate (RFC 8551, enveloped data)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

from vardkase.core.errors import InvalidValue
from vardkase.core.openpgp.problems import MailKeyProblem

MAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
ANYTHING = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
LONGEST = 65_535
"""Characters; MISP's column holds as many."""


def enveloped(content: bytes, certificate: str) -> bytes:
    """`content` (a MIME entity) encrypted with a PEM certificate, as DER; raises InvalidValue."""
    owner = usable_certificate(certificate)
    builder = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
    # Binary: the entity has its line ends, and a signature inside must stay as it is.
    return builder.add_recipient(owner).encrypt(Encoding.DER, [PKCS7Options.Binary])


def usable_certificate(pem: str) -> x509.Certificate:
    """The certificate, if mail can be closed with it today; raises InvalidValue otherwise."""
    try:
        certificate = x509.load_pem_x509_certificate(pem[:LONGEST].encode())
        key = certificate.public_key()
    except (ValueError, TypeError) as error:
        raise InvalidValue(MailKeyProblem.NO_CERTIFICATE()) from error
    if not isinstance(key, RSAPublicKey):
        raise InvalidValue(MailKeyProblem.NO_CERTIFICATE())
    if not certificate.not_valid_before_utc <= timezone.now() <= certificate.not_valid_after_utc:
        raise InvalidValue(MailKeyProblem.NOT_VALID_NOW())
    if not _is_for_mail(certificate):
        raise InvalidValue(MailKeyProblem.NOT_FOR_MAIL())
    return certificate


def _is_for_mail(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return MAIL in uses or ANYTHING in uses
