"""`vardkase audit …`: verify, export and archive the audit log, and its keys."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vardkase.cli.installation import DataDir, configure_django, opened
from vardkase.cli.output import Json, fail, note, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.audit.chain.verification import Record, Verification
    from vardkase.hub.audit_log.holding import HeldHub

PROFILES = EVERY
NOT_PROVED = 3
"""The exit code of `verify`; Typer has 2 for arguments that it does not know."""

commands = typer.Typer(no_args_is_help=True, help="The audit log: proof, export, archives, keys.")

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key that has to have signed the checkpoints; may be repeated."),
]
Checkpoints = Annotated[
    Path | None,
    typer.Option(help="Checkpoints that were kept outside, one JSON object a line.", metavar="FILE"),
]
Number = Annotated[int, typer.Argument(help="The archive's number.")]


@commands.command()
def verify(
    file: Annotated[Path | None, typer.Option(help="An exported log, instead of the database.")] = None,
    key: Keys = None,
    checkpoints: Checkpoints = None,
    held: Annotated[
        Path | None,
        typer.Option(
            help="What another hub holds of this one, as its `audit held` writes it.", metavar="FILE"
        ),
    ] = None,
    from_hub: Annotated[
        bool, typer.Option("--from-hub", help="Ask the hub of VARDKASE_AUDIT_HUB what it holds of this one.")
    ] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Verify the log, of the database or of an exported file.

    With --held or --from-hub also against the checkpoints that another hub holds: whether the log still is the one
    that they were made of, and whether all of them are in this database.

    Exit code 1 says that it is not intact, 3 that nothing signed proves it: a file without a checkpoint at its end,
    a log without any, or one whose older entries none covers.
    """
    if file is not None and (held or from_hub):
        raise fail(
            "--held and --from-hub compare with the database: leave --file out, or give it --checkpoints."
        )
    missing_there: int | None = None
    if file is not None:
        with tempfile.TemporaryDirectory() as folder:  # Settings make secrets in the data folder.
            os.environ["VARDKASE_DATA_DIR"] = folder
            configure_django()
            found = _verified_file(file, key or [], checkpoints)
    else:
        with opened(data_dir):
            from vardkase.audit.chain.documents import verify_database
            from vardkase.audit.chain.installed import altered
            from vardkase.audit.chain.problems import ChainProblem

            elsewhere = _held(held, from_hub=from_hub)
            outside = (*outside_checkpoints(checkpoints), *(elsewhere or ()))
            found = verify_database(trusted=_keys(key or []), outside=outside)
            for name in altered():
                found.add(ChainProblem.GUARD_ALTERED(name=name))
            if elsewhere is not None:
                missing_there = _compare(found, elsewhere)
    _tell(found, missing_there, as_json=json)


