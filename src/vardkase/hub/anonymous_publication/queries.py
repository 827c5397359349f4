"""Reads of anonymous publication. Who has a recovery code reads what belongs to it, whoever they are."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.hub.anonymous_publication.models import AnonymousPublication, QueuedPart, SubmissionKey
from vardkase.hub.anonymous_publication.recovery_codes import DONE, Capability, mark_of
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.intel.models import Attribute, Event, EventReport, Object


@dataclass(frozen=True, slots=True)
class Status:
    """`submitted`: the kinds that wait for the next round. Nothing is said of what is not stored yet: one process alone
    knows of it, and all of them answer the same.
    """

    publication: AnonymousPublication | None
    event_id: int | None
    submitted: frozenset[str]

    @property
    def is_known(self) -> bool:
        return bool(self.publication or self.submitted)

    @property
    def may_undo(self) -> bool:
        undoable = {SubmissionKind.WITHDRAW, SubmissionKind.CONSENT}
        return bool(undoable & self.submitted) and SubmissionKind.UNDO not in self.submitted


def is_stored(receipt: str) -> bool:
    """Whether a submission with this receipt is in the queue."""
    return _is_marked(receipt, b"")


def is_carried_out(receipt: str) -> bool:
    """Whether the last round has carried out a submission with this receipt."""
    return _is_marked(receipt, DONE)


def _is_marked(receipt: str, state: bytes) -> bool:
    key = SubmissionKey.objects.first()
    return key is not None and QueuedPart.objects.filter(mark=mark_of(receipt, key.recipient, state)).exists()


def own_status(capability: Capability) -> Status:
    publication = AnonymousPublication.objects.filter(author_key=capability.author_key).first()
    receipts = {str(kind): capability.receipt(kind) for kind in SubmissionKind}
    return Status(
        publication,
        _event_id(publication),
        frozenset(kind for kind, receipt in receipts.items() if is_stored(receipt)),
    )


def part_uuids(capability: Capability) -> frozenset[str]:
    """The UUIDs of the parts of the event that was published with this code."""
    publication = AnonymousPublication.objects.filter(author_key=capability.author_key).first()
    event_id = _event_id(publication)
    if event_id is None:
        return frozenset()
    return frozenset(
        str(uuid)
        for model in (Attribute, Object, EventReport)
        for uuid in model.objects.filter(event=event_id).values_list("uuid", flat=True)
    )


def _event_id(publication: AnonymousPublication | None) -> int | None:
    if publication is None or publication.event_uuid is None:
        return None
    return Event.objects.filter(uuid=publication.event_uuid).values_list("pk", flat=True).first()
