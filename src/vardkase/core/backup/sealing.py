"""Compression and encryption of streams: zstd, then age (https://age-encryption.org/v1).

`pyrage` wraps rage, the implementation in Rust. What is encrypted cannot be read on the hub: it holds public keys only.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import pyrage
import zstandard
from pyrage.x25519 import Identity, Recipient

from vardkase.core.backup.problems import BackupFailed, BackupProblem

LEVEL = 3
CHUNK = 1 << 20


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


def recipient_of(text: str) -> Recipient:
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BackupFailed(BackupProblem.BAD_RECIPIENT(value=text[:80])) from None


def identities_in(file: Path) -> list[Identity]:
    """The identities in a file of `age-keygen`. Raises BackupFailed."""
    try:
        lines = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, ValueError, pyrage.IdentityError):
        found = []
    if not found:
        raise BackupFailed(BackupProblem.BAD_IDENTITY(file=file))
    return found


def make_identity(file: Path) -> str:
    """Write a new identity into a new file, and return its public key. Raises BackupFailed."""
    try:
        return write_identity(file)
    except OSError as error:
        raise BackupFailed(BackupProblem.STORAGE_FAILED(said=f"{file}: {error.strerror}")) from None


def write_identity(file: Path) -> str:
    """As `make_identity`; raises OSError."""
    made = Identity.generate()
    public = str(made.to_public())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(f"# public key: {public}\n{made}\n")
    return public


class _Whole:
    """Reads in large pieces what is asked for in small ones: encryption asks for 8 KiB at a time."""

    def __init__(self, source: Readable) -> None:
        self._source, self._rest = source, memoryview(b"")

    def read(self, size: int = -1, /) -> bytes:
        if not self._rest:
            self._rest = memoryview(self._source.read(CHUNK))
        piece, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return piece


class _Heard:
    """Keeps what a stream raises: pyrage raises an error of its own in place of it."""

    def __init__(self, source: Readable, target: Writable) -> None:
        self._source, self._target, self.failed = source, target, list[Exception]()

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._source.read(size)
        except Exception as error:
            self.failed.append(error)
            raise

    def write(self, data: bytes, /) -> int:
        try:
            return self._target.write(data)
        except Exception as error:
            self.failed.append(error)
            raise

    def flush(self) -> None:
        pass  # Nothing is held back here.


def seal(source: Readable, target: Writable, recipients: Sequence[Recipient]) -> None:
    """Compress and encrypt `source` into `target`, with bounded memory. Raises what they raise."""
    heard = _Heard(source, target)
    # Two threads of its own: compression is the slower half, and releases the interpreter.
    compressor = zstandard.ZstdCompressor(level=LEVEL, threads=2)
    try:
        with compressor.stream_reader(cast(BinaryIO, heard), read_size=CHUNK) as compressed:
            pyrage.encrypt_io(_Whole(compressed), heard, recipients)
    except pyrage.EncryptError:
        if heard.failed:
            raise heard.failed[0] from None
        raise


@contextlib.contextmanager
def unsealed(source: Readable, identities: Sequence[Identity], name: str) -> Iterator[BinaryIO]:
    """The content of a sealed stream, as a stream that is read once.

    Raises BackupFailed, at the latest when the block ends: what was read before may not be relied on until then.
    """
    receiving, sending = os.pipe()
    failed: list[BaseException] = []

    def decrypt() -> None:
        try:
            with os.fdopen(sending, "wb", buffering=CHUNK) as writer:
                pyrage.decrypt_io(_Whole(source), writer, identities)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that reads
            failed.append(error)

    thread = threading.Thread(target=decrypt, daemon=True)
    thread.start()
    raised: BaseException | None = None
    try:
        with (
            os.fdopen(receiving, "rb", buffering=CHUNK) as reader,
            zstandard.ZstdDecompressor().stream_reader(reader, read_size=CHUNK) as plain,
        ):
            yield cast(BinaryIO, plain)
            while plain.read(CHUNK):  # To the end: only there it is known that nothing was cut off.
                pass
    except BackupFailed:
        raise
    except Exception as error:
        raised = error
        raise
    finally:
        thread.join()
        if failed and not isinstance(raised, BackupFailed):
            said = " ".join(str(failed[0]).split()) or type(failed[0]).__name__
            raise BackupFailed(BackupProblem.CANNOT_DECRYPT(name=name, said=said)) from raised
