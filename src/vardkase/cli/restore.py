"""`vardkase restore`: makes a hub of a backup, in an empty data folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.backup import password
from vardkase.cli.installation import DataDir, choose, configure_django, migrate, opened
from vardkase.cli.output import Json, fail, note, result
from vardkase.cli.restore_failures import told_of_failure
from vardkase.core.database import uses_external_database
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.audit.chain.verification import Record
    from vardkase.core.backup.restoring import Plan, Restore

PROFILES = EVERY

At = Annotated[
    str, typer.Option("--at", help="Restore to this moment (ISO 8601; without a zone: UTC).", metavar="TIME")
]


def restore(
    identity: Annotated[
        Path,
        typer.Option(
            "--identity",
            help="A file with an age identity, or an OpenPGP private key, that can read it.",
            metavar="FILE",
        ),
    ],
    data_dir: DataDir = None,
    source: Annotated[
        str,
        typer.Option(
            "--from", help="Where the backups are: a folder, or s3://bucket/prefix.", metavar="PLACE"
        ),
    ] = "",
    at: At = "",
    backup: Annotated[str, typer.Option(help="Restore this backup, and no log after it.", metavar="ID")] = "",
    secrets: Annotated[
        Path | None, typer.Option(help="The file of `backup secrets`.", metavar="FILE")
    ] = None,
    secrets_identity: Annotated[
        Path | None, typer.Option(help="An age identity that can read it.", metavar="FILE")
    ] = None,
    signed_by: Annotated[
        str,
        typer.Option(help="The key with which the hub signed, from `backup recipients list`.", metavar="KEY"),
    ] = "",
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Restore what anybody who could write there may have made.")
    ] = False,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            help="Checkpoints of the audit log that were kept outside; without it the file of VARDKASE_AUDIT_FILE.",
            metavar="FILE",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Restore database and files into an empty data folder, and repeat the deletions carried out after the backup.

    If it fails, the folder is empty again. The hub opens to readers once nothing is left to delete again (see
    `restored`).
    """
    if bool(signed_by) == unsigned:
        raise fail(
            "give --signed-by KEY, which `vardkase backup recipients list` showed on the hub. Without the key, "
            "--unsigned restores what anybody who could write to the storage may have put there.",
            2,
        )
    chosen = choose(data_dir)
    from vardkase.core.backup.pending import open_pending

    with told_of_failure(chosen), open_pending(chosen) as pending:
        # The keys come first: what is made without them gets new ones.
        restored_keys = _secrets(chosen, secrets, secrets_identity)
        _without_database(source)
        from vardkase.core.backup.restoring import finish, plan, restore_cluster, restore_files

        making = _restore(identity, source, signed_by)
        wanted = plan(making.storage, _moment(at), backup)
        outside = _outside(checkpoints)
        _database(making, wanted, chosen, restore_cluster)
        note("Files are restored.")
        files = restore_files(making, wanted, chosen / "files")
        note("The log is replayed.")
        with opened(chosen, lambda: _prepare(chosen)):
            from vardkase.core.files.in_use import forget_place
            from vardkase.hub.backups.access import withdraw_again

            finish(chosen)
            _import(making, wanted)
            forget_place()
            until = _until(wanted, making, backup)
            note("What was deleted or withdrawn after that, if anything, is deleted and withdrawn again.")
            repeated, left = _repeat(making, wanted, until)
            withdrawn = withdraw_again(making, until)
            sessions, left_by_log, lost = _after(until, outside, has_keys="django" in restored_keys)
            left = [*left_by_log, *withdrawn.left, *left]
        pending.left = left
    shown: dict[str, Any] = {
        "backup": wanted.last.id, "until": until.isoformat(), "files": files, "keys": restored_keys,
        "deletions repeated": repeated, "withdrawn again": withdrawn.counts, "sessions ended": sessions, "left": left,
    }  # fmt: skip
    result(shown, as_json=json)
    if lost:
        note(lost)
    _tell_missing(chosen, restored_keys)
    if left:
        note(
            f"The hub stays closed until that is done: vardkase restored --data-dir {chosen} --open --reason WHY"
        )


