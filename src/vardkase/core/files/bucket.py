"""Stored files as objects of an S3-compatible server, named like the files of a folder: `ab/abcd…`.

The server is not believed: what it hands out is compared with its name. An object's LastModified says when it was
last stored. The server has no lock that would keep `remove` from an object that `put` has just found there, so both
take one in the hub's database.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast

import psycopg
from django.db import connection, transaction

from vardkase.core.files.names import DIGEST, StoredFile, checked
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sql import cursor

FRESH = 6 * 3600.0
"""Seconds for which an object that is there is not sent again; less than unused files are kept."""
LOCK = 0x5641_4653
"""The first half of the advisory lock of files whose names begin alike."""


IN_MEMORY = 16 << 20


@dataclass(frozen=True, slots=True)
class ObjectStatus:
    st_size: int
    st_mtime: float


@dataclass(frozen=True, slots=True)
class StoredObject:
    bucket: BucketFiles
    digest: str
    status: ObjectStatus

    def open(self, _mode: Literal["rb"], /) -> BinaryIO:
        """Fetched whole first: whoever reads meets no connection that is cut."""
        copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the reader closes it
        with failures(), contextlib.closing(self.bucket.stream(self.digest)) as body:
            shutil.copyfileobj(body, copy)
        copy.seek(0)
        return copy

    def stat(self) -> ObjectStatus:
        return self.status


class BucketFiles:
    """Address and credentials as every program of AWS takes them: AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, …"""

    def __init__(self, bucket: str, prefix: str) -> None:
        OptionalPart.S3.require()
        import boto3  # noqa: PLC0415 - optional, and it takes a third of a second
        from botocore.config import Config  # noqa: PLC0415

        # Somebody waits: a server that does not answer is given up soon.
        config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=30)
        self._client: Any = boto3.session.Session().client("s3", config=config)
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""

    def identity(self) -> object:
        return self._client.meta.endpoint_url.rstrip("/"), self._bucket, self._prefix

    def put(self, digest: str, content: bytes) -> None:
        where = self._where(digest)
        with _locked(digest, shared=True), failures():
            status = self._status(digest)
            if status is None or status.st_mtime < time.time() - FRESH:
                self._client.put_object(**where, Body=content)

    def get(self, digest: str) -> bytes:
        with failures(), contextlib.closing(self.stream(digest)) as body:
            content = body.read()
        if hashlib.sha256(content).hexdigest() != digest:
            raise OSError(errno.EIO, f"The stored file {digest} is damaged")
        return content

    def stream(self, digest: str) -> BinaryIO:
        with failures():
            return cast(BinaryIO, self._client.get_object(**self._where(digest))["Body"])

    def size(self, digest: str) -> int | None:
        with failures():
            status = self._status(digest)
        return status.st_size if status else None

    def stored_before(self, moment: float) -> Iterator[str]:
        return (name for name, file in self.all() if file.stat().st_mtime < moment)

    def all(self) -> Iterator[tuple[str, StoredFile]]:
        with failures():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    name = each["Key"].rpartition("/")[2]
                    # A prefix inside this one is another place.
                    if DIGEST.fullmatch(name) and each["Key"] == self._where(name)["Key"]:
                        status = ObjectStatus(int(each["Size"]), each["LastModified"].timestamp())
                        yield name, StoredObject(self, name, status)

    def remove(self, digest: str, before: float) -> int | None:
        where = self._where(digest)
        with _locked(digest, shared=False), failures():
            status = self._status(digest)
            if status is None or status.st_mtime >= before:
                return None
            self._client.delete_object(**where)
        return status.st_size

    def check(self) -> None:
        with failures():
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)

    def _status(self, digest: str) -> ObjectStatus | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            found = self._client.head_object(**self._where(digest))
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        return ObjectStatus(int(found["ContentLength"]), found["LastModified"].timestamp())

    def _where(self, digest: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{digest[:2]}/{checked(digest)}"}


def is_missing(error: Any) -> bool:
    return error.response["Error"]["Code"] in {"NoSuchKey", "404", "NotFound"}


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Raises FileNotFoundError, or OSError as a broken disk does (`core.outages`)."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise FileNotFoundError from None
        # Its words name the request and the code, and no credential.
        raise OSError(errno.EIO, " ".join(str(error).split())[:300]) from None
    except BotoCoreError as error:
        raise OSError(errno.EIO, " ".join(str(error).split())[:300]) from None


@contextlib.contextmanager
def _locked(digest: str, *, shared: bool) -> Iterator[None]:
    suffix, key = "_shared" if shared else "", (LOCK, int(digest[:2], 16))
    # In a transaction, so that a pooler between does not hand the session to somebody else meanwhile.
    with transaction.atomic():
        session = cursor()
        session.execute(f"SELECT pg_advisory_lock{suffix}(%s, %s)", key)
        try:
            yield
        finally:
            # A rollback frees no lock of the session. A fresh cursor is refused once the request is out of time.
            try:
                session.execute(f"SELECT pg_advisory_unlock{suffix}(%s, %s)", key)
            except psycopg.Error:
                connection.close()
                raise
