"""Retention with proof: the oldest entries are written to a file, signed, and removed once two persons have agreed."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.documents import archive_statement, lines, link_before
from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.chain.keys import is_signed, own_public_key, sign
from vardkase.audit.chain.models import AuditArchive, AuditLink
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.sql import cursor

ARCHIVE = "audit_archive"


@transaction.atomic
def archive_before(actor: AuditActor, day: date, path: Path, *, withheld: bool = False) -> AuditArchive:
    """Write the entries before `day` to a new file, and sign what it holds. Nothing is removed.

    `withheld`: without the content of entries about threat intelligence, which then goes with their removal.
    Raises Conflict if there are none, FileExistsError.
    """
    close_log()
    previous, digest, _ = link_before(0)
    ((last,),) = cursor().execute(LAST_BEFORE, {"day": day}).fetchall()
    end = AuditLink.objects.filter(position=last or 0).first()
    if end is None or end.position <= previous:
        raise Conflict(ChainProblem.NOTHING_TO_ARCHIVE(day=day.isoformat()))
    row = AuditArchive(
        first=previous + 1,
        last=end.position,
        previous=digest.hex(),
        digest=bytes(end.digest).hex(),
        count=end.position - previous,
        sha256=_write(path, previous + 1, end.position, withheld=withheld),
        name=path.name[:255],
        time=timezone.now(),
    )
    signed = sign(archive_statement(row))
    row.key, row.signature = signed.key, signed.signature
    prove_hub()
    row.save()
    change = {"count": row.count, "sha256": row.sha256, "name": row.name}
    record(actor, LogAction.ARCHIVED, Target(ARCHIVE, row.pk, title=str(row)), change)
    return row


@transaction.atomic
def remove_archived(actor: AuditActor, archive_id: int, path: Path) -> int:
    """As the owner of the database: remove what is in an archive, whose file is shown; returns how many entries.

    PostgreSQL checks that two persons have agreed. Raises NotFound, Conflict, OSError.
    """
    close_log()
    row = find_archive(archive_id)
    require_kept(row)
    _require_proof(row, path)
    _require_consent(row)
    ((removed,),) = cursor().execute("SELECT audit_remove(%s)", (row.pk,)).fetchall()
    record(actor, LogAction.REMOVED, Target(ARCHIVE, row.pk, title=str(row)), {"count": removed})
    return int(removed)


def signed_consent(row: AuditArchive, step: str, person: int | None) -> dict[str, Any]:
    signed = sign(_consent(row, step, person))
    return {"person": person, "key": signed.key, "signature": signed.signature}


def consented(row: AuditArchive) -> tuple[set[int], set[int]]:
    """Who has proposed and who has approved the removal, by entries that the hub itself has signed."""
    key = own_public_key()
    people: dict[str, set[int]] = {LogAction.REMOVAL_PROPOSED: set(), LogAction.REMOVAL_APPROVED: set()}
    for entry in AuditEntry.objects.filter(action__in=people, target_kind=ARCHIVE, target_id=row.pk):
        change, person = entry.change, entry.change.get("person")
        if person is not None and entry.actor_id == person:
            statement = _consent(row, entry.action, person)
            if is_signed(statement, str(change.get("signature", "")), key):
                people[entry.action].add(person)
    return people[LogAction.REMOVAL_PROPOSED], people[LogAction.REMOVAL_APPROVED]


def _consent(row: AuditArchive, step: str, person: int | None) -> dict[str, Any]:
    return {"kind": step, "person": person, "archive": archive_statement(row)}


def find_archive(archive_id: int) -> AuditArchive:
    row = AuditArchive.objects.filter(pk=archive_id).first()
    if row is None:
        raise NotFound(ChainProblem.NO_SUCH_ARCHIVE())
    return row


def require_kept(row: AuditArchive) -> None:
    """Raises Conflict if the entries of the archive are no longer in the log."""
    if not AuditLink.objects.filter(position=row.first).exists():
        raise Conflict(ChainProblem.ARCHIVE_GONE())


def _require_proof(row: AuditArchive, path: Path) -> None:
    """Whoever works as the hub's role can add archives and keys, but has none that the hub's own secret opens."""
    before, previous, _ = link_before(row.first)
    last = AuditLink.objects.filter(position=row.last).first()
    is_of_log = (
        last is not None
        and bytes(last.digest).hex() == row.digest
        and (before + 1, previous.hex()) == (row.first, row.previous)
    )
    if not is_of_log or not is_signed(archive_statement(row), row.signature, own_public_key()):
        raise Conflict(ChainProblem.ARCHIVE_NOT_SIGNED(first=row.first, last=row.last))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != row.sha256:
        raise Conflict(ChainProblem.FILE_DIFFERS(name=path.name))


def _require_consent(row: AuditArchive) -> None:
    # Whoever works as the hub's role can write that two people have agreed, but not sign it.
    proposed, approved = consented(row)
    if not any(first != second for first in proposed for second in approved):
        raise Conflict(ChainProblem.NOT_AGREED(first=row.first, last=row.last))


def _write(path: Path, first: int, last: int, *, withheld: bool) -> str:
    digest = hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for line in lines(first, last, withheld=withheld):
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


# The last position before which nothing is of that day or later, so that no entry is kept behind one that went.
LAST_BEFORE = """
SELECT coalesce(min(l.position), (SELECT max(position) FROM audit_link)) - 1
FROM audit_link l JOIN audit_entry e ON e.id = l.entry_id WHERE e.created >= %(day)s::date
"""
