"""Some entries of the log with their proof, which a third party verifies without the others.

Of the entries between them the file has two digests each, with which the chain is followed to a signed checkpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from django.db import transaction

from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.digests import canonical, head_digest
from vardkase.audit.chain.documents import records
from vardkase.audit.chain.models import AuditCheckpoint, AuditLink
from vardkase.audit.chain.problems import ChainProblem
from vardkase.audit.chain.verification import Record
from vardkase.core.errors import Conflict

MOST = 100_000
"""Positions that a selection covers; each takes a third of a kilobyte."""


@transaction.atomic
def write_selection(
    entry_ids: Collection[int], output: BinaryIO, *, withheld: bool = False, most: int = MOST
) -> int:
    """Write these entries with their proof as JSON Lines; returns how many there are. `withheld`: see `records`.

    Raises Conflict.
    """
    close_log()
    links = AuditLink.objects.filter(entry_id__in=entry_ids).order_by("position")
    positions = list(links.values_list("position", flat=True))
    proof = AuditCheckpoint.objects.filter(position__gte=positions[-1] if positions else 0)
    end = proof.order_by("position").values_list("position", flat=True).first()
    if not positions or end is None:
        raise Conflict(ChainProblem.NOTHING_SELECTED())
    if end - positions[0] >= most:
        raise Conflict(ChainProblem.TOO_MUCH_SELECTED(most=most, count=end - positions[0]))
    output.writelines(
        canonical(record) + b"\n"
        for record in _selected(positions[0], end, frozenset(entry_ids), withheld=withheld)
    )
    return len(positions)


def _selected(first: int, last: int, chosen: frozenset[int], *, withheld: bool) -> Iterator[Record]:
    for record in records(first, last, withheld=withheld, only=chosen):
        if record["kind"] == "log":
            yield {**record, "selection": True, "part": True}
        elif record["kind"] == "link" and record["entry_id"] not in chosen and record["entry"] is not None:
            head = head_digest(record["entry"]).hex()
            yield {
                "kind": "other",
                "position": record["position"],
                "head": head,
                "content": record["content"],
            }
        else:
            yield record
