"""The part of `vardkase upgrade` that brings the embedded cluster to another major version of PostgreSQL."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vardkase.cli.installation import choose, configure_django, opened
from vardkase.cli.output import fail, note, result
from vardkase.core.database import DatabaseUnavailable, EmbeddedPostgres, uses_external_database

if TYPE_CHECKING:
    from vardkase.core.database.upgrading import MajorUpgrade
    from vardkase.hub.audit_actions import BackupAction
    from vardkase.hub.backups.set_back import SetBack

SET_BACK = (
    "The data of PostgreSQL {version} as of {since} were put back. What was withdrawn, restricted or deleted since "
    "then is withdrawn and deleted again when the hub is opened. {entries} entries of the audit log since then are "
    "only in {aside}."
)
SET_BACK_UNREAD = (
    "The data of PostgreSQL {version} as of {since} were put back. What was withdrawn, restricted or deleted since "
    "then, and the audit log since then, are only in {aside}, which could not be read: withdraw and delete it again."
)


def check(data_dir: Path | None, programs: Path | None, *, as_json: bool) -> bool:
    from vardkase.core.database.upgrading import due, require_ready

    chosen = choose(data_dir)
    found = None if uses_external_database() else due(chosen, programs)
    if found is None:
        return False
    shown = {
        "postgresql": found.former,
        "upgraded to": found.brought,
        "former programs": str(found.programs or ""),
        "database bytes": found.size,
        "disk free bytes": found.free,
    }
    result(shown, as_json=as_json)
    try:
        require_ready(found)
    except DatabaseUnavailable as error:
        raise fail(str(error)) from None
    note("The migrations that are pending are shown once that is done.")
    return True


def carry_out(data_dir: Path | None, programs: Path | None) -> MajorUpgrade | None:
    from vardkase.core.backup.state import State
    from vardkase.core.database.upgrading import due, upgrade_cluster

    chosen = choose(data_dir)
    found = None if uses_external_database() else due(chosen, programs)
    if found is None:
        return None
    upgrade_cluster(found, _contents, note)
    # The log of another major version continues no chain.
    State(chosen).forget()
    note(
        f"The data are of PostgreSQL {found.brought} now. The former are in {found.kept}: keep them until you "
        "are sure, then `vardkase upgrade --discard-former`. `vardkase upgrade --put-back` goes back to them."
    )
    return found


def record_upgrade(done: MajorUpgrade) -> None:
    from vardkase.hub.audit_actions import BackupAction

    _record(BackupAction.CLUSTER_UPGRADED, {"from": done.former, "to": done.brought})


def _contents(server: EmbeddedPostgres) -> object:
    from vardkase.core.backup.contents import tables_of
    from vardkase.core.backup.tools import owned_by_us

    with owned_by_us(server.layout.data_dir).connect() as connection, connection.transaction():
        return tables_of(connection)


def put_back(data_dir: Path | None, *, yes: bool, as_json: bool) -> None:
    from vardkase.core.backup import pending
    from vardkase.core.backup.state import State
    from vardkase.core.database.upgrading import copied_at, put_back

    chosen, versions = _kept(data_dir)
    if EmbeddedPostgres(chosen).alive():
        raise fail("The database is in use: stop Vårdkase first.")
    version, since = versions[0], copied_at(chosen, versions[0])
    made = _noted(chosen, version, since, yes=yes)
    aside = put_back(chosen, version)
    State(chosen).forget()
    words = {"version": version, "since": f"{since:%Y-%m-%d %H:%M} UTC", "aside": aside}
    # Otherwise whoever was shut out since would be let in again, and nothing would say so.
    if made:
        from vardkase.hub.backups import set_back

        set_back.keep(chosen, made)
        pending.close(chosen, SET_BACK.format(entries=made.entries, **words))
    else:
        pending.close(chosen, SET_BACK_UNREAD.format(**words))
    shown = {"postgresql": version, "as of": since.isoformat(), "set aside": str(aside)}
    result(shown | ({"entries set aside": made.entries} if made else {}), as_json=as_json)
    note(
        "Install the version of Vårdkase that brings this PostgreSQL. The hub stays closed until then, and until:"
    )
    note(f"vardkase restored --data-dir {chosen} --open --reason WHY")


def _noted(chosen: Path, version: int, since: datetime, *, yes: bool) -> SetBack | None:
    """What has to be repeated in the former data; None if the present ones cannot be read, which may be why somebody
    goes back. Ends the command if the person does not agree."""
    from django.db import DatabaseError

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(opened(chosen, configure_django))
            # Models are ready only now.
            from vardkase.audit.chain.checkpoints import close_log
            from vardkase.hub.audit_actions import BackupAction
            from vardkase.hub.backups.set_back import entries_since, taken_note

            entries = entries_since(since)
        except (DatabaseUnavailable, DatabaseError) as error:
            note(f"The present data cannot be read: {' '.join(str(error).split())[:300]}")
            _agree(version, since, "Everything since then is set aside, and could not be looked at.", yes=yes)
            return None
        lost = f"What was written since is set aside, with {entries} entries of the audit log."
        _agree(version, since, lost, yes=yes)
        _record(
            BackupAction.CLUSTER_PUT_BACK,
            {"version": version, "since": since.isoformat(), "entries": entries},
        )
        close_log()
        return taken_note(since)


def _agree(version: int, since: datetime, lost: str, *, yes: bool) -> None:
    note(f"The data of PostgreSQL {version} are as they were at {since:%Y-%m-%d %H:%M} UTC. {lost}")
    if not yes and not typer.confirm("Put them back?", err=True):
        raise fail("nothing was changed.")


def discard_former(data_dir: Path | None, *, as_json: bool) -> None:
    from vardkase.core.database.upgrading import discard

    chosen, versions = _kept(data_dir)
    with opened(chosen, configure_django):
        from django.db import transaction

        from vardkase.hub.audit_actions import BackupAction

        with transaction.atomic():
            _record(BackupAction.FORMER_CLUSTER_DISCARDED, {"versions": versions})
            for version in versions:
                discard(chosen, version)
    result({"discarded": versions}, as_json=as_json)


def _kept(data_dir: Path | None) -> tuple[Path, list[int]]:
    from vardkase.core.database.upgrading import kept_versions

    chosen = choose(data_dir)
    versions = [] if uses_external_database() else kept_versions(chosen)
    if not versions:
        raise fail("there are no data of a former PostgreSQL here.")
    return chosen, versions


def _record(action: BackupAction, change: dict[str, Any]) -> None:
    from vardkase.audit.services import Target, record
    from vardkase.cli.console import console

    record(console(), action, Target("backup"), change)
