"""`vardkase backup …`: makes, lists, verifies and removes backups, and says who can read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, choose, configure_django, opened
from vardkase.cli.output import Json, fail, note, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.core.backup.names import Verification

PROFILES = EVERY

commands = typer.Typer(no_args_is_help=True, help="Encrypted backups of database and files.")
recipients_commands = typer.Typer(no_args_is_help=True, help="Who can read the backups.")
commands.add_typer(recipients_commands, name="recipients")

Identity = Annotated[
    Path,
    typer.Option(
        "--identity",
        help="A file with an age identity, or an OpenPGP private key, of a recipient.",
        metavar="FILE",
    ),
]


@commands.command()
def run(
    data_dir: DataDir = None,
    full: Annotated[
        bool, typer.Option("--full", help="Make a full backup, even if an incremental one would do.")
    ] = False,
    export: Annotated[
        bool, typer.Option("--export", help="Use pg_dump: complete, but without a point in time.")
    ] = False,
    check: Annotated[
        bool, typer.Option(help="Verify a full backup by restoring it into a scratch instance.")
    ] = True,
    json: Json = False,
) -> None:
    """Make a backup now: incremental if there is one to build on, else full."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.backups.services import back_up, require_whole

        made, verified = back_up(console(), full=full, export=export, check=check, announce=_progress(json))
        shown: dict[str, Any] = {"backup": made.id, "kind": made.kind.value, "bytes": made.size}
        if verified:
            shown |= {"verified": verified.is_good, "rows": verified.rows, "files": verified.files}
            _tell_not_compared(verified)
            shown |= {"differences": verified.differences} if verified.differences else {}
        result(shown, as_json=json)
        require_whole(made)
        if verified and verified.differences:
            raise typer.Exit(1)


@commands.command()
def log(data_dir: DataDir = None, json: Json = False) -> None:
    """Take the log, new files and deletions since the last time to the storage."""
    with opened(data_dir):
        from vardkase.hub.backups.services import require_whole, transfer_log

        done = transfer_log()
        shown = {"until": done.until.isoformat(), "segments": len(done.segments), "bytes": done.size}
        result(shown, as_json=json)
        require_whole(done)


@commands.command("list")
def list_backups(data_dir: DataDir = None, json: Json = False) -> None:
    """List what is in the storage; the hub need not be running."""
    _settings(data_dir)
    from django.conf import settings

    from vardkase.core.backup.catalogue import list_chains, verifications
    from vardkase.core.backup.storage import storage_of

    storage = storage_of(settings.BACKUP_STORAGE)
    verified = verifications(storage)
    lines = [
        {
            "backup": each.id,
            "kind": each.kind.value,
            "ended": each.ended.isoformat(timespec="seconds"),
            "restores until": chain.until.isoformat(timespec="microseconds"),
            "bytes": each.size,
            "verified": verified[each.id].at.isoformat(timespec="seconds") if each.id in verified else "",
            "differences": len(verified[each.id].differences) if each.id in verified else "",
        }
        for chain in list_chains(storage)
        for each in chain.backups
    ]
    rows(lines, as_json=json)


