"""The part of `vardkase upgrade` that brings the embedded cluster to another major version of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from vardkase.cli.installation import choose
from vardkase.cli.output import fail, note, result
from vardkase.core.database import DatabaseUnavailable, EmbeddedPostgres, uses_external_database

SET_BACK = (
    "The data of PostgreSQL {version} were put back. What was withdrawn, restricted or deleted after the upgrade, and "
    "the audit log since then, are only in {aside}: withdraw and delete it again."
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


def carry_out(data_dir: Path | None, programs: Path | None) -> None:
    from vardkase.core.backup.state import State
    from vardkase.core.database.upgrading import due, upgrade_cluster

    chosen = choose(data_dir)
    found = None if uses_external_database() else due(chosen, programs)
    if found is None:
        return
    upgrade_cluster(found, _contents, note)
    # The log of another major version continues no chain.
    State(chosen).forget()
    note(
        f"The data are of PostgreSQL {found.brought} now. The former are in {found.kept}: keep them until you "
        "are sure, then `vardkase upgrade --discard-former`. `vardkase upgrade --put-back` goes back to them."
    )


def _contents(server: EmbeddedPostgres) -> object:
    from vardkase.core.backup.contents import tables_of
    from vardkase.core.backup.tools import owned_by_us

    with owned_by_us(server.layout.data_dir).connect() as connection, connection.transaction():
        return tables_of(connection)


def undo_or_discard(data_dir: Path | None, *, undo: bool, as_json: bool) -> None:
    from vardkase.core.backup import pending
    from vardkase.core.backup.state import State
    from vardkase.core.database.upgrading import discard, kept_versions, put_back

    chosen = choose(data_dir)
    kept = [] if uses_external_database() else kept_versions(chosen)
    if not kept:
        raise fail("there are no data of a former PostgreSQL here.")
    if not undo:
        for version in kept:
            discard(chosen, version)
        result({"discarded": kept}, as_json=as_json)
        return
    aside = put_back(chosen, kept[0])
    State(chosen).forget()
    # Otherwise whoever was shut out since would be let in again, and nothing would say so.
    pending.close(chosen, SET_BACK.format(version=kept[0], aside=aside))
    result({"postgresql": kept[0], "set aside": str(aside)}, as_json=as_json)
    note(
        "Install the version of Vårdkase that brings this PostgreSQL. The hub stays closed until somebody has done"
    )
    note(f"again what is missing: vardkase restored --data-dir {chosen} --open --reason WHY")
