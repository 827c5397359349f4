"""A hub whose files are on an S3-compatible server is backed up there, and restored without them and into a bucket."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.folders import temporary_folder
from tests.support.object_storage import BUCKET, object_storage
from tests.support.prepared import copy_prepared
from tests.support.processes import without_database_url
from vardkase.core.backup.problems import BackupFailed
from vardkase.core.backup.sealing import make_identity
from vardkase.core.backup.tars import FilesTar, unpack_files

FILES = "files-of-the-hub"


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as found:
        (found / "data").mkdir()
        copy_prepared(found / "data")
        yield found


def vardkase(data: Path, environment: dict[str, str], *arguments: str, fails: bool = False) -> str:
    command = [sys.executable, "-m", "vardkase.cli.main", *arguments, "--data-dir", str(data)]
    done = subprocess.run(
        command, env=without_database_url() | environment, capture_output=True, text=True, check=False
    )
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def attached(data: Path, environment: dict[str, str], content: bytes) -> str:
    """Import an event with a file; returns the file's SHA-256."""
    attribute = {"type": "attachment", "category": "Payload delivery", "value": "plan.txt"}
    attribute["data"] = base64.b64encode(content).decode()
    event = {"info": "With a file", "distribution": 0, "threat_level_id": 4, "analysis": 0}
    file = data.parent / "event.json"
    file.write_text(json.dumps({"Event": event | {"Attribute": [attribute]}}))
    vardkase(data, environment, "import", str(file))
    return hashlib.sha256(content).hexdigest()


@pytest.mark.long
def test_files_in_a_bucket(folder: Path) -> None:
    data, identity = folder / "data", folder / "identity"
    with object_storage(folder) as server:
        away = server | {"VARDKASE_BACKUP_STORAGE": f"s3://{BUCKET}/backups"}
        hub = away | {"VARDKASE_FILES": f"s3://{BUCKET}/{FILES}"}
        client: Any = boto3.client(
            "s3", endpoint_url=server["AWS_ENDPOINT_URL_S3"], region_name="us-east-1",
            aws_access_key_id="admin", aws_secret_access_key="admin",
        )  # fmt: skip

        def put(digest: str, content: bytes) -> None:
            client.put_object(Bucket=BUCKET, Key=f"{FILES}/{digest[:2]}/{digest}", Body=content)

        vardkase(data, hub, "init", "--no-knowledge")
        vardkase(
            data, hub, "backup", "recipients", "propose", f"O {make_identity(identity)}", "--reason", "T"
        )
        signed_by = vardkase(data, hub, "backup", "recipients", "list", "--signing-key").strip()
        first = attached(data, hub, b"the first file" * 90_000)
        assert not list((data / "files").glob("*/*")), "files are in the bucket alone"
        made = json.loads(vardkase(data, hub, "backup", "run", "--full", "--json"))
        assert (made["verified"], made["files"]) == (True, 1)

        # The server is not believed: what somebody exchanged is named, left out, and taken once it is right again.
        second = attached(data, hub, b"the second file")
        third = attached(data, hub, b"the third file")
        put(second, b"something else!")
        for command in (["log"], ["run"]):
            said = vardkase(data, hub, "backup", *command, fails=True)
            assert (second in said, third in said) == (True, False)
        put(second, b"the second file")
        vardkase(data, hub, "backup", "log")
        client.delete_object(Bucket=BUCKET, Key=f"{FILES}/{first[:2]}/{first}")

        # The bucket of the files is gone with the hub: the files come from the backup, into the data folder.
        restored = folder / "restored"
        keys = ["--identity", str(identity), "--signed-by", signed_by]
        done = json.loads(vardkase(restored, away, "restore", *keys, "--json"))
        assert (done["files"], done["left"]) == (3, [])
        kept = {path.name: path.read_bytes() for path in (restored / "files").glob("*/*")}
        assert kept.keys() == {first, second, third}
        assert kept[second] == b"the second file"
        # And from there into a bucket again.
        anew = away | {"VARDKASE_FILES": f"s3://{BUCKET}/anew"}
        assert json.loads(vardkase(restored, anew, "files", "move", "--json"))["moved"] == 3
        found = client.list_objects_v2(Bucket=BUCKET, Prefix="anew/")["Contents"]
        assert {each["Key"].rpartition("/")[2] for each in found} == kept.keys()


def test_exchanged_files_are_left_out_of_a_backup(tmp_path: Path) -> None:
    contents = [b"first", b"second" * 99_999, b"third"]
    files = {hashlib.sha256(content).hexdigest(): content for content in contents}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    changed = list(files)[1]
    (tmp_path / changed).write_bytes(b"evil!!" * 99_999)
    gone = "0" * 64
    tar = FilesTar([(name, tmp_path / name) for name in (*files, gone)])
    assert set(unpack_files(tar, tmp_path / "restored")) == files.keys() - {changed}  # type: ignore[arg-type]
    assert (tar.damaged, tar.missing) == ([changed], [gone])

    class Unreachable:
        def open(self, _mode: str) -> Any:
            raise OSError(5, "does not answer")

        def stat(self) -> Any:
            raise AssertionError

    with pytest.raises(BackupFailed, match="does not answer"):
        FilesTar([("0" * 64, Unreachable())]).read(1)  # type: ignore[list-item]