@commands.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="To this day.")] = None,
    action: Annotated[str, typer.Option(help="One action, such as user.edited.")] = "",
    actor: Annotated[str, typer.Option(help="By whom: an e-mail address, or a part of one.")] = "",
    organisation: Annotated[int | None, typer.Option(help="The ID of whose people did it.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Write the log, or the entries that are chosen, with proof as JSON Lines, which `verify --file` reads anywhere.

    Once the hub has officers, without the content of entries about threat intelligence.
    """
    with opened(data_dir):
        from django.db import transaction

        from vardkase.audit.actions import LogAction
        from vardkase.audit.chain.checkpoints import close_log
        from vardkase.audit.chain.documents import lines
        from vardkase.audit.chain.selections import write_selection
        from vardkase.audit.queries import LARGEST_ID, every_entry, filtered
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.core.errors import VardkaseError
        from vardkase.hub.audit_log.content import content_is_withheld

        who, count, withheld = console(), 0, content_is_withheld()
        days: dict[str, Any] = {"since": since and since.date(), "until": until and until.date()}
        chosen = {**days, "action": action, "actor": actor, "organisation": organisation}
        chosen = {name: value for name, value in chosen.items() if value}
        with _new(file) as output:
            if chosen:
                ids = set(filtered(every_entry(), **chosen).values_list("pk", flat=True))
                try:
                    count = write_selection(ids, output, withheld=withheld, most=LARGEST_ID)
                except VardkaseError:
                    file.unlink()
                    raise
            else:
                with transaction.atomic():
                    close_log()  # Nothing is sealed until the end: it is the checkpoint's.
                    for line in lines(withheld=withheld):
                        output.write(line)
                        count += 1
        told = {name: str(value) for name, value in chosen.items()}
        change = {"count": count, "name": file.name} | ({"filters": told} if told else {})
        record(who, LogAction.EXPORTED, Target("audit_log"), change)
        result({"records": count, "file": str(file)}, as_json=json)


@commands.command()
def archive(
    before: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The first day that stays.")],
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Write the oldest entries with their proof to a file, and sign it. Two officers may then approve their removal.

    Once the hub has officers, without the content of entries about threat intelligence: it goes with the removal.
    """
    with opened(data_dir):
        from vardkase.audit.chain.archives import archive_before
        from vardkase.cli.console import console
        from vardkase.hub.audit_log.content import content_is_withheld

        try:
            row = archive_before(console(), before.date(), file, withheld=content_is_withheld())
        except OSError as error:
            raise fail(f"{file} cannot be written: {error.strerror}") from None
        shown = {"archive": row.pk, "positions": str(row), "entries": row.count, "sha256": row.sha256}
        result(shown, as_json=json)


@commands.command()
def remove(
    number: Number,
    file: Annotated[Path, typer.Option(help="The archive's file, which is then the only copy.")],
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Remove archived entries whose removal two officers have approved. Works as the owner of the database.

    After the key was replaced, archive the entries again: only what the key in use has signed can be removed.
    """
    with opened(data_dir):
        from django.db import DatabaseError
        from psycopg.errors import RaiseException

        from vardkase.audit.chain.archives import remove_archived
        from vardkase.audit.chain.problems import ChainProblem
        from vardkase.audit.tables import APPEND_ONLY
        from vardkase.cli.console import console
        from vardkase.core.database.roles import as_owner, rewritable
        from vardkase.core.errors import Conflict

        actor = console()
        with as_owner():
            if not rewritable(APPEND_ONLY):
                raise Conflict(ChainProblem.OWNER_NEEDED())
            try:
                removed = remove_archived(actor, number, file)
            except OSError as error:
                raise fail(f"{file} cannot be read: {error.strerror}") from None
            except DatabaseError as error:
                if not isinstance(error.__cause__, RaiseException):
                    raise
                # What the function of the database refuses, such as a removal that two officers have not approved.
                raise fail(f"{error.__cause__.diag.message_primary}.") from None
        result({"archive": number, "removed": removed}, as_json=json)


@commands.command()
def checkpoint(data_dir: DataDir = None, json: Json = False) -> None:
    """Sign the log as it is now, and print the newest checkpoint."""
    with opened(data_dir):
        from vardkase.audit.actions import LogAction
        from vardkase.audit.chain.checkpoints import close_log, document_of
        from vardkase.audit.chain.models import AuditCheckpoint
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console

        record(console(), LogAction.SIGNED, Target("audit_log"))  # First: the checkpoint covers it.
        close_log()
        newest = AuditCheckpoint.objects.order_by("-pk").first()
        result(document_of(newest) if newest else {}, as_json=json)


@commands.command()
def held(
    hub: Annotated[
        str, typer.Argument(help="The UUID of another hub; without one, all of them are listed.")
    ] = "",
    file: Annotated[Path | None, typer.Argument(help="The file to write; it must not exist.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List the hubs whose checkpoints are held here, or write those of one to a file, for its `verify --held`."""
    with opened(data_dir):
        from vardkase.audit.actions import LogAction
        from vardkase.audit.chain.digests import canonical
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.hub.audit_log.holding import held_document, known_hubs, rows_of

        if not hub:
            rows([_listed(each) for each in known_hubs()], as_json=json)
            return
        found, count = rows_of(hub), 0
        if file is None:
            raise fail("name the file to write.")
        with _new(file) as output:
            for row in found.order_by("pk").iterator():
                output.write(canonical(held_document(row)) + b"\n")
                count += 1
        record(console(), LogAction.HELD_EXPORTED, Target("audit_log", title=hub), {"count": count})
        result({"checkpoints": count, "file": str(file)}, as_json=json)


@commands.command()
def keys(
    rotate: Annotated[bool, typer.Option("--rotate", help="Sign with a new key from now on.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List the public keys that sign checkpoints, newest last. Keep them outside the hub."""
    with opened(data_dir):
        from vardkase.audit.chain.keys import current_key
        from vardkase.audit.chain.models import AuditKey
        from vardkase.audit.chain.rotation import rotate_key
        from vardkase.cli.console import console

        if rotate:
            rotate_key(console())
        else:
            current_key()
        listed = AuditKey.objects.order_by("pk")
        shown = [
            {"key": each.public_key, "fingerprint": each.fingerprint, "since": each.created.isoformat()}
            for each in listed
        ]
        rows(shown, as_json=json)


def _listed(each: HeldHub) -> dict[str, Any]:
    return {
        "hub": str(each.key.hub),
        "organisation": each.key.name,
        "position": each.height,
        "signed": each.newest.time.isoformat() if each.newest else "",
        "received": each.newest.received_at.isoformat() if each.newest else "",
        "warnings": each.warnings,
    }


def _held(file: Path | None, *, from_hub: bool) -> list[Record] | None:
    from vardkase.exchange.errors import OutgoingFailed
    from vardkase.hub.audit_log.held_elsewhere import fetch_held

    if not from_hub:
        return list(outside_checkpoints(file)) if file else None
    try:
        return [*fetch_held(), *outside_checkpoints(file)]
    except OutgoingFailed as error:
        raise fail(f"the other hub was not reached: {error.wire}") from None


def _compare(found: Verification, elsewhere: list[Record]) -> int:
    from vardkase.hub.audit_log.held_elsewhere import compared

    result = compared(elsewhere)
    for problem in result.findings:
        found.add(problem)
    if not elsewhere:
        note("The other hub holds no checkpoint of this one.")
    return result.missing_there


def _verified_file(file: Path, keys: list[str], checkpoints: Path | None) -> Verification:
    from vardkase.audit.chain.verification import records_of, verify

    trusted = _keys(keys)
    if not trusted:
        note("No --key given: the keys in the file count, which whoever rewrote it could have replaced.")
    try:
        with file.open(encoding="utf-8") as lines:
            return verify(records_of(lines), trusted=trusted, outside=outside_checkpoints(checkpoints))
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{file} cannot be read: {error}") from None


def _keys(given: list[str]) -> tuple[str, ...]:
    from vardkase.audit.chain.keys import is_public_key
    from vardkase.audit.chain.problems import ChainProblem

    for key in given:
        if not is_public_key(key):
            raise fail(ChainProblem.NOT_A_KEY(key=key).wire)
    return tuple(given)


def outside_checkpoints(path: Path | None) -> Iterator[Record]:
    from vardkase.audit.chain.verification import records_of

    if path is None:
        return
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (each for each in records_of(lines) if each.get("kind") == "checkpoint")
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{path} cannot be read: {error}") from None


def _new(file: Path) -> Any:
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}") from None


def _tell(found: Verification, missing_there: int | None, *, as_json: bool) -> None:
    shown: dict[str, Any] = {
        "result": found.verdict,
        "intact": found.proved,
        "hub": found.hub,
        "positions": f"{found.first}–{found.last}",
        "entries": found.links,
        "covered": f"up to position {found.covered}" if found.covered else "none",
        "not_covered": found.last - max(found.covered, found.first - 1),
        "not_linked": found.waiting,
        "others": found.others,
        "checkpoints": found.checkpoints,
        "content_removed": found.emptied,
        "content_withheld": found.withheld,
        "digest": found.digest,
    }
    if missing_there is not None:
        shown["not_held_by_other_hub"] = missing_there
    if as_json:
        shown["findings"] = [finding.wire for finding in found.findings]
        shown["backdated"] = [each.wire for each in found.backdated]
    result(shown, as_json=as_json)
    if not as_json:
        for finding in (*found.findings, *found.backdated):
            typer.echo(finding.wire)
    if not found.intact:
        raise typer.Exit(1)
    if not found.proved:
        note(f"Not proved. {found.not_proved().wire}")
        raise typer.Exit(NOT_PROVED)
