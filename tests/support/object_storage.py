"""A real S3-compatible server (SeaweedFS) on free local ports, with one bucket."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.ports import free_port
from vardkase.core.database import die_with_parent

BUCKET, KEY, SECRET = "files", "hub", "a secret of the hub"
PATIENCE = 60.0
PORTS = (
    *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc"),
    *("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"),
)


@contextmanager
def object_storage(folder: Path) -> Iterator[dict[str, str]]:
    """Yields the variables by which programs find it."""
    identities = [_identity(KEY, SECRET, "Read", "Write", "List"), _identity("admin", "admin", "Admin")]
    config, data = folder / "s3.json", folder / "objects"
    config.write_text(json.dumps({"identities": identities}))
    data.mkdir()
    ports = {name: free_port() for name in PORTS}
    command = [str(Path(sys.executable).with_name("weed")), "server", "-s3", f"-s3.config={config}"]
    command += [
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=20"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call, no lock
        )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{ports['s3.port']}"
        _make_bucket(address, process)
        yield {
            "AWS_ENDPOINT_URL_S3": address,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        process.kill()  # It would take 20 seconds to end by itself, and nothing of it is kept.
        process.wait()


def _identity(name: str, secret: str, *actions: str) -> dict[str, Any]:
    return {"name": name, "actions": actions, "credentials": [{"accessKey": name, "secretKey": secret}]}


def _make_bucket(address: str, process: subprocess.Popen[bytes]) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    client: Any = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="admin", aws_secret_access_key="admin",
        region_name="us-east-1",
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            # Buckets can be made before objects can be stored.
            client.put_object(Bucket=BUCKET, Key="probe", Body=b"probe")
            client.delete_object(Bucket=BUCKET, Key="probe")
        except (BotoCoreError, ClientError) as error:
            if getattr(error, "response", {}).get("Error", {}).get("Code") == "BucketAlreadyOwnedByYou":
                return
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
