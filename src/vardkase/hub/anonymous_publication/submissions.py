"""What is submitted, and how it is cut into parts of one size."""

from __future__ import annotations

import json
import secrets
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.anonymous_publication.problems import AnonymousProblem

PART = 16 * 1024
"""Bytes of a part before it is encrypted, its head included."""
PARTS = 16
"""Of the largest submission, and of what each web process writes in every slot."""
HEAD = struct.Struct(">?16sBBI")
"""Whether it is a submission's (or padding), the submission's number, the part's, how many there are, and its bytes."""
MOST_BYTES = PARTS * (PART - HEAD.size)
MOST_UNPACKED = 64 * 1024 * 1024


class SubmissionKind(StrEnum):
    """Other packages may submit kinds of their own (`rounds.register`)."""

    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    CONSENT = "consent"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Submission:
    """`author_key` and `receipt` come from the recovery code (`recovery_codes`). `body` depends on the kind; it must be
    JSON, and must not say who the author is except in what is sealed to the officers.

    `waited`: for how many rounds it has waited for more members that could have published it.
    """

    kind: str
    author_key: str
    receipt: str
    body: dict[str, Any] = field(default_factory=dict)
    waited: int = 0


def parts_of(submission: Submission) -> list[bytes]:
    """Each of PART bytes. Raises Invalid if there would be more than PARTS."""
    packed = zlib.compress(json.dumps(asdict(submission)).encode(), 9)
    if len(packed) > MOST_BYTES:
        raise Invalid({"document": [AnonymousProblem.TOO_LARGE(size=len(packed), most=MOST_BYTES)]})
    room = PART - HEAD.size
    pieces = [packed[start : start + room] for start in range(0, len(packed), room)]
    number = secrets.token_bytes(16)
    return [
        (HEAD.pack(True, number, index, len(pieces), len(piece)) + piece).ljust(PART, b"\0")
        for index, piece in enumerate(pieces)
    ]


def padding() -> bytes:
    return HEAD.pack(False, bytes(16), 0, 0, 0) + secrets.token_bytes(PART - HEAD.size)


def joined(parts: Iterable[bytes]) -> list[Submission]:
    """The submissions among `parts`, in no particular order; padding and incomplete ones are left out."""
    found: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    totals: dict[bytes, int] = {}
    for part in parts:
        is_real, number, index, total, size = HEAD.unpack_from(part)
        if is_real:
            found[number][index] = part[HEAD.size : HEAD.size + size]
            totals[number] = total
    complete = (pieces for number, pieces in found.items() if len(pieces) == totals[number])
    return [_read(b"".join(pieces[index] for index in range(len(pieces)))) for pieces in complete]


def _read(packed: bytes) -> Submission:
    return Submission(**json.loads(zlib.decompressobj().decompress(packed, MOST_UNPACKED)))
