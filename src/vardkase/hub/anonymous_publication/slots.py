"""Slots: each web process writes the same number of rows into the queue at every quarter of an hour.

What was submitted since the last slot is among them, in random order; the rest is padding. So the database, and its
WAL, tell neither that anything was submitted nor when, to within a slot.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from random import SystemRandom

from django.db import close_old_connections, transaction

from vardkase.core.errors import Conflict
from vardkase.hub.anonymous_publication.keys import current_key, encrypted
from vardkase.hub.anonymous_publication.models import AnonymousPublication, QueuedPart, SubmissionKey
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.recovery_codes import mark_of
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import PARTS, Submission, padding, parts_of

SLOT = 15 * 60
"""Seconds from one slot to the next."""
MOST_WAITING = 64
"""Submissions that wait in one process."""
MOST_OF_ONE = 8
"""What one organisation may submit to one process from slot to slot."""
AFTER = 1.0
"""Seconds after the beginning of a slot at which it is written: a sleep that ends early does not write it twice."""
MARK = 32

logger = logging.getLogger(__name__)

_waiting: list[Submission] = []
_counts: Counter[int] = Counter()
_lock = threading.Lock()


def keep(submission: Submission, organisation_id: int = 0) -> None:
    """Raises Invalid if it is too large, and Conflict if too many wait, or one with this code and of this kind does.

    Of an organisation it is only counted, until the next slot, how often it has submitted something here.
    """
    size_of(submission)
    with _lock:
        if len(_waiting) >= MOST_WAITING or _counts[organisation_id] >= MOST_OF_ONE:
            raise Conflict(AnonymousProblem.BUSY())
        if any(each.receipt == submission.receipt for each in _waiting):
            raise Conflict(AnonymousProblem.ALREADY_THERE())
        _waiting.append(submission)
        if organisation_id:
            _counts[organisation_id] += 1


def waits_here(receipt: str) -> bool:
    with _lock:
        return any(each.receipt == receipt for each in _waiting)


def size_of(submission: Submission) -> int:
    """In parts. Raises Invalid if it is too large."""
    return len(parts_of(submission))


def write_slot() -> None:
    """Write PARTS rows. What does not fit waits for the next slot, and so does everything if the database fails."""
    with _lock:
        chosen = _that_fit(_waiting)
        with transaction.atomic():
            write(chosen, PARTS)
        _waiting[:] = [each for each in _waiting if each not in chosen]
        _counts.clear()
    settle()


def write(submissions: Sequence[Submission], rows: int) -> None:
    """Write the parts of `submissions` and padding, `rows` altogether, in the caller's transaction."""
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
    marked += [(secrets.token_bytes(MARK), padding()) for _ in range(rows - len(marked))]
    SystemRandom().shuffle(marked)
    QueuedPart.objects.bulk_create(
        QueuedPart(mark=mark, content=encrypted(key, part)) for mark, part in marked
    )


def settle() -> None:
    """Read what has been written. PostgreSQL notes at the first reading of a row that it is there, or gone, and enters
    that in the WAL: otherwise it would be the author's reading."""
    for model in (QueuedPart, SubmissionKey, AnonymousPublication):
        model.objects.count()


def start() -> None:
    """Begin writing slots in a thread of this process, which ends with it."""
    threading.Thread(target=_write_slots, name="slots", daemon=True).start()


def _that_fit(submissions: Sequence[Submission]) -> list[Submission]:
    chosen, left = [], PARTS
    for each in submissions:
        if (size := size_of(each)) <= left:
            chosen.append(each)
            left -= size
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