@commands.command()
def verify(
    identity: Identity,
    backup: Annotated[str, typer.Argument(help="A backup from `backup list`; without it the latest.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Restore a backup into a scratch instance, compare, and note the result. Needs a private key."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.core.backup.catalogue import manifests
        from vardkase.core.backup.openpgp import identities
        from vardkase.hub.backups.services import check_backup, hub

        about = hub(_progress(json))
        found = manifests(about.storage)
        if not found:
            raise fail("there is no backup yet.")
        done = check_backup(
            console(), identities(identity, about.storage, password), backup or found[-1].id, about
        )
        result(
            {
                "backup": done.id, "good": done.is_good, "compared": done.compared, "tables": done.tables,
                "rows": done.rows, "files": done.files, "audit": done.audit, "seconds": done.seconds,
                "differences": done.differences,
            },
            as_json=json,
        )  # fmt: skip
        _tell_not_compared(done)
        if not done.is_good:
            raise typer.Exit(1)


@commands.command()
def prune(data_dir: DataDir = None, json: Json = False) -> None:
    """Remove the backups that the retention rule no longer keeps."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.backups.services import remove_old

        result({"removed": remove_old(console())}, as_json=json)


@commands.command()
def secrets(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    to: Annotated[
        list[str],
        typer.Option("--to", help="Public key of age (age1…) of whoever keeps the keys.", metavar="KEY"),
    ],
    data_dir: DataDir = None,
) -> None:
    """Write the hub's own keys into an encrypted file. Keep it apart from the backups, with another key."""
    with opened(data_dir) as chosen:
        from django.db import transaction

        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.core.backup.secrets import store_secrets
        from vardkase.hub.audit_actions import BackupAction

        with transaction.atomic():
            # First: nobody gets the keys without an entry that says to whom.
            record(console(), BackupAction.BACKUP_SECRETS_COPIED, Target("backup"), {"recipients": to})
            names = store_secrets(chosen, file, to)
    note(f"{file} has: {', '.join(names)}")


@commands.command("new-identity")
def new_identity(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
) -> None:
    """Make a pair of keys for a recipient, as `age-keygen` does. Run it on the recipient's machine, not on the hub."""
    from vardkase.core.backup.sealing import make_identity

    typer.echo(make_identity(file))


@commands.command("stop")
def stop_following(data_dir: DataDir = None) -> None:
    """Let PostgreSQL forget the log that no backup has fetched, when backups are no longer made."""
    with opened(data_dir):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.core.backup.log import drop_slot
        from vardkase.hub.audit_actions import BackupAction
        from vardkase.hub.backups.services import hub

        with hub().source.connect() as connection:
            dropped = drop_slot(connection)
        if dropped:
            record(console(), BackupAction.BACKUP_LOG_DROPPED, Target("backup"))
        note("Done." if dropped else "There was nothing to forget.")


@recipients_commands.command("list")
def list_recipients(
    data_dir: DataDir = None,
    signing_key: Annotated[
        bool, typer.Option("--signing-key", help="Print only the key with which the hub signs.")
    ] = False,
    json: Json = False,
) -> None:
    """List who can read the backups, and the key with which the hub signs what is in them."""
    with opened(data_dir):
        from django.conf import settings

        from vardkase.core.backup.signing import own_key, public_text
        from vardkase.hub.backups.models import BackupRecipient

        public = public_text(own_key(Path(settings.DATA_DIR)))
        if signing_key:
            typer.echo(public)
            return
        rows(
            [{"name": each.name, "key": each.shown_key} for each in BackupRecipient.objects.all()],
            as_json=json,
        )
        if not json:
            note(f"The hub signs with {public}")


@recipients_commands.command("openpgp")
def openpgp_key(
    file: Annotated[Path, typer.Argument(help="A certificate, armoured or binary.", metavar="FILE")],
) -> None:
    """Print an OpenPGP certificate as one word, as recipients are given. Run it anywhere."""
    from vardkase.core.backup.openpgp import line_of

    typer.echo(line_of(file))


@recipients_commands.command("propose")
def propose_recipients(
    recipient: Annotated[
        list[str],
        typer.Argument(help="Name and public key of each recipient, as one argument.", metavar="'NAME KEY'"),
    ],
    reason: Annotated[str, typer.Option(help="Why, for the person who approves.")] = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Set who can read the backups from now on, before the hub has officers; later, officers do it on Backups."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.backups.recipients import propose_recipients
        from vardkase.identity.accounts.four_eyes.models import RequestState

        made = propose_recipients(console(), "\n".join(recipient), reason)
        result({"state": str(made.state), "request": made.pk}, as_json=json)
        if not json:
            at_once = made.state == RequestState.ALONE
            waits = "Waits for an officer on the page Backups."
            note("In use at once: the hub has no officers yet." if at_once else waits)


def password() -> str:
    return str(typer.prompt("Password of the private key", hide_input=True, err=True))


def _tell_not_compared(done: Verification) -> None:
    if not done.compared:
        note(
            "The tables could not be compared, so this does not count as verified: while the backup was made, the "
            "hub was never quiet for a moment. Files and audit log were checked. Make another when less is going on."
        )


def _settings(data_dir: Path | None) -> None:
    choose(data_dir)
    configure_django()


def _progress(as_json: bool) -> Any:
    return (lambda _message: None) if as_json else note
