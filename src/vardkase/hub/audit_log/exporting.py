"""Entries of the audit log that somebody chose, with the proof that they are what was written."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from vardkase.audit.actions import LogAction
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.chain.selections import MOST, write_selection
from vardkase.audit.queries import filtered
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.readable_audit_log import readable_trail


@transaction.atomic
def export_with_proof(actor: Actor, output: BinaryIO, filters: dict[str, Any]) -> None:
    """Write what the filters choose. Raises Conflict if that is nothing or too much; Forbidden for who reads only
    a part of the log: the digests of the entries in between have no salt, so that who and what could be guessed.
    """
    if not (actor.is_site_admin or actor.is_auditor):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    rows = filtered(readable_trail(actor), **filters).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise Conflict(ChainProblem.TOO_MUCH_SELECTED(most=MOST, count=ids[-1] - ids[0]))
    count = write_selection(ids, output, withheld=actor.may_not_read_content)
    chosen = {name: str(value) for name, value in filters.items()}
    record(actor, LogAction.EXPORTED, Target("audit_log"), {"count": count, "filters": chosen})
