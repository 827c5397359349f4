"""A later run in a hub that is in use: two officers approve the dump, whoever runs the machine."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from django.utils import timezone

from tests.factories.misp_dump import written
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.move_in import misp
from tests.hub.move_in.command import move_in
from tests.web.accounts import signed_in
from vardkase.core.errors import Conflict, InvalidValue
from vardkase.hub.move_in import approval
from vardkase.hub.move_in.models import Move
from vardkase.hub.move_in.source.dump import read_dump
from vardkase.hub.move_in.source.files import MispFiles, digest_of, digests_of
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

PRINTED = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
"""As docs/move-in.md says it."""

pytestmark = pytest.mark.usefixtures("only_people")


def approve(dump: Path, settings: Path, files: Path | None = None) -> None:
    given = {"dump": digest_of(dump), "settings": digest_of(settings), "attachments": digests_of(files)[0]}
    ApprovalRequest.objects.create(
        action=approval.RUN.name,
        subject=approval.approval_subject(**given),
        state=RequestState.APPROVED,
        proposed_by=1001,
        answered_by=1002,
        answered_with="browser",
        answered_at=timezone.now(),
        expires_at=timezone.now(),
    )


def test_later_run_takes_two_officers(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = misp.tables()
    dump, settings = tmp_path / "misp.sql", tmp_path / "settings.json"
    move_in(tmp_path, tables)
    monkeypatch.setattr(approval, "in_use", lambda: True)
    tables["organisations"].append(tables["organisations"][0] | {"id": 16, "name": "New", "uuid": misp.GROUP})
    refused = str(move_in(tmp_path, tables, code=1).exception)
    assert hashlib.sha256(dump.read_bytes()).hexdigest() in refused
    assert "/administration/move-in/" in refused
    assert not Organisation.objects.filter(pk=16).exists()
    assert Move.objects.count() == 1
    assert move_in(tmp_path, tables, "--dry-run")["taken"]["organisations"] == 1

    approve(dump, settings)
    # What was approved is this dump with these settings, and no other.
    by_number = {user["id"]: user for user in tables["users"]}
    by_number[8] |= {"email": "evil@a.example", "date_modified": misp.SECONDS + 60}
    assert "two officers" in str(move_in(tmp_path, tables, code=1).exception)
    by_number[8] |= {"email": "o'brien+x_%&y@a.example", "date_modified": misp.SECONDS}
    other = tmp_path / "other.json"
    other.write_text(settings.read_text() + " ")
    assert "two officers" in str(move_in(tmp_path, tables, "--settings", str(other), code=1).exception)
    with pytest.raises(Conflict):
        approval.require_approved("", settings.read_bytes(), None)
    assert not User.objects.filter(email="evil@a.example").exists()

    assert move_in(tmp_path, tables)["taken"]["organisations"] == 1
    # Once: a later run takes its own approval.
    assert "two officers" in str(move_in(tmp_path, tables, code=1).exception)

    # And these files: attachments are evidence.
    folder, archive = tmp_path / "files", tmp_path / "files.tar"
    (folder / "300").mkdir(parents=True)
    (folder / "300" / "1").write_bytes(b"evidence")
    approve(dump, settings)
    refused = str(move_in(tmp_path, tables, "--files", str(folder), code=1).exception)
    assert digests_of(folder)[0] in refused
    for change in ((folder / "300" / "1").write_bytes, (folder / "300" / "2").write_bytes):
        approve(dump, settings, folder)
        change(b"planted")
        assert "two officers" in str(move_in(tmp_path, tables, "--files", str(folder), code=1).exception)
    approve(dump, settings, folder)
    (folder / "301").symlink_to("300")
    assert "two officers" in str(move_in(tmp_path, tables, "--files", str(folder), code=1).exception)
    (folder / "301").unlink()
    with tarfile.open(archive, "w") as packed:
        packed.add(folder, "files")
    assert "two officers" in str(move_in(tmp_path, tables, "--files", str(archive), code=1).exception)
    printed = subprocess.check_output(["/bin/sh", "-c", PRINTED], cwd=folder, text=True)
    assert digests_of(folder)[0] == printed.split()[0]
    assert move_in(tmp_path, tables, "--files", str(folder))["signature"]
    assert "two officers" in str(move_in(tmp_path, tables, "--files", str(folder), code=1).exception)


def test_what_is_hashed_is_what_is_read(tmp_path: Path) -> None:
    dump, pipe = written(tmp_path / "misp.sql", misp.tables()), tmp_path / "pipe.sql"
    content, digest = dump.read_bytes(), digest_of(dump)
    packed = tmp_path / "misp.sql.gz"
    packed.write_bytes(gzip.compress(content))
    for file, known in ((dump, digest), (packed, digest_of(packed))):
        assert list(read_dump(file, digest=known)) == list(read_dump(dump))
        with pytest.raises(InvalidValue, match=r"misp\.sql"):
            list(read_dump(file, digest="0" * 64))
    # Another one while it is read, and the genuine one again at the end: by its place, and by a pipe.
    dump.write_bytes(content.replace(b"a.example", b"x.example"))
    reading = read_dump(dump, digest=digest)
    next(reading)
    dump.rename(tmp_path / "moved")
    dump.write_bytes(content)
    with pytest.raises(InvalidValue, match=r"misp\.sql"):
        list(reading)
    os.mkfifo(pipe)
    with pytest.raises(InvalidValue):
        digest_of(pipe)


def test_files_are_those_that_were_approved(tmp_path: Path) -> None:
    folder, archive = tmp_path / "files", tmp_path / "files.tar.gz"
    (folder / "300").mkdir(parents=True)
    (folder / "300" / "1").write_bytes(b"evidence")
    (folder / "300" / "2").symlink_to("1")
    (folder / "301").symlink_to("300")
    (folder / "outside").symlink_to(__file__)
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, "app/files")
    approved = {place: digests_of(place) for place in (folder, archive)}
    assert approved[archive][0] == digest_of(archive)
    with MispFiles(folder, approved[folder][1]) as files:
        for path in ("300/1", "300/2", "301/1"):
            assert files.read(path) == b"evidence"
        assert files.read("outside") is None
        (folder / "300" / "1").write_bytes(b"planted!")
        (folder / "300" / "3").write_bytes(b"planted!")
        for path in ("300/1", "300/2", "300/3", "301/1"):
            with pytest.raises(InvalidValue, match=r"30[01]/"):
                files.read(path)
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, "app/files")
    with MispFiles(archive, approved[archive][1]) as files, pytest.raises(InvalidValue, match=r"30[01]/"):
        files.read("300/1")
    with MispFiles(archive) as files:
        assert files.read("300/1") == b"planted!"


def test_nothing_is_proposed_where_nothing_was_moved_in(seed: Seed) -> None:
    approval.require_approved("", None, None)
    assert not Move.objects.exists()
    page = signed_in(officer(seed).user)
    assert page.get("/administration/move-in/").status_code == 404
    assert "/administration/move-in/" not in page.get("/administration/audit/oversight/").text
    Move.objects.create(finished_at=timezone.now(), started_by="root")
    assert page.get("/administration/move-in/").status_code == 200