def restored(
    data_dir: DataDir = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Let the hub be started, so that officers can delete what is left.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="Why it is opened; needed with --open, and kept in the audit log.")
    ] = "",
) -> None:
    """Show what a restore left to be deleted again, or open the hub once that is done."""
    chosen = choose(data_dir)
    from vardkase.core.backup import pending
    from vardkase.core.database.layout import Layout

    left = pending.left(chosen)
    if left is None:
        if not uses_external_database() and not Layout(chosen).cluster.exists():
            raise fail(f"there is no hub in {chosen}.")
        note("Nothing is left.")
        return
    for each in left:
        typer.echo(each)
    if open_:
        if not reason.strip():
            raise fail("--open needs a --reason: it is kept in the audit log, with what is left.", 2)
        _record_opening(chosen, left, reason)
        pending.forget(chosen)
        note("The hub can be started.")


def _record_opening(chosen: Path, left: list[str], reason: str) -> None:
    from vardkase.core.backup.pending import UNFINISHED

    if left == [UNFINISHED]:
        raise fail(UNFINISHED)
    with opened(chosen):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.hub.audit_actions import BackupAction

        repeat_since_upgrade(chosen)
        change = {"left": left[:100], "count": len(left), "reason": reason[:500]}
        record(console(), BackupAction.RESTORED_HUB_OPENED, Target("backup"), change)


def repeat_since_upgrade(chosen: Path) -> None:
    """After `upgrade --put-back`. Ends the command if something is left to people."""
    from vardkase.audit.services import Target, record
    from vardkase.cli.console import console
    from vardkase.core.backup import pending
    from vardkase.hub.audit_actions import BackupAction
    from vardkase.hub.backups import set_back

    made = set_back.kept(chosen)
    if made is None:
        return
    done = set_back.repeat_since(made)
    facts = {"since": made.since.isoformat(), "entries": made.entries, "position": made.position}
    record(console(), BackupAction.CLUSTER_PUT_BACK, Target("backup"), facts | {"digest": made.digest})
    shown = {
        "withdrawn again": done.withdrawn,
        "deletions repeated": done.deletions,
        "sessions ended": done.sessions,
    }
    result(shown, as_json=False)
    if done.left:
        pending.leave(chosen, done.left)
    set_back.forget(chosen)
    if done.left:
        raise fail(f"{' '.join(done.left)} The hub stays closed; run the command again when that is done.")


def _restore(identity: Path, source: str, signed_by: str) -> Restore:
    from django.conf import settings

    from vardkase.core.backup.openpgp import identities
    from vardkase.core.backup.restoring import Restore
    from vardkase.core.backup.storage import storage_of

    storage = storage_of(source or settings.BACKUP_STORAGE)
    found = identities(identity, storage, password)
    return Restore(storage=storage, identities=found, public_key=signed_by, announce=note)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise fail(f"--at takes a time such as 2026-11-30T13:45:10, not {text}.", 2) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _without_database(source: str) -> None:
    if source:
        os.environ.setdefault("VARDKASE_BACKUP_STORAGE", source)
    configure_django()


def _database(making: Restore, wanted: Plan, chosen: Path, restore_cluster: Any) -> None:
    from vardkase.core.backup.adopting import adopt
    from vardkase.core.backup.names import BackupKind

    if wanted.last.kind != BackupKind.EXPORT:
        if uses_external_database():
            raise fail(
                "DATABASE_URL is set, and this backup is a copy of a cluster: it is restored into a folder, with the "
                "PostgreSQL that Vårdkase brings. Unset it; an export brings the hub into a database of your own again."
            )
        restore_cluster(making, wanted, chosen)
        if wanted.last.database:
            adopt(chosen, wanted.last.database)


def _prepare(chosen: Path) -> None:
    from django.db import connection

    from vardkase.core.database import connection_settings

    connection.settings_dict.update(connection_settings(chosen))
    migrate()


