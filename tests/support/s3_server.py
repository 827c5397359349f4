"""A real S3-compatible server (SeaweedFS) on free local ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.folders import temporary_folder
from tests.support.ports import free_port
from vardkase.core.database import die_with_parent

WEED = Path(sys.executable).with_name("weed")
KEY, SECRET = "hub", "hub-secret-of-a-test"
PATIENCE = 60.0


@contextmanager
def s3_server(bucket: str) -> Iterator[dict[str, str]]:
    """Run one with an empty bucket; yields what a program of AWS finds in its environment."""
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    grpc = {f"{name}.grpc": free_port() for name in ports}
    with temporary_folder() as folder:
        (folder / "identities.json").write_text(json.dumps(_identities()))
        arguments = [f"-{name.replace('.grpc', '.port.grpc')}={port}" for name, port in grpc.items()]
        arguments += [f"-{name}.port={port}" for name, port in ports.items()]
        process = subprocess.Popen(
            [
                WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                f"-s3.config={folder / 'identities.json'}", "-master.volumeSizeLimitMB=32", "-volume.max=20",
                *arguments,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"HOME": str(folder)},
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one system call, no lock
        )  # fmt: skip
        environment = {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{ports['s3']}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        try:
            _wait_for(environment, bucket)
            yield environment
        finally:
            process.kill()
            process.wait()


def _identities() -> object:
    keys = [{"accessKey": KEY, "secretKey": SECRET}]
    return {"identities": [{"name": "hub", "credentials": keys, "actions": ["Admin"]}]}


def _wait_for(environment: dict[str, str], bucket: str) -> None:
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=5),
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            client.create_bucket(Bucket=bucket)
            client.put_object(Bucket=bucket, Key="probe", Body=b"x")  # Volumes are there a moment later.
            client.delete_object(Bucket=bucket, Key="probe")
        except (ClientError, BotoCoreError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
