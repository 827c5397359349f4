"""Diagrams in Mermaid notation as pictures, drawn in sandbox processes.

Mermaid's own script writes styles into the page, which the security policy refuses; here no script and no markup of
the diagram reaches a browser.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import typst
from django.core.cache import cache
from markdown_it.token import Token

from vardkase.core.bounded_blocking import TooManyBlockedThreads, blocking
from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart, PartMissing
from vardkase.core.problems import Problem, problems_in, stored
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.formats.diagrams.turns import Turns
from vardkase.formats.problems import DiagramProblem

MOST_DIAGRAMS = 20
"""Of one report that are drawn; the others stay text."""
LONGEST_SOURCE = 20_000
"""Characters; what is drawn of more can be read by nobody."""
SANS_SERIF = "DejaVu Sans, Liberation Sans, Noto Sans, Arial, sans-serif"
"""The first that the machine has; a serif face that comes with the typesetter if it has none."""
WORDS = b"""#set page(width: auto, height: auto, margin: 8pt, fill: white)
#text(font: sys.inputs.font.split(", "), size: 12pt, sys.inputs.words)"""
PIXELS_PER_INCH = 120.0
drawings = SandboxPool(
    "vardkase.formats.diagrams.program",
    Limits(memory=1024 * 1024 * 1024, seconds=2, at_once=1),
    part=OptionalPart.DIAGRAMS,
)
REFUSED_FOR = 24 * 3600
"""Seconds for which all processes remember why a source could not be drawn, so that nobody waits for it again."""
MOST_KEPT, LARGEST_KEPT = 100, 500_000
"""Pictures that a process keeps, and the bytes of the largest of them."""


class DrawnAs(StrEnum):
    PNG = "png"
    SVG = "svg"


def is_diagram(token: Token) -> bool:
    return token.type == "fence" and token.info.strip().lower() == "mermaid"


def sources(tokens: Iterable[Token]) -> list[str]:
    """The diagrams of a report that are drawn, in their order; one that is too long is empty."""
    found = [token.content for token in tokens if is_diagram(token)][:MOST_DIAGRAMS]
    return [source if len(source) <= LONGEST_SOURCE else "" for source in found]


@lru_cache(maxsize=8)
def picture_of(words: str) -> bytes:
    """Our own words as PNG, in place of a diagram."""
    return bytes(
        typst.compile(
            WORDS, sys_inputs={"words": words, "font": SANS_SERIF}, format="png", ppi=PIXELS_PER_INCH
        )
    )


class _Kept:
    """The pictures that were asked for last."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def keep(self, key: str, picture: bytes) -> None:
        with self._lock:
            if len(picture) <= LARGEST_KEPT:
                self._pictures[key] = picture
            while len(self._pictures) > MOST_KEPT:
                self._pictures.popitem(last=False)


_kept = _Kept()
_turns = Turns()


def is_known(source: str, form: DrawnAs) -> bool:
    """Whether `drawn` answers without drawing."""
    return not source.strip() or _kept.get(_key(source, form)) is not None or bool(known_faults([source]))


def known_faults(found: Iterable[str]) -> dict[str, Problem]:
    """Why those of the sources that have been tried could not be drawn."""
    keys = {_key(source, "fault"): source for source in found}
    return {keys[key]: next(iter(problems_in(why))) for key, why in cache.get_many(keys).items()}


def drawn(source: str, form: DrawnAs, user_id: int | None) -> bytes | None:
    """The picture; None for what is no diagram, costs too much, or where the library is missing."""
    key = _key(source, form)
    if is_known(source, form):
        return _kept.get(key)
    try:
        with blocking(), _turns.of(user_id):
            # Others may have drawn it while this one waited.
            return _kept.get(key) if is_known(source, form) else _drawn_now(source, form)
    except (LimitReached, TooManyBlockedThreads):
        return None


def _drawn_now(source: str, form: DrawnAs) -> bytes | None:
    try:
        with drawings.job({"form": form}) as job:
            picture = b"".join(job.ask(source.encode()))
    except PartMissing:
        return None
    except (Invalid, LimitReached, ProgramFailed) as failed:
        if not failed.has(SandboxProblem.BUSY):
            why = failed.problem if isinstance(failed, Invalid) else DiagramProblem.NOT_DRAWN()
            cache.set(_key(source, "fault"), stored(why), REFUSED_FOR)
        return None
    _kept.keep(_key(source, form), picture)
    return picture


def _key(source: str, kind: str) -> str:
    return f"diagram-{kind}-{hashlib.sha256(source.encode(errors='replace')).hexdigest()}"
