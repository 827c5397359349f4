"""Services by which the publisher of an event answers for the personal data in it without changing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.models import Event
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.models import PersonalDataMark
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.queries import DENIED, OFFENCE, answerable_marks
from vardkase.intel.personal_data.services import complete
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_publish_event

LONGEST_REASON = 2000
UNANSWERED: dict[str, Any] = {"reason": "", "answered_by": None, "answered_at": None}
NOT_DENIED: dict[str, Any] = {"denied_because": "", "denied_by": None, "denied_at": None}


class LockedMarks(NamedTuple):
    """Marks that are answered together, with what the audit log names."""

    marks: QuerySet[PersonalDataMark]
    target: Target
    change: dict[str, Any]


class AnsweredMarks(Protocol):
    """Marks that one organisation answers for: of an event (`MarksOfEvent`), or of what it contributed to one."""

    def lock(self, actor: Actor) -> LockedMarks:
        """Lock what they are in. Raises NotFound, Forbidden, Invalid."""
        ...


@dataclass(frozen=True, slots=True)
class MarksOfEvent:
    """All marks of `kind` in an event, for who may publish it."""

    event_id: int
    kind: str

    def lock(self, actor: Actor) -> LockedMarks:
        event = _lock_to_answer(actor, self.event_id)
        complete(event.pk)
        marks = answerable_marks(event.pk).filter(kind=known_kind(self.kind))
        return LockedMarks(marks, event_target(event), {"kind": self.kind})


@transaction.atomic
def state_necessity(actor: Actor, asked: AnsweredMarks, reason: str) -> int:
    """Answer all of the marks that are unanswered: they are necessary because of `reason`. Returns how many.

    Raises NotFound, Forbidden, Invalid, Conflict if none is unanswered.
    """
    found = asked.lock(actor)
    reason = _reason(reason, PersonalDataProblem.NO_REASON)
    answer = {"reason": reason, "answered_by": actor.user_id, "answered_at": timezone.now()}
    count = found.marks.filter(answered_at=None).update(**answer)
    return _recorded(
        actor, IntelAction.PERSONAL_DATA_ANSWERED, found, count, PersonalDataProblem.NOTHING_TO_ANSWER
    )


@transaction.atomic
def take_back_answer(actor: Actor, asked: AnsweredMarks) -> int:
    """Leave all of the marks unanswered again; returns how many. Raises as `state_necessity`."""
    found = asked.lock(actor)
    count = found.marks.filter(answered_at__isnull=False).update(**UNANSWERED)
    return _recorded(
        actor, IntelAction.PERSONAL_DATA_ANSWER_TAKEN_BACK, found, count, PersonalDataProblem.NOTHING_ANSWERED
    )


@transaction.atomic
def deny_offence(actor: Actor, asked: AnsweredMarks, reason: str) -> int:
    """Say of all of the marks that seem to concern an offence that they do not, because of `reason`; returns how many.

    What they are in is no longer withheld from organisations without a legal ground.

    Raises NotFound, Forbidden, Invalid, Conflict if none seems to.
    """
    found = asked.lock(actor)
    reason = _reason(reason, PersonalDataProblem.NO_REASON_FOR_DENIAL)
    answer = {"denied_because": reason, "denied_by": actor.user_id, "denied_at": timezone.now()}
    count = found.marks.filter(OFFENCE).update(**answer)
    # On record with the reason, since the mark goes when its text changes.
    found.change["reason"] = reason
    return _recorded(
        actor, IntelAction.PERSONAL_DATA_OFFENCE_DENIED, found, count, PersonalDataProblem.NO_OFFENCE
    )


@transaction.atomic
def take_back_denial(actor: Actor, asked: AnsweredMarks) -> int:
    """Let all of the marks that were said not to concern an offence seem to again; returns how many."""
    found = asked.lock(actor)
    count = found.marks.filter(DENIED).update(**NOT_DENIED)
    return _recorded(
        actor,
        IntelAction.PERSONAL_DATA_OFFENCE_DENIAL_TAKEN_BACK,
        found,
        count,
        PersonalDataProblem.NOTHING_DENIED,
    )


@transaction.atomic
def tell_withheld(actor: Actor, *, tells: bool) -> None:
    """Whether readers without a legal ground are told how many items about offences are withheld from them in the
    events of the actor's organisation. Raises Forbidden unless the actor administers it."""
    actor.require_own_affairs()
    actor.require(Permission.ADMIN)
    own = Organisation.objects.filter(pk=actor.organisation_id).exclude(tells_withheld=tells)
    if own.update(tells_withheld=tells):
        target = Target("organisation", actor.organisation_id, title=actor.organisation_name)
        record(actor, IntelAction.WITHHELD_COUNT_SET, target, {"tells": tells})


def _recorded(
    actor: Actor, action: IntelAction, found: LockedMarks, count: int, problem: PersonalDataProblem
) -> int:
    if not count:
        raise Conflict(problem())
    record(actor, action, found.target, found.change | {"marks": count})
    return count


def _reason(reason: str, missing: PersonalDataProblem) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": [missing()]})
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise Invalid({"reason": [PersonalDataProblem.REASON_TOO_LONG(most=LONGEST_REASON)]})
    return reason


def _lock_to_answer(actor: Actor, event_id: int) -> Event:
    actor.require_writing(Permission.PUBLISH)
    event = lock_event(actor, event_id)
    if not may_publish_event(actor, event):
        raise Forbidden
    return event


def may_answer(actor: Actor, event_id: int) -> None:
    """Raises NotFound, Forbidden."""
    if not may_publish_event(actor, find_event(actor, event_id)):
        raise Forbidden


def known_kind(kind: str) -> PersonalDataKind:
    if kind not in PersonalDataKind.values:
        raise Invalid({"kind": [PersonalDataProblem.UNKNOWN_KIND(known=", ".join(PersonalDataKind.values))]})
    return PersonalDataKind(kind)
