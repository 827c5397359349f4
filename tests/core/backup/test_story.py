"""A hub is backed up in full and incrementally, and restored to a moment between two changes."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage.x25519 import Identity

from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared
from vardkase.core.backup.catalogue import Chain, list_chains, manifests, surplus, verifications
from vardkase.core.backup.names import BackupKind, LogRun, Manifest
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.restoring import Plan, Restore, finish, plan, restore_cluster, restore_files
from vardkase.core.backup.signing import public_text
from vardkase.core.backup.storage import FolderStorage
from vardkase.core.backup.taking import Hub, take, take_log
from vardkase.core.backup.tools import owned_by_us
from vardkase.core.backup.verifying import scratch_folder, verify
from vardkase.core.database import EmbeddedPostgres

OWNER, OPERATOR = Identity.generate(), Identity.generate()


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as found:
        (found / "data").mkdir()
        copy_prepared(found / "data")
        yield found


def hub_in(folder: Path) -> Hub:
    data = folder / "data"
    return Hub(
        uuid="a hub", data_dir=data, files_dir=data / "files", source=owned_by_us(data),
        storage=FolderStorage(folder / "store"), storage_address="store", recipients=[OWNER.to_public()],
    )  # fmt: skip


def store(hub: Hub, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    path = hub.files_dir / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def has(data: Path, statement: str) -> object:
    with owned_by_us(data).connect() as connection:
        return (connection.execute(statement).fetchone() or (None,))[0]


def test_point_in_time(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "data").start()
    try:
        hub = hub_in(folder)
        with hub.source.connect() as connection:
            first_file, later_file = store(hub, b"an attachment" * 9_000), ""
            connection.execute("CREATE TABLE probe (word text)")
            connection.execute("INSERT INTO probe VALUES ('needle-in-the-database')")
            full = take(hub)
            assert full.kind == BackupKind.FULL
            connection.execute("INSERT INTO probe SELECT 'second'")
            later = take(hub)
            assert (later.kind, later.parent) == (BackupKind.INCREMENTAL, full.id)
            assert later.size < full.size / 3
            later_file = store(hub, b"another attachment")
            connection.execute("INSERT INTO probe VALUES ('third')")
            moment = datetime.now(UTC)
            time.sleep(0.05)
            connection.execute("DELETE FROM probe")
            reached = take_log(hub).until
    finally:
        server.stop()
    nothing_readable(folder / "store", [b"needle-in-the-database", b"an attachment", first_file.encode()])
    restore = Restore(storage=hub.storage, identities=[OWNER], public_key=public_text(hub.key))
    checked = verify(restore, later.id, scratch_folder(hub.data_dir), key=hub.key)
    assert checked.is_good
    assert (checked.rows > 1_000, checked.files) == (True, 1)
    assert verifications(hub.storage).keys() == {later.id}
    wanted = plan(hub.storage, moment)
    assert wanted.last.id == later.id
    target = folder / "restored"
    restore_cluster(restore, wanted, target)
    assert restore_files(restore, wanted, target / "files") == 2
    restored = EmbeddedPostgres(target).start()
    try:
        finish(target)
        assert (
            has(target, "SELECT string_agg(word, ',' ORDER BY word) FROM probe")
            == "needle-in-the-database,second,third"
        )
    finally:
        restored.stop()
    assert (target / "files" / later_file[:2] / later_file).read_bytes() == b"another attachment"
    alone(folder, restore, plan(hub.storage, backup_id=later.id))
    refused(BackupProblem.NOT_EMPTY, lambda: restore_cluster(restore, wanted, target))
    refused(BackupProblem.LOG_ENDS, lambda: plan(hub.storage, reached + timedelta(seconds=1)))
    refused(BackupProblem.NO_BACKUP_BEFORE, lambda: plan(hub.storage, full.started))
    blind = Restore(storage=hub.storage, identities=[OPERATOR], public_key=public_text(hub.key))
    refused(BackupProblem.CANNOT_DECRYPT, lambda: restore_cluster(blind, wanted, folder / "stolen"))
    assert not (folder / "stolen" / "database").exists()
    tampered(folder, hub, full, later, restore)


def alone(folder: Path, restore: Restore, wanted: Plan) -> None:
    """A backup named by its id is restored as it was made: without the log that came after it."""
    target = folder / "alone"
    restore_cluster(restore, wanted, target)
    assert restore_files(restore, wanted, target / "files") == 1
    restored = EmbeddedPostgres(target).start()
    try:
        finish(target)
        assert has(target, "SELECT count(*) FROM probe") == 2
    finally:
        restored.stop()


def nothing_readable(store: Path, needles: list[bytes]) -> None:
    for path in store.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [needle for needle in needles if needle in content]


def refused(problem: BackupProblem, act: object) -> None:
    with pytest.raises(BackupFailed) as error:
        act()  # type: ignore[operator]
    assert error.value.has(problem)


def tampered(folder: Path, hub: Hub, full: Manifest, later: Manifest, restore: Restore) -> None:
    """Whoever holds the storage can neither change what is in it unnoticed nor pass off a backup of their own."""
    stored = folder / "store" / full.folder
    whole = (stored / "database.age").read_bytes()
    target = folder / "tampered"
    flipped = whole[:90_000] + bytes([whole[90_000] ^ 1]) + whole[90_001:]
    # What another backup holds: encrypted to the recipients as anybody can, and whole.
    other = (stored.parent / later.id / "database.age").read_bytes()
    for changed, problem in (
        (whole[:-70_000], BackupProblem.CANNOT_DECRYPT),
        (flipped, BackupProblem.CANNOT_DECRYPT),
        (other, BackupProblem.DAMAGED),
    ):
        (stored / "database.age").write_bytes(changed)
        refused(problem, lambda: restore_cluster(restore, plan(hub.storage, backup_id=full.id), target))
        assert not (target / "database").exists()
    (stored / "database.age").write_bytes(whole)
    _first, second, third = sorted((stored.parent / "log").glob("*.json"))
    second.unlink()
    made = msgspec.json.decode(third.read_bytes(), type=LogRun)
    third.write_bytes(msgspec.json.encode(msgspec.structs.replace(made, segments=made.segments[-1:])))
    refused(BackupProblem.WRONG_SIGNATURE, lambda: restore_cluster(restore, plan(hub.storage), target))
    trusting = Restore(storage=hub.storage, identities=[OWNER], public_key="")
    refused(BackupProblem.LOG_INCOMPLETE, lambda: restore_cluster(trusting, plan(hub.storage), target))
    forged = msgspec.structs.replace(full, stop="0/0")
    (stored / "manifest.json").write_bytes(msgspec.json.encode(forged))
    refused(
        BackupProblem.WRONG_SIGNATURE,
        lambda: verify(restore, full.id, scratch_folder(hub.data_dir), key=hub.key),
    )
    assert not verifications(hub.storage)[later.id].is_signed_by(public_text(Ed25519PrivateKey.generate()))
    another = Hub(
        uuid="another", data_dir=hub.data_dir, files_dir=hub.files_dir, source=hub.source, storage=hub.storage,
        storage_address="store", recipients=hub.recipients,
    )  # fmt: skip
    refused(BackupProblem.OTHER_HUB, another.check)
    shutil.rmtree(folder / "store")
    assert manifests(hub.storage) == []
    assert list_chains(hub.storage) == []


def test_retention_rule() -> None:
    """A chain is needed until a while after the next began; the newest are kept whatever their age."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    days = [70, 50, 30, 10]
    every = [Chain((now - timedelta(days=each)).strftime("%Y%m%dT%H%M%S.%fZ"), [], now, 0) for each in days]
    removed = {keep: surplus(every, keep, 1, now) for keep in (100, 40, 20, 0)}
    assert [len(each) for each in removed.values()] == [0, 1, 2, 3]
    assert surplus(every, 0, 3, now) == every[:1]
    assert surplus(every[:1], 0, 1, now) == []
