"""Attachments on an S3-compatible server or in a shared folder: stored, read, moved, removed and backed up."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from django.db import transaction
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.support.folders import temporary_folder
from tests.support.object_storage import BUCKET, object_storage
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.core import files
from vardkase.core.backup.taking import stored_files
from vardkase.core.backup.tars import FilesTar, unpack_files
from vardkase.core.file_columns import remove_unused
from vardkase.core.files.bucket import LOCK, BucketFiles
from vardkase.core.files.in_use import note_place
from vardkase.core.sql import cursor
from vardkase.core.time_budget import OutOfTime, time_budget
from vardkase.hub.instance.readiness import StoredFiles, readiness

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with temporary_folder() as folder, object_storage(folder) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        files._bucket.cache_clear()
        yield boto3.session.Session().client("s3")
        files._bucket.cache_clear()


def run(*arguments: str) -> Any:
    answer = CliRunner().invoke(commands, [*arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def keys_of(bucket: Any) -> set[str]:
    return {each["Key"] for each in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", ())}


@pytest.mark.long
def test_attachments_move_to_a_bucket_and_back(
    seed: Seed, bucket: Any, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path / "files"
    event = make_event(seed.org_a)
    event.save()
    document = {
        "type": "attachment", "category": "Payload delivery", "value": "plan.txt",
        "data": base64.b64encode(b"kept in the folder").decode(),
    }  # fmt: skip
    assert call(seed.analyst.key, "POST", f"/attributes/add/{event.pk}", document)[0] == 200
    before = hashlib.sha256(b"kept in the folder").hexdigest()

    settings.VARDKASE_FILES = f"s3://{BUCKET}/hub"
    settings.VARDKASE_FILES_FORMER = ""
    assert readiness()["storage"] == "ok"
    assert files.read(before) == b"kept in the folder"
    later = files.store(b"kept in the bucket")
    assert keys_of(bucket) == {f"hub/{later[:2]}/{later}"}
    assert not (tmp_path / "files" / later[:2] / later).exists()
    assert run("files", "status")["to be moved"] == 1

    # A backup has both, wherever they are, and restores them as files.
    unpacked = set(unpack_files(FilesTar(list(stored_files(settings.FILES_DIR))), tmp_path / "restored"))  # type: ignore[arg-type]
    assert unpacked == {before, later}

    # A file that was damaged in the folder stays there; the rest moves when it is repaired.
    kept = tmp_path / "files" / before[:2] / before
    kept.write_bytes(b"changed")
    answer = CliRunner().invoke(commands, ["files", "move"])
    assert (answer.exit_code, "damaged" in answer.output) == (1, True)
    kept.write_bytes(b"kept in the folder")
    assert run("files", "move") == {"moved": 1, "bytes": len(b"kept in the folder")}
    assert run("files", "move")["moved"] == 0
    assert not kept.exists()
    assert AuditEntry.objects.get(action="file.moved").change["count"] == 1
    path = f"/attributes/view/{event.attributes.get().pk}"
    answer = call(seed.analyst.key, "GET", path)[1]
    assert base64.b64decode(answer["Attribute"]["data"]) == b"kept in the folder"
    assert call(seed.stranger.key, "GET", path)[0] in (403, 404, 405)

    # What no row names is removed, what one names is kept, and what is stored again counts as new.
    assert remove_unused(time.time() - 60) == (0, 0)
    assert remove_unused(time.time() + 60) == (1, len(b"kept in the bucket"))
    assert (files.size(later), files.size(before)) == (0, len(b"kept in the folder"))

    # The server is not believed.
    bucket.put_object(Bucket=BUCKET, Key=f"hub/{before[:2]}/{before}", Body=b"something else")
    with pytest.raises(OSError, match="damaged"):
        files.read(before)
    bucket.put_object(Bucket=BUCKET, Key=f"hub/{before[:2]}/{before}", Body=b"kept in the folder")

    # And back, to a folder that several machines share.
    settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = str(tmp_path / "shared"), f"s3://{BUCKET}/hub"
    assert run("files", "move")["moved"] == 1
    assert keys_of(bucket) == set()
    assert (tmp_path / "shared" / before[:2] / before).read_bytes() == b"kept in the folder"

    # A server that does not answer is said to be one.
    settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = "s3://no-such-bucket", ""
    assert readiness()["storage"] == "fault"
    answer = CliRunner().invoke(commands, ["doctor", "--json"])
    (finding,) = [each for each in json.loads(answer.stdout)["findings"] if each["name"] == "files"]
    assert (finding["state"], "VARDKASE_FILES" in finding["advice"]) == ("bad", True)


def test_a_slow_server_leaves_no_lock_behind() -> None:
    class Slow:
        def head_object(self, **_where: Any) -> None:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

        def put_object(self, **_where: Any) -> None:
            time.sleep(0.06)

    store = BucketFiles.__new__(BucketFiles)
    store._client, store._bucket, store._prefix = Slow(), BUCKET, ""
    with pytest.raises(OutOfTime), time_budget(0.05), transaction.atomic():
        _put_and_ask(store)
    query = "SELECT objid FROM pg_locks WHERE classid = %s AND pid = pg_backend_pid()"
    locks = cursor().execute(query, [LOCK]).fetchall()
    assert locks == []


def _put_and_ask(store: BucketFiles) -> None:
    store.put(hashlib.sha256(b"x").hexdigest(), b"x")
    cursor()


def test_files_of_a_shared_folder(seed: Seed, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"
    former = files.store(b"from before")
    settings.VARDKASE_FILES = str(tmp_path / "shared")
    assert files.read(former) == b"from before"
    assert run("files", "move") == {"moved": 1, "bytes": len(b"from before")}
    assert (tmp_path / "shared" / former[:2] / former).exists()
    assert not (tmp_path / "files" / former[:2] / former).exists()
    assert [name for name, _file in files.all_files()] == [former]
    # Nor is whoever may write to the folder.
    (tmp_path / "shared" / former[:2] / former).write_bytes(b"from  evil!")
    with pytest.raises(OSError, match="damaged"):
        files.read(former)
    files.store(b"from before")
    assert files.read(former) == b"from before"
    assert readiness()["storage"] == "ok"


def test_a_shell_with_other_settings_moves_nothing(seed: Seed, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"
    digest = files.store(b"read by the hub that runs")
    note_place()
    settings.VARDKASE_FILES = str(tmp_path / "elsewhere")
    answer = CliRunner().invoke(commands, ["files", "move"])
    assert (answer.exit_code, str(tmp_path / "files") in answer.output) == (1, True)
    assert (tmp_path / "files" / digest[:2] / digest).exists()
    assert "was started with" in CliRunner().invoke(commands, ["files", "status"]).output
    found = json.loads(CliRunner().invoke(commands, ["doctor", "--json"]).stdout)["findings"]
    assert [each["state"] for each in found if each["name"] == "files"] == ["bad"]
    note_place()
    assert run("files", "move")["moved"] == 1


def test_one_place_with_two_names_loses_nothing(seed: Seed, settings: Any, tmp_path: Path) -> None:
    """Each way of writing the place, or of linking it, that a move once took for two places."""
    home = settings.FILES_DIR = tmp_path / "files"
    contents = [b"%d" % number for number in range(9)]
    kept = {files.store(content): content for content in contents}
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "inside").mkdir()
    spellings = [
        str(home),
        f"{home}/",
        f"{tmp_path}/./files",
        f"{tmp_path}/inside/../files",
        f"{tmp_path}/link",
    ]
    for place in spellings:
        for former in ("", *spellings, str(tmp_path / "nowhere")):
            settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = place, former
            assert run("files", "move") == {"moved": 0, "bytes": 0}, (place, former)
            assert run("files", "status")["to be moved"] == 0
    settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = "", str(home)
    assert run("files", "move")["moved"] == 0

    # A folder of the new place, or a file, leads into the former one.
    first, second, *_rest = sorted(kept)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / first[:2]).symlink_to(home / first[:2])
    settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = str(linked), ""
    answer = CliRunner().invoke(commands, ["files", "move"])
    assert (answer.exit_code, "the same place" in answer.output) == (1, True)
    assert {name: (home / name[:2] / name).read_bytes() for name in kept} == kept
    (linked / first[:2]).unlink()
    (linked / second[:2]).mkdir()
    (linked / second[:2] / second).symlink_to(home / second[:2] / second)
    assert run("files", "move")["moved"] == len(kept)
    assert {name: (linked / name[:2] / name).read_bytes() for name in kept} == kept

    # And back into the data folder, as the handbook says.
    settings.VARDKASE_FILES, settings.VARDKASE_FILES_FORMER = str(home), f"{linked}/"
    assert run("files", "move")["moved"] == len(kept)
    assert {name: (home / name[:2] / name).read_bytes() for name in kept} == kept
    assert list(linked.glob("*/*")) == []


@pytest.mark.long
def test_one_bucket_with_two_names_loses_nothing(
    seed: Seed, bucket: Any, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.VARDKASE_FILES = f"s3://{BUCKET}/hub"
    digest = files.store(b"kept in the bucket")
    for former in (f"s3://{BUCKET}/hub/", f"s3://{BUCKET}//hub", f"s3://{BUCKET}", f"s3://{BUCKET}/hu"):
        settings.VARDKASE_FILES_FORMER = former
        assert run("files", "move")["moved"] == 0
        assert keys_of(bucket) == {f"hub/{digest[:2]}/{digest}"}


def test_a_hub_whose_files_are_gone_is_not_ready(
    seed: Seed, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is not mounted is empty, and can be written to."""
    settings.FILES_DIR = tmp_path / "files"
    event = make_event(seed.org_a)
    event.save()
    document = {"type": "attachment", "value": "plan.txt", "data": base64.b64encode(b"plan").decode()}
    assert call(seed.analyst.key, "POST", f"/attributes/add/{event.pk}", document)[0] == 200

    def state() -> tuple[str, str]:
        found = json.loads(CliRunner().invoke(commands, ["doctor", "--json"]).stdout)["findings"]
        (state,) = [each["state"] for each in found if each["name"] == "files"]
        monkeypatch.setattr("vardkase.hub.instance.readiness._stored_files", StoredFiles())
        return readiness()["storage"], state

    assert state() == ("ok", "ok")
    (tmp_path / "files").rename(tmp_path / "away")
    assert readiness()["storage"] == "ok", "looked for once a minute"
    assert state() == ("fault", "bad")
    settings.VARDKASE_FILES_FORMER = str(tmp_path / "away")
    assert state() == ("ok", "ok")
