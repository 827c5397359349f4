"""Where backups are kept: a folder, or a bucket of an S3-compatible server.

Objects appear whole or not at all, under names made of letters, digits and ``/._-``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from vardkase.core.backup.names import Stored
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.optional_parts import OptionalPart

NAME = re.compile(r"(?!.*\.\.)[\w][\w./-]*")
PART = 16 << 20
"""Bytes of an upload's parts: S3 allows 10,000, so an object may have 160 GB."""


class Writer:
    """Hands on what is written, and counts and hashes it."""

    def __init__(self, target: Any) -> None:
        self._target, self.size, self._digest = target, 0, hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._target.write(data)
        self.size += len(data)
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """For those who flush what they write to: nothing is held back here."""

    def stored(self, name: str) -> Stored:
        return Stored(name, self.size, self._digest.hexdigest())


class Storage(Protocol):
    def create(self, name: str) -> contextlib.AbstractContextManager[Writer]:
        """Write an object. If the block raises, there is none."""

    def open(self, name: str) -> BinaryIO: ...

    def names(self, prefix: str = "") -> Iterator[str]: ...

    def remove(self, name: str) -> None: ...


def storage_of(address: str) -> Storage:
    """The storage at an address. Raises BackupFailed."""
    if not address:
        raise BackupFailed(BackupProblem.NO_STORAGE())
    if address.startswith("s3://"):
        parts = urlsplit(address)
        if not parts.netloc:
            raise BackupFailed(BackupProblem.STORAGE_ADDRESS(value=address))
        return S3Storage(parts.netloc, parts.path.strip("/"))
    if "://" in address:
        raise BackupFailed(BackupProblem.STORAGE_ADDRESS(value=address.partition("://")[0]))
    return FolderStorage(Path(address).expanduser().absolute())


class FolderStorage:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[Writer]:
        path = self._path(name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # In the same folder: a rename is atomic only within a file system.
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
        except OSError as error:
            raise BackupFailed(BackupProblem.STORAGE_FAILED(said=error.strerror or error)) from None
        try:
            with os.fdopen(handle, "wb") as file:
                yield Writer(file)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException as error:
            Path(temporary).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BackupFailed(BackupProblem.STORAGE_FAILED(said=error.strerror or error)) from None
            raise

    def open(self, name: str) -> BinaryIO:
        return self._path(name).open("rb")

    def names(self, prefix: str = "") -> Iterator[str]:
        found = (path for path in self._folder.rglob("*") if path.is_file() and path.name[0] != ".")
        names = sorted(path.relative_to(self._folder).as_posix() for path in found)
        return (name for name in names if name.startswith(prefix))

    def remove(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # Not empty yet.
            for folder in path.relative_to(self._folder).parents[:-1]:
                (self._folder / folder).rmdir()

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self._folder / name


class _Parts:
    """Sends what is written as parts of an upload, each when there is enough of it."""

    def __init__(self, client: Any, where: dict[str, str]) -> None:
        self._client, self._where = client, where
        self._buffer, self.parts = bytearray(), list[dict[str, Any]]()

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= PART:
            self._send(bytes(self._buffer[:PART]))
            del self._buffer[:PART]

    def _send(self, body: bytes) -> None:
        number = len(self.parts) + 1
        answer = self._client.upload_part(**self._where, PartNumber=number, Body=body)
        self.parts.append({"PartNumber": number, "ETag": answer["ETag"]})

    def close(self) -> None:
        if self._buffer or not self.parts:
            self._send(bytes(self._buffer))


class S3Storage:
    """Address and credentials as every program of AWS takes them: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, …"""

    def __init__(self, bucket: str, prefix: str) -> None:
        OptionalPart.S3.require()
        import boto3  # noqa: PLC0415 - optional, and it takes a third of a second
        from botocore.config import Config  # noqa: PLC0415

        # A failed request is repeated with growing waits; a stalled connection is given up after a minute.
        config = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60)
        self._client: Any = boto3.session.Session().client("s3", config=config)
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""

    @contextlib.contextmanager
    def create(self, name: str) -> Iterator[Writer]:
        where = {"Bucket": self._bucket, "Key": self._prefix + name}
        with self._failures():
            upload = self._client.create_multipart_upload(**where)["UploadId"]
        parts = _Parts(self._client, {**where, "UploadId": upload})
        try:
            with self._failures():
                yield Writer(parts)
                parts.close()
                self._client.complete_multipart_upload(
                    **where, UploadId=upload, MultipartUpload={"Parts": parts.parts}
                )
        except BaseException:
            with contextlib.suppress(Exception):
                self._client.abort_multipart_upload(**where, UploadId=upload)
            raise

    def open(self, name: str) -> BinaryIO:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with self._failures():
            try:
                body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"]
            except ClientError as error:
                if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                    raise FileNotFoundError(name) from None
                raise
        return cast(BinaryIO, body)

    def names(self, prefix: str = "") -> Iterator[str]:
        with self._failures():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(self._prefix)

    def remove(self, name: str) -> None:
        with self._failures():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            # Its words name the request and the code, and no credential.
            raise BackupFailed(
                BackupProblem.STORAGE_FAILED(said=" ".join(str(error).split())[:300])
            ) from None
