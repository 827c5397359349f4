"""Fuzzy hashes (ssdeep): similarity of two hashes, and keys for finding candidates.

A hash reads ``block size:text:text``; its second text is of twice the block size. Two texts of one block size can
be similar only if they share seven characters in a row, which is why the runs of seven are what is indexed.
The score is ssdeep's own, 0 to 100. Texts are short, so their distance is a few hundred operations on whole
numbers; comparing letter by letter takes fifteen times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

RUN = 7
LONGEST = 64  # Letters that ssdeep writes per block size, at most
SMALLEST_BLOCK = 3
LARGEST_BLOCK = SMALLEST_BLOCK << 30
DIGITS = {
    letter: number
    for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
BITS = 6
LONG_RUN = re.compile(r"(.)\1{3,}")


class SsdeepText(NamedTuple):
    """One part of a fuzzy hash, runs of one letter cut to three, and its block size."""

    block: int
    text: str


@lru_cache(maxsize=4096)
def texts_of(value: str) -> tuple[SsdeepText, ...]:
    block, _, texts = value.partition(":")
    first, _, second = texts.partition(":")
    size = int(block) if block.isascii() and block.isdecimal() and len(block) < 11 else 0
    # A block size is 3 times a power of two.
    doubled, rest = divmod(size, SMALLEST_BLOCK)
    if rest or not SMALLEST_BLOCK <= size <= LARGEST_BLOCK or doubled & (doubled - 1):
        return ()
    if max(len(first), len(second)) > LONGEST:
        return ()
    if not DIGITS.keys() >= {*first, *second}:
        return ()
    # ssdeep compares with runs of one letter cut to three: longer ones say little and match a lot.
    first, second = LONG_RUN.sub(r"\1\1\1", first), LONG_RUN.sub(r"\1\1\1", second)
    return SsdeepText(size, first), SsdeepText(size * 2, second)


def runs_of(value: str) -> list[int]:
    """The distinct 7-character substrings of a hash, each combined with its block size in one integer."""
    return sorted({run for text in texts_of(value) for run in _runs(text)})


@lru_cache(maxsize=16_384)
def similarity(one: str, other: str) -> int:
    """ssdeep's score for two hashes: 0 (nothing in common, or not comparable) to 100."""
    ours, theirs = texts_of(one), texts_of(other)
    if ours and theirs and ours[0] == theirs[0]:
        return 100
    scores = [_score(mine, yours) for mine in ours for yours in theirs if mine.block == yours.block]
    return max(scores, default=0)


def _score(one: SsdeepText, other: SsdeepText) -> int:
    if _sevens(one.text).isdisjoint(_sevens(other.text)):
        return 0
    lengths = len(one.text), len(other.text)
    changed = edit_distance(one.text, other.text) * LONGEST // sum(lengths)
    # The second term is ssdeep's cap on short texts of small blocks, which resemble each other by chance.
    return min(100 - 100 * changed // LONGEST, one.block // SMALLEST_BLOCK * min(lengths))


def _runs(text: SsdeepText) -> Iterator[int]:
    # The block size goes above the 42 bits of the seven letters, and both into one bigint.
    size = (text.block // SMALLEST_BLOCK).bit_length() << BITS * RUN
    for seven in _sevens(text.text):
        run = 0
        for letter in seven:
            run = run << BITS | DIGITS[letter]
        yield size | run


def _sevens(text: str) -> set[str]:
    return {text[start : start + RUN] for start in range(len(text) - RUN + 1)}


def edit_distance(one: str, other: str) -> int:
    """The edit distance, by Myers 1999: a whole column of the table in the bits of an integer."""
    places: dict[str, int] = {}
    for place, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << place
    every = (1 << len(one)) - 1
    last = 1 << len(one) - 1
    up, down, distance = every, 0, len(one)
    for letter in other:
        equal = places.get(letter, 0)
        level = equal | down
        cross = (((equal & up) + up) ^ up) | equal
        right, left = down | (every & ~(cross | up)), up & cross
        distance += bool(right & last) - bool(left & last)
        right, left = right << 1 | 1, left << 1
        up, down = (left | ~(level | right)) & every, right & level
    return distance
