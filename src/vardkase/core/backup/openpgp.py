"""Recipients with an OpenPGP certificate.

What is stored is encrypted with age alone, which works on streams of any length. For an OpenPGP recipient the hub
makes an age identity, stores it beside the backups encrypted to the certificate, and forgets it: it encrypts to its
public key from then on. `gpg --decrypt` gives the identity back, also where the private key is on a card; or the
private key itself is named where an identity is asked for. Sequoia does the OpenPGP part, as for protected events.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from pyrage.x25519 import Identity, Recipient
from pysequoia import Cert, Tsk, decrypt, encrypt

from vardkase.core.backup.names import stamp
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.sealing import identities_in, recipient_of
from vardkase.core.backup.state import KnownOpenpgp, State
from vardkase.core.backup.storage import Storage

PREFIX = "openpgp:"
FOLDER = "openpgp/"
LARGEST = 64 << 10


def is_openpgp(key: str) -> bool:
    return key.startswith(PREFIX)


def checked(key: str) -> str:
    """The key of a recipient, of either kind, as it is kept. Raises BackupFailed."""
    if not is_openpgp(key):
        return str(recipient_of(key))
    return _line(_certificate(key))


def line_of(file: Path) -> str:
    """A certificate in a file as one word, which is what recipients are given by. Raises BackupFailed."""
    try:
        content = file.read_bytes()[:LARGEST]
        return _line(_usable(_public(content), file.name))
    except Exception as error:
        raise _bad(file.name) from error


def shown(key: str) -> str:
    if not is_openpgp(key):
        return key
    certificate = _certificate(key, is_used=False)
    names = ", ".join(str(each) for each in certificate.user_ids)
    return f"OpenPGP {certificate.fingerprint.upper()} {names}".strip()


def _line(certificate: Cert) -> str:
    return PREFIX + base64.b64encode(bytes(certificate)).decode()


def _certificate(key: str, *, is_used: bool = True) -> Cert:
    try:
        content = base64.b64decode(key.removeprefix(PREFIX), validate=True)
        found = _public(content[:LARGEST])
    except Exception as error:
        raise _bad(key) from error
    return _usable(found, key) if is_used else found


def _public(content: bytes) -> Cert:
    """Raises ValueError for a private key, which nobody should have given away."""
    if "PGP PRIVATE KEY" in str(Tsk.from_bytes(content)):
        raise ValueError
    return Cert.from_bytes(content)


def _usable(certificate: Cert, name: str) -> Cert:
    # Sequoia refuses to encrypt to what is expired, or has no key for that.
    if certificate.is_revoked:
        raise _bad(name)
    try:
        encrypt(b"probe", recipients=[certificate])
    except Exception as error:
        raise _bad(name) from error
    return certificate


def _bad(name: str) -> BackupFailed:
    return BackupFailed(BackupProblem.BAD_RECIPIENT(value=name[:80]))


def recipient_for(key: str, storage: Storage, state: State) -> Recipient:
    """What to encrypt to so that the recipient can read it, of either kind. Raises BackupFailed."""
    if not is_openpgp(key):
        return recipient_of(key)
    certificate = _certificate(key)
    digest = hashlib.sha256(key.encode()).hexdigest()
    known = state.openpgp().get(digest)
    if known and _is_stored(known, storage):
        return recipient_of(known.recipient)
    identity = Identity.generate()
    name = f"{FOLDER}{certificate.fingerprint}-{stamp(datetime.now(UTC))}.pgp"
    sealed = encrypt(f"{identity}\n".encode(), recipients=[certificate])
    with storage.create(name) as writer:
        writer.write(sealed)
    state.remember_openpgp(digest, str(identity.to_public()), name, hashlib.sha256(sealed).hexdigest())
    return identity.to_public()


def _is_stored(known: KnownOpenpgp, storage: Storage) -> bool:
    """Whether the identity is there as it was stored: otherwise its recipient could read nothing that follows."""
    if known.name not in set(storage.names(FOLDER)):
        return False
    with storage.open(known.name) as stored:
        return hashlib.sha256(stored.read(LARGEST)).hexdigest() == known.digest


def identities(file: Path, storage: Storage, ask: Callable[[], str]) -> list[Identity]:
    """The identities in a file of age, or those beside the backups that an OpenPGP private key opens.

    `ask` is called for the key's password, if it has one. Raises BackupFailed.
    """
    try:
        content = file.read_bytes()[:LARGEST]
    except OSError:
        raise BackupFailed(BackupProblem.BAD_IDENTITY(file=file)) from None
    if b"PGP PRIVATE KEY" not in content:
        return identities_in(file)
    key, sealed = _private_key(file), dict[str, bytes]()
    fingerprint = key.extract_certificate().fingerprint
    for name in storage.names(FOLDER):
        if name.startswith(f"{FOLDER}{fingerprint}-"):
            with storage.open(name) as stored:
                sealed[name] = stored.read(LARGEST)
    if not sealed:
        raise BackupFailed(BackupProblem.BAD_IDENTITY(file=file))
    # Sequoia does not say whether a key has a password.
    found = _opened(sealed.values(), key, None) or _opened(sealed.values(), key, ask())
    if not found:
        # gpg writes some Ed25519 keys that have a password in a way that Sequoia refuses ("Malformed MPI").
        raise BackupFailed(BackupProblem.OPENPGP_NOT_OPENED(file=file, name=max(sealed)))
    return found


def _private_key(file: Path) -> Tsk:
    try:
        return Tsk.from_file(str(file))
    except Exception as error:
        raise BackupFailed(BackupProblem.BAD_IDENTITY(file=file)) from error


def _opened(sealed: Iterable[bytes], key: Tsk, password: str | None) -> list[Identity]:
    """Passes over what the key does not open or what is no identity: whoever may write there can put it beside."""
    found = list[Identity]()
    for each in sealed:
        with contextlib.suppress(Exception):  # Sequoia has no kind of its own for a wrong password.
            opened = decrypt(each, decryptor=key.decryptor(password))
            found.append(Identity.from_str(bytes(opened.bytes or b"").decode().strip()))
    return found
