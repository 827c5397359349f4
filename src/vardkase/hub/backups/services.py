"""Makes, verifies and removes backups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pyrage.x25519 import Identity

from vardkase.audit.services import Target, record
from vardkase.core.backup.catalogue import list_chains, remove_chain, surplus, verifications
from vardkase.core.backup.names import LogRun, Manifest, Verification, moment_of
from vardkase.core.backup.openpgp import recipient_for
from vardkase.core.backup.problems import BackupFailed, BackupProblem
from vardkase.core.backup.restoring import Restore
from vardkase.core.backup.signing import public_text
from vardkase.core.backup.state import State
from vardkase.core.backup.storage import storage_of
from vardkase.core.backup.taking import Hub, take, take_log
from vardkase.core.backup.tools import source_of
from vardkase.core.backup.verifying import scratch_folder, verify
from vardkase.core.instance import instance_uuid
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups import journal
from vardkase.hub.backups.access import forget_access, send_access
from vardkase.hub.backups.audit_check import verify_audit
from vardkase.hub.backups.models import BackupRecipient, StoredBackup
from vardkase.hub.backups.settings import BACKUP_DAYS, FULL_DAYS, LEAST_KEPT
from vardkase.identity.access.actor import Actor

type Announce = Callable[[str], None]

MOST_NAMED = 20
"""Files that are named where something is wrong with more."""


def hub(announce: Announce = lambda _message: None, keys: Iterable[str] | None = None) -> Hub:
    """This hub, as `core.backup` takes it; `keys` of the recipients. Raises BackupFailed without a storage."""
    if keys is None:
        keys = BackupRecipient.objects.values_list("key", flat=True)
    data_dir, storage = Path(settings.DATA_DIR), storage_of(settings.BACKUP_STORAGE)
    return Hub(
        uuid=instance_uuid(),
        data_dir=data_dir,
        files_dir=Path(settings.FILES_DIR),
        source=source_of(connection.settings_dict, data_dir),
        storage=storage,
        storage_address=settings.BACKUP_STORAGE,
        recipients=[recipient_for(key, storage, State(data_dir)) for key in keys],
        announce=announce,
    )


def back_up(
    actor: Actor, *, full: bool = False, export: bool = False, check: bool = True,
    announce: Announce = lambda _message: None,
) -> tuple[Manifest, Verification | None]:  # fmt: skip
    """Make a backup, and remove what the retention rule no longer keeps. Raises BackupFailed.

    A full one is verified with `check`: it is encrypted to a key, too, that only this process has, and that is
    gone with it. Later nobody but the recipients can verify it.
    """
    made_for = hub(announce)
    once = Identity.generate()
    full = full or is_full_due()
    made_for.check()
    send_access(made_for)
    manifest = take(made_for, full=full, export=export, once=once)
    journal.send(made_for)
    _note(actor, made_for, manifest)
    verification = None
    try:
        if check and not manifest.parent:
            verification = check_backup(actor, [once], manifest.id, made_for)
    finally:
        remove_old(actor, made_for)
    return manifest, verification


def note_made(actor: Actor, manifest: Manifest) -> None:
    """For a backup that was made before the database had these tables."""
    _note(actor, hub(), manifest)


def _note(actor: Actor, made_for: Hub, manifest: Manifest) -> None:
    record(
        actor,
        BackupAction.BACKUP_MADE,
        Target("backup", title=manifest.id),
        {"kind": manifest.kind, "bytes": manifest.size, "recipients": manifest.recipients}
        | ({"damaged": manifest.damaged[:MOST_NAMED]} if manifest.damaged else {}),
    )
    list_again(made_for)


def require_whole(made: Manifest | LogRun) -> None:
    """Raises BackupFailed, if files were left out of what has been stored."""
    if made.damaged:
        names = ", ".join(made.damaged[:MOST_NAMED])
        raise BackupFailed(BackupProblem.FILES_DAMAGED(count=len(made.damaged), names=names))


def is_full_due() -> bool:
    newest = StoredBackup.objects.filter(kind=StoredBackup.Kind.FULL).first()
    return newest is None or timezone.now() - newest.started > timedelta(days=FULL_DAYS.value)


def transfer_log() -> LogRun:
    """Take the log, new files and deletions to the storage. Raises BackupFailed."""
    made_for = hub()
    made_for.check()
    journal.send(made_for)
    send_access(made_for)
    done = take_log(made_for)
    known = made_for.state.known(made_for.storage_address)
    if known:
        StoredBackup.objects.filter(chain=known.chain).update(until=done.until)
    return done


def check_backup(
    actor: Actor, identities: list[Identity], backup_id: str, made_for: Hub | None = None
) -> Verification:
    """Restore a backup into a scratch instance and compare. Raises BackupFailed."""
    about = made_for or hub()
    restore = Restore(
        storage=about.storage,
        identities=identities,
        public_key=public_text(about.key),
        announce=about.announce,
    )
    done = verify(
        restore,
        backup_id,
        scratch_folder(about.data_dir),
        key=about.key,
        audit=verify_audit,
    )
    facts = {"rows": done.rows, "files": done.files, "differences": done.differences[:20]}
    facts |= {"compared": done.compared}
    record(actor, BackupAction.BACKUP_VERIFIED, Target("backup", title=backup_id), facts)
    list_again(about)
    return done


def remove_old(actor: Actor, made_for: Hub | None = None) -> list[str]:
    """Remove the chains that the retention rule no longer keeps; returns their names. Raises BackupFailed.

    What has not been verified does not count: the last chain with a verified backup is kept, whatever its age.
    """
    about = made_for or hub()
    every = list_chains(about.storage)
    good = {name for name, each in _ours(about).items() if each.is_good}
    verified = [chain for chain in every if good & {one.id for one in chain.backups}]
    forget_access(about)
    removed = []
    for chain in surplus(every, BACKUP_DAYS.value, LEAST_KEPT.value, timezone.now()):
        if verified and chain is verified[-1]:
            continue
        remove_chain(about.storage, chain)
        record(actor, BackupAction.BACKUP_REMOVED, Target("backup", title=chain.id), {"bytes": chain.size})
        removed.append(chain.id)
    if removed:
        oldest = next(each for each in every if each.id not in removed)
        journal.forget(about.storage, moment_of(oldest.id))
        list_again(about)
    return removed


def _ours(about: Hub) -> dict[str, Verification]:
    """Verifications of this hub: anybody who can write to the storage could note one."""
    public = public_text(about.key)
    return {name: each for name, each in verifications(about.storage).items() if each.is_signed_by(public)}


@transaction.atomic
def list_again(about: Hub) -> None:
    checked = _ours(about)
    StoredBackup.objects.all().delete()
    StoredBackup.objects.bulk_create(
        StoredBackup(
            name=each.id, chain=each.chain, kind=each.kind, started=each.started, ended=each.ended, until=chain.until,
            size=each.size,
            verified_at=checked[each.id].at if each.id in checked and checked[each.id].compared else None,
            found=checked[each.id].differences if each.id in checked else [],
        )
        for chain in list_chains(about.storage)
        for each in chain.backups
    )  # fmt: skip


def require_storage() -> None:
    """Raises BackupFailed unless the operator has chosen where backups are kept."""
    if not settings.BACKUP_STORAGE:
        raise BackupFailed(BackupProblem.NO_STORAGE())
