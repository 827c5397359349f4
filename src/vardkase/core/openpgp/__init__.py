"""OpenPGP as MISP uses it: detached signatures by the primary key of a pair (recordings, sync 22), encrypted mail.

Sequoia does the work, and holds peers to today's algorithms: a signature with SHA-1, or by a short key, counts as none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pysequoia import ArmorKind, Cert, Sig, SignatureMode, Tsk, armor, encrypt, sign_file, verify
from pysequoia.packet import PacketPile, Tag

from vardkase.core.errors import InvalidValue
from vardkase.core.openpgp.problems import MailKeyProblem

__all__ = [
    "PublicKey",
    "armored_signature",
    "encrypted",
    "is_signed_by",
    "public_key",
    "public_part",
    "signature_of",
]

ARMOR = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
LONGEST_KEY = 65_535
"""Characters; MISP's column holds as many."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key. `fingerprint` is the primary key's, in upper case as MISP writes it."""

    fingerprint: str
    revoked: bool


def public_key(armored: str) -> PublicKey:
    """Read one armored public key; raises InvalidValue for anything else, including secret keys."""
    if not armored.lstrip().startswith(ARMOR) or len(armored) > LONGEST_KEY:
        raise InvalidValue(MailKeyProblem.NO_PUBLIC_KEY())
    certificate = _certificate(armored)
    # Sequoia reads the public part of a secret key as well, which must not be stored.
    secret = (Tag.SecretKey, Tag.SecretSubkey)
    if certificate is None or any(p.tag in secret for p in PacketPile.from_bytes(armored.encode())):
        raise InvalidValue(MailKeyProblem.NO_PUBLIC_KEY())
    return PublicKey(certificate.fingerprint.upper(), certificate.is_revoked)


def is_signed_by(armored: Iterable[str], signature: bytes, content: bytes) -> bool:
    """True if one of the keys' primary keys made the detached `signature` of `content`.

    The content is read once, however many keys there are.
    """
    keys = [key for each in armored if (key := _certificate(each)) is not None]
    try:
        found = verify(content, lambda _ids: keys, signature=Sig.from_bytes(signature)).valid_sigs
    except (RuntimeError, ValueError, OSError):
        return False
    return any(each.certificate == each.signing_key for each in found)


def signature_of(content: Iterable[bytes], secret_key: str) -> bytes:
    """A detached binary signature of the concatenated pieces; raises InvalidValue for a key that cannot sign."""
    signer = _secret(secret_key).signer()
    with TemporaryDirectory() as folder:
        signed, signature = Path(folder, "signed"), Path(folder, "signature")
        with signed.open("wb") as file:
            file.writelines(content)
        sign_file(signer, signed, signature, mode=SignatureMode.DETACHED, armor=False)
        return signature.read_bytes()


def armored_signature(signature: bytes) -> str:
    return armor(signature, ArmorKind.Signature)


def encrypted(content: bytes, armored: str, secret_key: str = "") -> str:
    """`content` as an armored message encrypted to one public key, optionally signed by `secret_key`.

    Raises InvalidValue for an invalid, expired or revoked key, or one not made for encryption.
    """
    revoked, certificate = public_key(armored).revoked, _certificate(armored)
    if certificate is None or revoked or not _encrypts_now(armored):
        raise InvalidValue(MailKeyProblem.NO_ENCRYPTION_KEY())
    signer = _secret(secret_key).signer() if secret_key else None
    try:
        return encrypt(content, [certificate], signer).decode("ascii")
    except RuntimeError as error:
        raise InvalidValue(MailKeyProblem.NO_ENCRYPTION_KEY()) from error


def public_part(secret_key: str) -> str:
    """The armored public key of an armored secret key; raises InvalidValue unless its primary key can sign."""
    public = str(_secret(secret_key).extract_certificate())
    if not is_signed_by([public], signature_of([b"a trial"], secret_key), b"a trial"):
        raise InvalidValue(MailKeyProblem.NO_SIGNING_KEY())
    return public


def _certificate(armored: str) -> Cert | None:
    try:
        return Cert.from_bytes(armored.encode())
    except (RuntimeError, ValueError):
        return None


def _encrypts_now(armored: str) -> bool:
    """True if it contains an encryption key that is valid today, by the newest signature on each key.

    pysequoia's `encrypt` does not check expiry.
    """
    certificate, now = _certificate(armored), datetime.now(UTC)
    if certificate is None or (certificate.expiration and certificate.expiration <= now):
        return False
    newest: dict[str, tuple[datetime, bool]] = {}
    key, made = "", now
    for packet in PacketPile.from_bytes(armored.encode()):
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey):
            key, made = packet.fingerprint or "", packet.key_created or now
        elif packet.tag == Tag.Signature and (flags := packet.key_flags) is not None:
            period = packet.key_validity_period
            good = flags.transport_encryption and (period is None or made + period > now)
            statement = (packet.signature_created or made, good)
            newest[key] = max(newest.get(key, statement), statement)
    return any(good for _, good in newest.values())


def _secret(armored: str) -> Tsk:
    try:
        secret = Tsk.from_bytes(armored.encode())
        secret.signer()
    except (RuntimeError, ValueError) as error:
        raise InvalidValue(MailKeyProblem.NO_SIGNING_KEY()) from error
    return secret
