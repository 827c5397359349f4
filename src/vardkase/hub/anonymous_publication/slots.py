"""Slots: each web process writes the same number of rows into the queue at every quarter of an hour.

What was submitted since the last slot is among them, in random order; the rest is padding. So the database, and its
WAL, tell neither that anything was submitted nor when, to within a slot.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import SystemRandom

from django.db import close_old_connections, transaction
from django.db.models import Model, QuerySet

from vardkase.core.errors import Conflict
from vardkase.hub.anonymous_publication.keys import current_key, encrypted
from vardkase.hub.anonymous_publication.models import AnonymousPublication, QueuedPart, SubmissionKey
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.recovery_codes import DONE, mark_of
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import PARTS, Submission, padding, parts_of

SLOT = 15 * 60
"""Seconds from one slot to the next."""
MOST_WAITING = 8 * PARTS
"""Parts that wait in one process."""
MOST_OF_ONE = PARTS
"""Parts of one organisation that wait in one process: one of the largest submissions, or several."""
LATEST = MOST_WAITING // PARTS * SLOT + 60
"""Seconds after which nothing that was submitted still waits."""
AFTER = 1.0
"""Seconds after the beginning of a slot at which it is written: a sleep that ends early does not write it twice."""
MARK = 32

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`organisation_id` goes no further than this process's memory."""

    submission: Submission
    organisation_id: int
    size: int


_waiting: list[Waiting] = []
_turns: list[int] = []
"""Organisations of which something waits; the next slot begins with the first."""
_lock = threading.Lock()
_read_at_slots: list[type[Model]] = [QueuedPart, SubmissionKey, AnonymousPublication]


def keep(submission: Submission, organisation_id: int = 0) -> None:
    """Raises Invalid if it is too large, and Conflict if too much waits, or one of this kind and code does."""
    size = size_of(submission)
    with _lock:
        of_one = sum(each.size for each in _waiting if each.organisation_id == organisation_id)
        if of_one + size > MOST_OF_ONE or sum(each.size for each in _waiting) + size > MOST_WAITING:
            raise Conflict(AnonymousProblem.BUSY())
        if any(each.submission.receipt == submission.receipt for each in _waiting):
            raise Conflict(AnonymousProblem.ALREADY_THERE())
        _waiting.append(Waiting(submission, organisation_id, size))
        if organisation_id not in _turns:
            _turns.append(organisation_id)


def waits_here(receipt: str) -> bool:
    with _lock:
        return any(each.submission.receipt == receipt for each in _waiting)


def forget_all() -> None:
    """What waits is lost, as it is when the process ends."""
    with _lock:
        _waiting.clear()
        _turns.clear()


def size_of(submission: Submission) -> int:
    """In parts. Raises Invalid if it is too large."""
    return len(parts_of(submission))


def write_slot() -> None:
    """Write PARTS rows. What does not fit waits for the next slot, and so does everything if the database fails."""
    with _lock:
        chosen = _that_fit()
    # A round may hold the key for a minute, in which authors come and go.
    with transaction.atomic():
        write([each.submission for each in chosen], PARTS)
    with _lock:
        _waiting[:] = [each for each in _waiting if each not in chosen]
        served = {each.organisation_id for each in chosen}
        left = {each.organisation_id for each in _waiting}
        # Whoever had a turn stands behind those who had none.
        _turns.sort(key=served.__contains__)
        _turns[:] = [each for each in _turns if each in left]
    settle()


def write(submissions: Sequence[Submission], rows: int, done: Sequence[Submission] = ()) -> None:
    """Write the parts of `submissions` and padding, `rows` altogether, in the caller's transaction.

    Padding is marked so that the authors of `done` can learn, until the next round, that these were carried out.
    """
    key = current_key()
    taken = set[bytes]()
    marked = []
    for each in submissions:
        mark = mark_of(each.receipt, key.recipient)
        # Twice the same would show that both belong to one author.
        if mark in taken or QueuedPart.objects.filter(mark=mark).exists():
            mark = secrets.token_bytes(MARK)
        taken.add(mark)
        first, *others = parts_of(each)
        marked += [(mark, first), *((secrets.token_bytes(MARK), part) for part in others)]
    marked += [
        (mark, padding()) for mark in {mark_of(each.receipt, key.recipient, DONE) for each in done} - taken
    ]
    marked += [(secrets.token_bytes(MARK), padding()) for _ in range(rows - len(marked))]
    SystemRandom().shuffle(marked)
    QueuedPart.objects.bulk_create(
        QueuedPart(mark=mark, content=encrypted(key, part)) for mark, part in marked
    )


def settle() -> None:
    """Read what has been written. PostgreSQL notes at the first reading of a row that it is there, or gone, and enters
    that in the WAL: otherwise it would be the author's reading."""
    for model in _read_at_slots:
        QuerySet(model).count()


def read_at_slots(*models: type[Model]) -> None:
    """Settle the rows of `models` too, which rounds write and authors read."""
    _read_at_slots.extend(model for model in models if model not in _read_at_slots)


def start() -> None:
    """Begin writing slots in a thread of this process, which ends with it."""
    threading.Thread(target=_write_slots, name="slots", daemon=True).start()


def _that_fit() -> list[Waiting]:
    """One of each organisation in turn, then a second one of each, and so on."""
    chosen: list[Waiting] = []
    of_each = [[each for each in _waiting if each.organisation_id == one] for one in _turns]
    for each in (each for several in zip_longest(*of_each) for each in several if each is not None):
        if sum(one.size for one in chosen) + each.size <= PARTS:
            chosen.append(each)
    return chosen


def _write_slots() -> None:
    while True:
        time.sleep(SLOT - time.time() % SLOT + AFTER)
        close_old_connections()
        try:
            if ENABLED.value:
                write_slot()
        except Exception:
            logger.exception("the queue of anonymous publication could not be written")
        finally:
            close_old_connections()
