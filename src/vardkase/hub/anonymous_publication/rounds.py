"""A round opens what is in the queue, carries it out in random order, and empties the queue.

All of it is one transaction, in a job without arguments. Kinds of submission that other packages add are registered.
"""

from __future__ import annotations

import calendar
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import SystemRandom

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_in_whole_seconds
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.audit_actions import AnonymousAction
from vardkase.hub.anonymous_publication.hooks import RoundHeld, round_held
from vardkase.hub.anonymous_publication.keys import current_key, opener, replace_key
from vardkase.hub.anonymous_publication.models import QueuedPart
from vardkase.hub.anonymous_publication.organisation import publisher
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import PARTS, Submission, SubmissionKind, joined
from vardkase.identity.access.actor import Actor

CARRIED = 4 * PARTS
"""Rows that a round writes for what waits for the next one: as many, and so on, however little it is."""

MOST_ROUNDS = 30
"""For which a publication waits for more members that could have published it, and what fails is tried again."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Round:
    """`consents` and `withdrawn` are author keys of such submissions in this round that were not taken back;
    `carried` goes into the next."""

    actor: Actor
    day: date
    consents: frozenset[str]
    withdrawn: frozenset[str]
    published: int = 0
    carried: list[Submission] = field(default_factory=list)

    @property
    def moment(self) -> int:
        """The beginning of its day: the only time that anything in it gets."""
        return calendar.timegm(self.day.timetuple())


type Handler = Callable[[Round, Submission], None]

_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    """`handler` runs in a savepoint of its own; what it raises is logged, and that submission alone is undone, and
    waits for the next round."""
    if _handlers.setdefault(kind, handler) is not handler:
        raise RuntimeError(f"submissions of kind {kind} are registered twice")


@transaction.atomic
def hold_round() -> int:
    """Carry out what has been submitted; returns how many events were published."""
    if not ENABLED.value:
        return 0
    key = current_key()
    opened = opener(key)
    # All of them lie in memory: with four web processes and a round a day, 100 MB.
    submissions = joined(opened(bytes(row)) for row in QueuedPart.objects.values_list("content", flat=True))
    SystemRandom().shuffle(submissions)
    QueuedPart.objects.all().delete()
    replace_key(key)
    held = _new_round(submissions)
    for submission in submissions:
        _handle(held, submission)
    carried = {each.receipt for each in held.carried}
    done = [each for each in submissions if each.receipt not in carried]
    needed = sum(map(slots.size_of, held.carried)) + len(done)
    slots.write(held.carried, CARRIED * max(1, -(-needed // CARRIED)), done)
    round_held.emit(RoundHeld(held.day))
    record(
        held.actor,
        AnonymousAction.ROUND_HELD,
        Target("anonymous_publication"),
        {"published": held.published, "waiting": len(held.carried)},
    )
    return held.published


def _new_round(submissions: Sequence[Submission]) -> Round:
    def keys(kind: SubmissionKind) -> frozenset[str]:
        return frozenset(each.author_key for each in submissions if each.kind == kind)

    # In UTC: elsewhere the day may begin in the future.
    day = now_in_whole_seconds().date()
    undone = keys(SubmissionKind.UNDO)
    consents, withdrawn = keys(SubmissionKind.CONSENT) - undone, keys(SubmissionKind.WITHDRAW) - undone
    return Round(publisher(), day, consents, withdrawn)


def _handle(held: Round, submission: Submission) -> None:
    handler = _handlers.get(submission.kind)
    if handler is None:
        return
    try:
        with transaction.atomic():
            handler(held, submission)
    except Exception:
        logger.exception("a submission to anonymous publication failed")
        _carry(held, submission)


def _carry(held: Round, submission: Submission) -> None:
    is_withdrawn = submission.kind != SubmissionKind.WITHDRAW and submission.author_key in held.withdrawn
    is_carried = any(each.receipt == submission.receipt for each in held.carried)
    if submission.waited < MOST_ROUNDS and not is_withdrawn and not is_carried:
        held.carried.append(replace(submission, waited=submission.waited + 1))