def _import(making: Restore, wanted: Plan) -> None:
    from vardkase.core.backup.names import BackupKind

    if wanted.last.kind == BackupKind.EXPORT:
        from django.conf import settings
        from django.db import connection

        from vardkase.core.backup.importing import import_export
        from vardkase.core.backup.tools import source_of

        data_dir = Path(settings.DATA_DIR)
        import_export(making, wanted, source_of(connection.settings_dict, data_dir), data_dir)
        connection.close()


def _repeat(making: Restore, wanted: Plan, until: datetime) -> tuple[int, list[str]]:
    from vardkase.audit.services import Target, record
    from vardkase.cli.console import console
    from vardkase.hub.audit_actions import BackupAction
    from vardkase.hub.backups.journal import kept, missing, repeat

    facts = {"backup": wanted.last.id, "until": until.isoformat()}
    record(console(), BackupAction.BACKUP_RESTORED, Target("backup", title=wanted.last.id), facts)
    repeated, left = repeat(kept(making, until))
    return repeated, [*missing(making, until), *left]


def _outside(file: Path | None) -> list[Record]:
    from django.conf import settings

    from vardkase.cli.audit import outside_checkpoints

    if file is None and settings.VARDKASE_AUDIT_FILE:
        file = Path(settings.VARDKASE_AUDIT_FILE)
        if not file.exists():
            return []
    return list(outside_checkpoints(file))


def _after(until: datetime, outside: list[Record], *, has_keys: bool) -> tuple[int, list[str], str]:
    """End every session, and verify the audit log; returns how many there were, what is wrong with the log, and what
    checkpoints kept outside say of the time after the moment restored to."""
    from django.contrib.sessions.models import Session

    from vardkase.audit.chain.documents import verify_database
    from vardkase.audit.chain.problems import ChainProblem

    sessions, _each = Session.objects.all().delete()
    # What was signed at the very end may not have been in the database yet.
    early = [each for each in outside if datetime.fromisoformat(each["time"]) < until - timedelta(minutes=1)]
    found = verify_database(outside=tuple(early), at=until)
    findings = found.findings
    left = []
    if not has_keys and (unsigned := [each for each in findings if each.code is ChainProblem.NOT_SIGNED]):
        # No sign of tampering: the key that signed them was not restored.
        findings = [each for each in findings if each not in unsigned]
        left.append(
            f"The signatures of {len(unsigned)} checkpoints of the audit log cannot be checked, because the hub's keys "
            "were not restored: `vardkase audit verify --key KEY`, with the public key kept outside."
        )
    left += [f"The audit log is not whole: {each}" for each in findings[:20]]
    if found.intact and not found.proved:
        left.append(f"The audit log is not proved. {found.not_proved().wire}")
    last = max((each["time"] for each in outside), default="")
    if not last or datetime.fromisoformat(last) <= until:
        return sessions, left, ""
    lost = f"What happened from {until.isoformat(timespec='seconds')} is not in the restored hub; the audit log of the "
    return sessions, left, f"{lost}former one was last signed {last}."


def _until(wanted: Plan, making: Restore, backup: str) -> datetime:
    from vardkase.core.backup.catalogue import log_runs

    if wanted.moment:
        return wanted.moment
    runs = [] if backup else log_runs(making.storage, wanted.last.chain)
    return max([wanted.last.ended, *(each.until for each in runs)]) if runs else wanted.last.started


def _secrets(chosen: Path, file: Path | None, identity: Path | None) -> list[str]:
    if file is None:
        return []
    from vardkase.core.backup.sealing import identities_in
    from vardkase.core.backup.secrets import restore_secrets

    if identity is None:
        raise fail("--secrets needs --secrets-identity: it is encrypted to another key than the backups.", 2)
    return restore_secrets(chosen, file, identities_in(identity))


def _tell_missing(chosen: Path, restored_keys: list[str]) -> None:
    from vardkase.core.backup.secrets import MEANING

    for name, said in MEANING.items():
        if name not in restored_keys:
            note(f"The key “{name}” was not restored: {said}.")
